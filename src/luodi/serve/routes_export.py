"""`GET /export`: what the ledger holds of a scenario, streamed."""

import asyncio
from collections.abc import AsyncIterator, Iterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from luodi.ledger import audit
from luodi.ledger.export import FORMATS, MEDIA_TYPES, WHAT, export
from luodi.serve.bodies import choice, takes
from luodi.serve.routes import ADMIN, PREFIX, Route
from luodi.serve.service import Service


async def stream(service: Service, http: Request) -> Response:
    """Send requests, feedback, reviews, impressions or clicks as CSV or JSON lines."""
    name = service.endpoint(http).name
    what, form = choice(http, "what", WHAT, "requests"), choice(http, "format", FORMATS, "csv")
    by = http.state.caller.key
    await service.ledger.write(
        lambda connection: audit.append(
            connection, actor=by, action="export", subject=name, details={"what": what, "format": form}
        )
    )
    headers = {"content-disposition": f'attachment; filename="{what}.{form}"', "cache-control": "no-store"}
    pieces = _in_threads(export(service.ledger, name, what=what, form=form))
    return StreamingResponse(pieces, media_type=MEDIA_TYPES[form], headers=headers)


async def _in_threads(pieces: Iterator[str]) -> AsyncIterator[str]:
    while (one := await asyncio.to_thread(next, pieces, None)) is not None:
        yield one


ROUTES = (
    Route(
        method="GET",
        path=PREFIX + "/export",
        scope="admin",
        handler=stream,
        about="Send requests, feedback, reviews, impressions or clicks as CSV or JSON lines.",
        listeners=ADMIN,
        answers=takes(
            query={"what": {"type": "string", "enum": list(WHAT)}, "format": {"type": "string", "enum": list(FORMATS)}},
            answers={"200": "The rows, oldest first."},
        ),
    ),
)
