"""A page to try a recommender on: enter a visitor or a session, see items with reasons.

The page holds nothing of anybody's; what it shows it asks of `/predict`, with the token that its reader types in.
"""

from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

HERE = Path(__file__).parent
FILES = {
    "/try": ("page.html", "text/html"),
    "/try.js": ("page.js", "text/javascript"),
    "/try.css": ("page.css", "text/css"),
}
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
}


def routes() -> list[Route]:
    """Return the routes of the page and its two files."""
    return [Route(path, _send) for path in FILES]


async def _send(http: Request) -> Response:
    name, media_type = FILES[http.url.path]
    return Response(_read(name), media_type=media_type, headers=HEADERS)


@cache
def _read(name: str) -> bytes:
    return (HERE / name).read_bytes()
