"""The service as an ASGI application: `POST /predict`, health, figures, and a description of itself."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any, TypeVar

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from luodi import schema
from luodi.bundle import Bundle
from luodi.contracts import Reject, Scores, record
from luodi.errors import DataError, Faults
from luodi.serve import console, limits, openapi, problems
from luodi.serve.auth import Token
from luodi.serve.batcher import Batcher, Failed, FullError
from luodi.serve.counters import MEDIA_TYPE, Counters
from luodi.serve.limits import Hosts, Limits
from luodi.serve.problems import Problem, ProblemError

T = TypeVar("T")

log = logging.getLogger(__name__)

OPEN_ROUTES = frozenset({"/health/live", "/health/ready", *console.FILES})
ROUTES = frozenset({"/predict", "/metrics", "/openapi.json"}) | OPEN_ROUTES
READY_SECONDS = 1.0  # anybody may ask whether we are ready, so the answer is kept for so long
FAILED = Problem(
    status=500, detail="the model failed on this request", fix="try again; if it stays, see the server's log"
)
GONE = 499  # nobody reads it; nginx writes this number to its log for a client that hung up


@record
class Asked:
    """A request that passed the door: cleaned, and as the model sees it."""

    request: Any
    x: str


def make_app(bundle: Bundle, *, token: Token, hosts: Hosts, limits: Limits) -> ASGIApp:
    """Return the application that answers for a bundle."""
    service = Service(bundle, limits)
    app = Starlette(
        routes=[
            Route("/predict", service.predict, methods=["POST"]),
            Route("/health/live", service.live),
            Route("/health/ready", service.ready),
            Route("/metrics", service.metrics),
            Route("/openapi.json", service.openapi),
            *(console.routes() if bundle.task.kind == "rank" else ()),
        ],
        exception_handlers={HTTPException: _refused, ProblemError: _told, Exception: _failed},
        lifespan=service.lifespan,
    )
    app.router.redirect_slashes = False
    return Guard(app, token=token, hosts=hosts, counters=service.counters)


class Service:
    """One bundle, its batcher and its figures."""

    def __init__(self, bundle: Bundle, limits: Limits) -> None:
        self.bundle, self.limits, self.counters = bundle, limits, Counters()
        self.batcher: Batcher[str, Scores] = Batcher(
            bundle.scores,
            max_batch=bundle.max_batch,
            max_wait_ms=bundle.max_wait_ms,
            max_waiting=limits.max_waiting,
            seen=self.counters.batch,
        )
        self._ready_until = 0.0
        self._document = json.dumps(openapi.describe(bundle, max_texts=limits.max_texts), ensure_ascii=False)

    @asynccontextmanager
    async def lifespan(self, app: Starlette) -> AsyncIterator[None]:
        """Run the batcher for as long as the server runs."""
        self.batcher.start()
        yield
        await self.batcher.stop()

    async def predict(self, http: Request) -> Response:
        """Answer one request, or a list of them."""
        body = await limits.read_body(http.headers, http.receive, self.limits)
        value = limits.parse_json(body, max_depth=self.limits.max_depth)
        values = value if isinstance(value, list) else [value]
        if len(values) > self.limits.max_texts:
            fix = f"send up to {self.limits.max_texts} in one call"
            raise ProblemError(413, f"{len(values)} texts in one call", fix=fix)
        answers = await unless_gone(self._answers([self._ask(one) for one in values]), http.receive)
        if answers is None:
            return Response(status_code=GONE)
        if isinstance(value, list):
            return _json([{"error": one.as_json()} if isinstance(one, Problem) else asdict(one) for one in answers])
        return problems.response(answers[0]) if isinstance(answers[0], Problem) else _json(asdict(answers[0]))

    async def live(self, http: Request) -> Response:
        """Say that the process runs."""
        return _json({"status": "live"})

    async def ready(self, http: Request) -> Response:
        """Predict a bundled example, and say whether that worked."""
        if time.monotonic() >= self._ready_until:
            try:
                (answer,) = await self._answers([self._ask(self.bundle.examples[0]["request"])], counted=False)
            except ProblemError as error:
                answer = error.problem
            if isinstance(answer, Problem):
                raise ProblemError(503, f"not ready: {answer.detail}", fix=answer.fix)
            self._ready_until = time.monotonic() + READY_SECONDS
        return _json({"status": "ready"})

    async def metrics(self, http: Request) -> Response:
        """Return the figures."""
        return Response(self.counters.text(self.batcher.n_waiting()), headers={"content-type": MEDIA_TYPE})

    async def openapi(self, http: Request) -> Response:
        """Return the description of the service."""
        return Response(self._document, media_type="application/json")

    def _ask(self, value: Any) -> Asked | Problem:
        request, found = schema.faults(self.bundle.task.Request, value)
        if found:
            mistakes = [DataError(what, where=".".join(map(str, path)) or "body", fix=fix) for path, what, fix in found]
            self.counters.reject("invalid request")
            return problems.from_error(400, Faults(mistakes))
        cleaned = self.bundle.clean(request)
        if isinstance(cleaned, Reject):
            self.counters.reject(cleaned.reason)
            return Problem(status=422, detail=cleaned.reason, fix="send a request that the task can answer")
        return Asked(request=cleaned, x=self.bundle.task.to_x(cleaned, self.bundle.options))

    async def _answers(self, slots: Sequence[Asked | Problem], *, counted: bool = True) -> list[Any]:
        """Return a `Response` or a `Problem` for each slot, in order."""
        xs = [slot.x for slot in slots if isinstance(slot, Asked)]
        try:
            scores = iter(await self.batcher.answer(xs, timeout_s=self.limits.answer_seconds))
        except FullError:
            fix = "try again in a second, with fewer texts"
            raise ProblemError(503, "too many texts wait already", fix=fix, headers={"retry-after": "1"}) from None
        except TimeoutError:
            detail = f"no answer within {self.limits.answer_seconds:g} seconds"
            raise ProblemError(504, detail, fix="try again later, with fewer or shorter texts") from None
        made = [slot if isinstance(slot, Problem) else self._respond(slot.request, next(scores)) for slot in slots]
        for one in made if counted else ():
            if not isinstance(one, Problem):
                self.counters.answer(handed_over=getattr(one, "handed_over", False))
        return made

    def _respond(self, request: Any, scores: Scores | Failed) -> Any:
        return FAILED if isinstance(scores, Failed) else self.bundle.respond(request, scores)


class Guard:
    """Stands before every route: host, token, count; and lets no traceback out."""

    def __init__(self, inner: ASGIApp, *, token: Token, hosts: Hosts, counters: Counters) -> None:
        self.inner, self.token, self.hosts, self.counters = inner, token, hosts, counters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.inner(scope, receive, send)
            return
        status, started = 0, time.perf_counter()

        async def noted(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await (self._refusal(scope) or self.inner)(scope, receive, noted)
        except Exception as error:  # noqa: BLE001 -- the last stand; the type alone, since a message might quote a text
            log.error("request failed", extra={"error": type(error).__name__, "at": _place(error)})  # noqa: TRY400
            if not status:
                await problems.response(FAILED)(scope, receive, noted)
        finally:
            route = scope["path"] if scope["path"] in ROUTES else "other"
            self.counters.request(route, status, time.perf_counter() - started)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if not self.hosts.allows(headers.get("host", "")):
            fix = "call it by the address it printed at start, or allow this name"
            return problems.response(Problem(status=421, detail="this service does not go by that name", fix=fix))
        if scope["path"] not in OPEN_ROUTES and not self.token.opens(headers.get("authorization", "")):
            fix = "send the header Authorization: Bearer TOKEN, with the token the server named at start"
            problem = Problem(status=401, detail="the token is missing or wrong", fix=fix)
            return problems.response(problem, {"www-authenticate": "Bearer"})
        return None


async def unless_gone(work: Awaitable[T], receive: Receive) -> T | None:
    """Return the outcome of the work, or `None` after dropping it because the client hung up."""
    task, gone = asyncio.ensure_future(work), asyncio.ensure_future(_hang_up(receive))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        task.cancel()
        gone.cancel()


async def _hang_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _json(value: Any) -> Response:
    body = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return Response(body, media_type="application/json", headers={"cache-control": "no-store"})


async def _refused(http: Request, error: Exception) -> Response:
    """Put an unknown path or method into words."""
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "another method")
        detail, fix = f"{http.url.path} does not take {http.method}", f"use {allowed}"
    else:
        detail, fix = "there is nothing at this path", "GET /openapi.json lists what there is"
    return problems.response(Problem(status=error.status_code, detail=detail, fix=fix), error.headers)


async def _told(http: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    return problems.response(error.problem, error.headers)


async def _failed(http: Request, error: Exception) -> Response:
    return problems.response(FAILED)


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else ""
