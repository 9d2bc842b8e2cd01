"""`POST /predict`: one request, or a list of them in order."""

import asyncio
import json
from collections.abc import Awaitable
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from luodi.serve import idempotency, limits, openapi, problems, streaming
from luodi.serve.endpoint import Answered
from luodi.serve.problems import Problem, ProblemError
from luodi.serve.protocol import LEAVING
from luodi.serve.routes import PREFIX, Route
from luodi.serve.service import Service

T = TypeVar("T")

GONE = 499  # nobody reads it; nginx writes this number to its log for a client that hung up


async def predict(service: Service, http: Request) -> Response:
    """Answer one request, or a list of them."""
    endpoint, key = service.endpoint(http), http.state.caller.key
    once = idempotency.key_of(http.headers)
    body = await limits.read_body(http.headers, http.receive, service.limits)
    deadline = limits.deadline_of(http.headers, service.limits)
    value = limits.parse_json(body, max_depth=service.limits.max_depth)
    if streaming.MEDIA_TYPE in http.headers.get("accept", ""):
        if isinstance(value, list) or once is not None:
            fix = "send one request, without an Idempotency-Key, or ask for application/json"
            raise ProblemError(400, "a stream answers one request, once", fix=fix)
        told = await unless_gone(streaming.response(endpoint, value, key=key, deadline=deadline), http)
        return Response(status_code=GONE) if told is None else told
    values = value if isinstance(value, list) else [value]
    if len(values) > service.limits.max_texts:
        fix = f"send up to {service.limits.max_texts} in one call"
        raise ProblemError(413, f"{len(values)} texts in one call", fix=fix)

    async def answer() -> Response:
        answers = await unless_gone(endpoint.answer(values, key=key, deadline=deadline), http)
        if answers is None:
            return Response(status_code=GONE)
        if isinstance(value, list):
            return as_json([one.body if isinstance(one, Answered) else {"error": one.as_json()} for one in answers])
        (one,) = answers
        return problems.response(one) if isinstance(one, Problem) else as_json(one.body)

    return await answer() if once is None else await service.once.answer((key, endpoint.name, once), body, answer)


async def unless_gone(work: Awaitable[T], http: Request) -> T | None:
    """Return the outcome of the work, or `None` after dropping it because the client hung up."""
    task, gone = asyncio.current_task(), False
    assert task is not None, "a request is answered in a task"

    def drop() -> None:
        nonlocal gone
        gone = True
        task.cancel()

    leaving = http.scope.get(LEAVING, set())
    leaving.add(drop)
    try:
        return await work
    except asyncio.CancelledError:
        if not gone:
            raise
        task.uncancel()
        return None
    finally:
        leaving.discard(drop)


def as_json(value: Any, status: int = 200) -> Response:
    """Return a JSON response that nobody may keep."""
    body = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return Response(body, status, media_type="application/json", headers={"cache-control": "no-store"})


ROUTES = (
    Route(
        method="POST",
        path=PREFIX + "/predict",
        scope="predict",
        handler=predict,
        about="Answer one request, or a list of them in order.",
        answers=openapi.predict,
    ),
)
