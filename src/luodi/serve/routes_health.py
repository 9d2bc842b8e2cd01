"""`GET health`: is the verdict still true? Fine, look or stop, and the number that moved."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from luodi.monitor import alarms, watcher
from luodi.serve.bodies import takes
from luodi.serve.routes import ADMIN, PREFIX, Route
from luodi.serve.routes_predict import as_json
from luodi.serve.service import Service


async def health(service: Service, http: Request) -> Response:
    """Say whether traffic and answers are as they were on the exam."""
    name = service.endpoint(http).name
    numbers = [asdict(one) for one in service.releases[name].watcher.numbers()]

    def work(connection: Connection) -> dict[str, Any]:
        return watcher.described(connection, numbers, alarms.recent(connection, name))

    return as_json(await service.ledger.aread(work))


ROUTES = (
    Route(
        method="GET",
        path=PREFIX + "/health",
        scope="any",
        handler=health,
        about="Fine, look or stop, and the number that moved.",
        listeners=ADMIN,
        answers=takes(answers={"200": "The state, every number, the alarms and texts behind them."}),
    ),
)
