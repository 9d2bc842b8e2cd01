"""A page to try a recommender on: enter a visitor or a session, see items with reasons.

The page holds nothing of anybody's; what it shows it asks of `/predict`, with the token that its reader types in.
"""

from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from luodi.serve.problems import ProblemError
from luodi.serve.routes import Route
from luodi.serve.service import Service

HERE = Path(__file__).parent / "trypage"
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


async def page(service: Service, http: Request) -> Response:
    """Return a file of the page; where no recommender is served, there is none."""
    if all(one.bundle.task.kind != "rank" for one in service.endpoints.values()):
        raise ProblemError(404, "there is nothing at this path", fix="GET /openapi.json lists what there is")
    name, media_type = FILES[http.url.path]
    return Response(_read(name), media_type=media_type, headers=HEADERS)


@cache
def _read(name: str) -> bytes:
    return (HERE / name).read_bytes()


ROUTES = tuple(
    Route(method="GET", path=path, scope="open", handler=page, about="A page to try a recommender on.")
    for path in FILES
)
