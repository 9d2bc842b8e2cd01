"""The console's files. They hold nothing of anybody's; all that is shown is asked of the other routes, with a key."""

import hashlib
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from luodi.serve.routes import ADMIN, Route
from luodi.serve.service import Service

HERE = Path(__file__).parent / "console"
TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
START = "index.html"
FILES = {f"/console/{one.name}": one for one in sorted(HERE.iterdir()) if one.suffix in TYPES and one.name != START}
FILES["/"] = HERE / START
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-cache",
}


async def file(service: Service, http: Request) -> Response:
    """Return a file of the console, or that it has not changed."""
    path = FILES[http.url.path]
    content, tag = _read(path)
    headers = HEADERS | {"etag": tag}
    if http.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=TYPES[path.suffix], headers=headers)


@cache
def _read(path: Path) -> tuple[bytes, str]:
    content = path.read_bytes()
    return content, f'"{hashlib.sha256(content).hexdigest()[:32]}"'


ROUTES = tuple(
    Route(method="GET", path=path, scope="open", handler=file, about="A file of the console.", listeners=ADMIN)
    for path in FILES
)
