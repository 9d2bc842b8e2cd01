"""Health, figures, what is served, and a description of it all for machines."""

from starlette.requests import Request
from starlette.responses import Response

from luodi.serve import openapi
from luodi.serve.counters import MEDIA_TYPE
from luodi.serve.problems import ProblemError
from luodi.serve.routes import BOTH, Route
from luodi.serve.routes_predict import as_json
from luodi.serve.service import Service


async def live(service: Service, http: Request) -> Response:
    """Say that the process runs."""
    return as_json({"status": "live"})


async def ready(service: Service, http: Request) -> Response:
    """Predict a bundled example of every scenario, and say whether that worked, and whether the ledger keeps up.

    A ledger that has stopped does not stop the answers.
    """
    if service.draining:
        raise ProblemError(503, "not ready: the service is ending", fix="ask another, or this one when it is back")
    for one in service.endpoints.values():
        await one.ready()
    ledger = {"writes": service.ledger.broken is None, "unrecorded": service.ledger.n_dropped}
    return as_json({"status": "ready", "ledger": ledger})


async def metrics(service: Service, http: Request) -> Response:
    """Return the figures."""
    for one in service.endpoints.values():
        one.measure()
    service.counters.ledger(n_dropped=service.ledger.n_dropped, broken=service.ledger.broken is not None)
    return Response(service.counters.text(), headers={"content-type": MEDIA_TYPE})


async def scenarios(service: Service, http: Request) -> Response:
    """List the scenarios, with what each is for and which release answers."""
    made = [
        {
            "name": one.name,
            "task": one.bundle.about["task"],
            "goal": one.bundle.about.get("goal", ""),
            "model": one.bundle.about.get("model", ""),
            "release": one.release,
        }
        for one in service.endpoints.values()
    ]
    return as_json({"scenarios": made})


async def described(service: Service, http: Request) -> Response:
    """Return the OpenAPI document of this listener."""
    return as_json(openapi.describe(service, http.app.state.listener))


SCENARIO = {
    "name": "tickets",
    "task": "text-classification",
    "goal": "Route it.",
    "model": "encoder",
    "release": openapi.ID,
}
ROUTES = (
    Route(
        method="GET",
        path="/health/live",
        scope="open",
        handler=live,
        about="Say that the process runs.",
        listeners=BOTH,
        answers=openapi.says({"status": "live"}),
    ),
    Route(
        method="GET",
        path="/health/ready",
        scope="open",
        handler=ready,
        about="Predict an example, and say whether that worked.",
        listeners=BOTH,
        answers=openapi.says({"status": "ready", "ledger": {"writes": True, "unrecorded": 0}}),
    ),
    Route(method="GET", path="/metrics", scope="any", handler=metrics, about="Figures for Prometheus.", listeners=BOTH),
    Route(
        method="GET",
        path="/v1",
        scope="any",
        handler=scenarios,
        about="List the scenarios.",
        listeners=BOTH,
        answers=openapi.says({"scenarios": [SCENARIO]}),
    ),
    Route(method="GET", path="/openapi.json", scope="any", handler=described, about="This document.", listeners=BOTH),
)
