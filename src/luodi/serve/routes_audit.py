"""`GET /audit`: who did what, and whether the trail is whole."""

from starlette.requests import Request
from starlette.responses import Response

from luodi.ledger import audit
from luodi.serve.bodies import number, takes
from luodi.serve.routes import ADMIN, Route
from luodi.serve.routes_predict import as_json
from luodi.serve.service import Service

MAX_SEQ = 2**31 - 1


async def trail(service: Service, http: Request) -> Response:
    """Return the last entries, last first, and whether the whole trail holds."""
    limit = number(http, "limit", 100)
    before = number(http, "before", 0, low=0, high=MAX_SEQ) or None
    entries = await service.ledger.aread(lambda connection: audit.recent(connection, limit=limit, before=before))
    found = await service.ledger.aread(audit.verify)
    return as_json({"entries": entries, "intact": not found.fault, "fault": found.fault, "head": found.head})


ROUTES = (
    Route(
        method="GET",
        path="/audit",
        scope="admin",
        handler=trail,
        about="Say who did what, and whether the trail is whole.",
        listeners=ADMIN,
        answers=takes(
            query={
                "limit": {"type": "integer", "minimum": 1, "maximum": 500},
                "before": {"type": "integer", "minimum": 0},
            },
            answers={"200": "The entries, last first."},
        ),
    ),
)
