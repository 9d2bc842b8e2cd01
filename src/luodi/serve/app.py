"""The service as ASGI applications, one for each listener: every route behind host, key and scope."""

import logging
import time
from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as StarletteRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from luodi.ledger.writer import WriteError
from luodi.serve import problems
from luodi.serve.access import Caller
from luodi.serve.endpoint import FAILED
from luodi.serve.problems import Problem, ProblemError
from luodi.serve.routes import Listener, Route, all_routes
from luodi.serve.service import Service

log = logging.getLogger(__name__)

Answer = Callable[[Request], Awaitable[Response]]
Fixed = dict[tuple[str, str], tuple[Answer, dict[str, str]]]
"""By method and path: what answers, and the parameters of the path."""


def make_app(service: Service, *, listener: Listener = "data") -> ASGIApp:
    """Return the application of one listener. Someone else starts and stops the service."""
    table = [one for one in all_routes() if listener in one.listeners]
    alone = len(service.endpoints) == 1
    paths: dict[str, dict[str, Route]] = {}
    for one in table:
        for path in {one.path, one.short if alone else one.path}:
            paths.setdefault(path, {})[one.method] = one
    app = Starlette(
        routes=[StarletteRoute(path, _handler(service, of), methods=list(of)) for path, of in paths.items()],
        exception_handlers={
            HTTPException: _refusing(service),
            ProblemError: _told,
            WriteError: _unwritten,
            Exception: _failed,
        },
    )
    app.router.redirect_slashes = False
    app.state.listener = listener
    return Guard(Direct(app, _fixed(service, paths)), service)


def _fixed(service: Service, paths: dict[str, dict[str, Route]]) -> Fixed:
    """Return what answers each method and path in which nothing is left open but the name of a scenario."""
    made: Fixed = {}
    for path, of in paths.items():
        for name in service.endpoints if "{scenario}" in path else ("",):
            known = path.replace("{scenario}", name)
            values = {"scenario": name} if name else {}
            if "{" not in known:
                made |= {(method, known): (_handler(service, of), values) for method in of}
    return made


def _handler(service: Service, methods: dict[str, Route]) -> Answer:
    """Return what answers a path: the caller is known and may, or is told why not."""

    async def answer(http: Request) -> Response:
        route = methods["GET" if http.method == "HEAD" else http.method]
        http.scope["luodi.route"] = route.path
        if route.scope != "open":
            http.state.caller = caller = known(service, http)
            if not caller.may(route.scope):
                fix = "ask an administrator for a key with this scope: luodi keys"
                raise ProblemError(403, f"this key has not the scope {route.scope!r}", fix=fix)
        return await route.handler(service, http)

    return answer


def known(service: Service, http: Request) -> Caller:
    """Return who asks. Raises `ProblemError`: 401 for nobody known, 403 for another site's page, 429 for too often."""
    return service.access.caller(http)


class Direct:
    """Calls what answers a fixed path itself: Starlette's way there takes as long as all else of a short request."""

    def __init__(self, inner: ASGIApp, fixed: Fixed) -> None:
        self.inner, self.fixed = inner, fixed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self.fixed.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if found is None:
            await self.inner(scope, receive, send)
            return
        handler, scope["path_params"] = found[0], dict(found[1])
        scope["app"] = self.inner
        http = Request(scope, receive, send)
        try:
            response = await handler(http)
        except ProblemError as error:
            response = await _told(http, error)
        except WriteError as error:
            response = await _unwritten(http, error)
        await response(scope, receive, send)


class Guard:
    """Stands before every route: host, count; and lets no traceback out."""

    def __init__(self, inner: ASGIApp, service: Service) -> None:
        self.inner, self.service = inner, service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.inner(scope, receive, send)
            return
        status, started = 0, time.perf_counter()

        async def noted(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        headers = Headers(scope=scope)
        try:
            with self.service.tracing.span(scope["method"], headers) as note:
                await (self._refusal(headers) or self.inner)(scope, receive, noted)
                note("http.request.method", scope["method"])
                note("http.route", scope.get("luodi.route", "other"))
                note("http.response.status_code", status)
        except Exception as error:  # noqa: BLE001 -- the last stand; the type alone, since a message might quote a text
            log.error("request failed", extra={"error": type(error).__name__, "at": _place(error)})  # noqa: TRY400
            if not status:
                await problems.response(FAILED)(scope, receive, noted)
        finally:
            self.service.counters.request(scope.get("luodi.route", "other"), status, time.perf_counter() - started)

    def _refusal(self, headers: Headers) -> Response | None:
        if not self.service.hosts.allows(headers.get("host", "")):
            fix = "call it by the address it printed at start, or allow this name"
            return problems.response(Problem(status=421, detail="this service does not go by that name", fix=fix))
        return None


def _refusing(service: Service) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def refused(http: Request, error: Exception) -> Response:
        """Put an unknown path or method into words; who is not known is told nothing of what there is."""
        assert isinstance(error, HTTPException)
        try:
            known(service, http)
        except ProblemError as stranger:
            return await _told(http, stranger)
        if error.status_code == 405:
            allowed = (error.headers or {}).get("Allow", "another method")
            detail, fix = f"{http.url.path} does not take {http.method}", f"use {allowed}"
        else:
            detail, fix = "there is nothing at this path", "GET /openapi.json lists what there is"
        return problems.response(Problem(status=error.status_code, detail=detail, fix=fix), error.headers)

    return refused


async def _told(http: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    return problems.response(error.problem, error.headers)


async def _unwritten(http: Request, error: Exception) -> Response:
    assert isinstance(error, WriteError)
    fix = f"{error.fix}; send it again, since it was not kept"
    return problems.response(Problem(status=503, detail=error.what, fix=fix), {"retry-after": "1"})


async def _failed(http: Request, error: Exception) -> Response:
    return problems.response(FAILED)


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else ""
