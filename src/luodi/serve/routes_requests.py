"""`GET /requests`: what was asked and answered, as it was kept, with what users said about it."""

from collections import defaultdict
from typing import Any

from sqlalchemy import Connection, select
from starlette.requests import Request
from starlette.responses import Response

from luodi.ledger.ids import is_id
from luodi.ledger.ledger import rows_of
from luodi.ledger.tables import FEEDBACK, REQUESTS
from luodi.serve.bodies import choice, number, takes
from luodi.serve.problems import ProblemError
from luodi.serve.routes import ADMIN, PREFIX, Route
from luodi.serve.routes_predict import as_json
from luodi.serve.service import Service

SHOWN = (
    "id",
    "at",
    "request",
    "response",
    "label",
    "confidence",
    "handed_over",
    "truncated",
    "latency_ms",
    "release",
)


async def recent(service: Service, http: Request) -> Response:
    """Return the last answers, last first."""
    name, limit = service.endpoint(http).name, number(http, "limit", 50)
    before, label = http.query_params.get("before"), http.query_params.get("label")
    handed_over = choice(http, "handed_over", ("true", "false"), "")
    if before is not None and not is_id(before):
        raise ProblemError(400, "before is no id of an answer", fix="send the id of the last answer you have")
    query = select(*(REQUESTS.c[one] for one in SHOWN)).where(REQUESTS.c.scenario == name)
    if before:
        query = query.where(REQUESTS.c.id < before)
    if label:
        query = query.where(REQUESTS.c.label == label.replace("\0", ""))
    if handed_over:
        query = query.where(REQUESTS.c.handed_over == (handed_over == "true"))

    def read(connection: Connection) -> list[dict[str, Any]]:
        rows = rows_of(connection.execute(query.order_by(REQUESTS.c.id.desc()).limit(limit)))
        said = _said(connection, [one["id"] for one in rows])
        return [one | {"feedback": said[one["id"]]} for one in rows]

    return as_json({"requests": await service.ledger.aread(read)})


def _said(connection: Connection, ids: list[str]) -> dict[str, list[dict[str, Any]]]:
    columns = (
        FEEDBACK.c.request_id,
        FEEDBACK.c.id,
        FEEDBACK.c.at,
        FEEDBACK.c.right,
        FEEDBACK.c.label,
        FEEDBACK.c.comment,
    )
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in rows_of(
        connection.execute(select(*columns).where(FEEDBACK.c.request_id.in_(ids)).order_by(FEEDBACK.c.id))
    ):
        found[one.pop("request_id")].append(one)
    return found


ROUTES = (
    Route(
        method="GET",
        path=PREFIX + "/requests",
        scope="review",
        handler=recent,
        about="Return what was asked and answered, as it was kept, last first.",
        listeners=ADMIN,
        answers=takes(
            query={
                "limit": {"type": "integer", "minimum": 1, "maximum": 500},
                "before": {"type": "string", "pattern": "^[0-9a-hjkmnp-tv-z]{26}$"},
                "label": {"type": "string"},
                "handed_over": {"type": "string", "enum": ["true", "false"]},
            },
            answers={"200": "The answers."},
        ),
    ),
)
