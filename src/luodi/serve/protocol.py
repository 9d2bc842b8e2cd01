"""HTTP/1.1 as we take it: an end to every wait, a size for everything, nothing ambiguous, and a bound on connections.

uvicorn 0.54 has no end to the wait for headers, nor to the reading of an answer, and no bound on the size of headers.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from itertools import chain
from typing import cast

import httptools
from starlette.types import ASGIApp
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from luodi.serve import problems
from luodi.serve.limits import Limits, is_loopback
from luodi.serve.problems import Problem

KEEP_ALIVE_SECONDS = 75  # longer than proxies keep theirs, so that it is they who close, and nothing is lost on the way
HEADER_BYTES = 16_384
MAX_HEADERS = 100
FIX = "send HTTP/1.1, with one Host header"
NOT_HTTP = Problem(status=400, detail="this is not a valid HTTP request", fix=FIX)
AMBIGUOUS = Problem(status=400, detail="the headers leave open where the request ends, or whom it is for", fix=FIX)
LARGE = Problem(
    status=431, detail=f"the headers have more than {HEADER_BYTES:,} bytes", fix="send fewer or shorter headers"
)
LEAVING = "luodi.leaving"
"""The place in a request's scope for what is to be done when its client hangs up."""
CROWDED = Problem(status=503, detail="too many connections", fix="try again in a second, over fewer connections")


class RefusedError(Exception):
    """The headers that arrive are not taken."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


class Crowd:
    """All connections of a service. When there are too many, whoever keeps us waiting the longest has to go."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.draining = False
        self.state = ServerState()
        self.everybody: set[Connection] = set()
        self.strangers: dict[Connection, None] = {}
        """Those who never sent a whole request, and keep us waiting for it; longest first."""
        self.acquainted: dict[Connection, None] = {}
        """Those who have been answered, and keep us waiting for more; longest first."""
        self._by_host: Counter[str] = Counter()

    def enter(self, one: "Connection") -> bool:
        """Let a connection in, or say that there is no room."""
        host = one.host
        self.everybody.add(one)
        self._by_host[host] += 1
        self.waits(one)
        if len(self.everybody) > self.limits.max_connections:
            return self._make_room(None, besides=one)
        if self._by_host[host] > self.limits.max_connections_per_host and not is_loopback(host):
            return self._make_room(host, besides=one)
        return True

    def leave(self, one: "Connection") -> None:
        """Forget a connection; whoever was sent away leaves twice."""
        self.is_served(one)
        if one not in self.everybody:
            return
        self.everybody.remove(one)
        self._by_host[one.host] -= 1
        if self._by_host[one.host] <= 0:
            del self._by_host[one.host]

    def waits(self, one: "Connection") -> None:
        """Note that it is the client's turn."""
        self.is_served(one)
        (self.acquainted if one.n_answers else self.strangers)[one] = None

    def is_served(self, one: "Connection") -> None:
        """Note that it is our turn."""
        self.strangers.pop(one, None)
        self.acquainted.pop(one, None)

    def idle(self) -> list["Connection"]:
        """Return those of whom no byte of a request has come that is still to be answered."""
        return [one for one in (*self.strangers, *self.acquainted) if one.is_idle()]

    def _make_room(self, host: str | None, *, besides: "Connection") -> bool:
        """Hang up on whoever never sent a whole request, else on whoever is idle."""
        waiting = chain(self.strangers, self.acquainted)
        chosen = next((one for one in waiting if one is not besides and host in {None, one.host}), None)
        if chosen is None:
            return False
        self.leave(chosen)
        chosen.transport.abort()
        return True


class Corked:
    """A transport for one answer, whose head leaves together with the beginning of its body where both come at once.

    Each call that sends takes the time of some hundred lines of Python, and wakes whoever reads.
    """

    def __init__(self, inner: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self.inner, self.loop = inner, loop
        self._held = b""
        self._first = True

    def write(self, data: bytes) -> None:
        """Hold the first bytes for as long as nothing else happens; send all others."""
        if self._first and data:
            self._first, self._held = False, data
            self.loop.call_soon(self._let_go)
        elif self._held:
            held, self._held = self._held, b""
            self.inner.write(held + data)
        else:
            self.inner.write(data)

    def close(self) -> None:
        """Close once all is sent."""
        self._let_go()
        self.inner.close()

    def is_closing(self) -> bool:
        """Say whether it is closed or about to be."""
        return self.inner.is_closing()

    def _let_go(self) -> None:
        if self._held:
            self.write(b"")


class Connection(HttpToolsProtocol):  # uvicorn takes a class of its own kind, and offers no other way in
    """uvicorn's protocol, which hangs up on whoever takes too long."""

    def __init__(self, config: Config, crowd: Crowd, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(config, crowd.state, {}, loop)
        self.crowd, self.patience_seconds = crowd, crowd.limits.header_seconds
        self.host = ""
        self.n_answers = self.n_header_bytes = 0
        self.leaving: set[Callable[[], None]] = set()
        self.in_headers = True
        self._headers_due: asyncio.TimerHandle | None = None
        self._reading_due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.host = self.client[0] if self.client else ""
        self._headers_due = self._hang_up_later()
        if not self.crowd.enter(self):
            self._refuse(CROWDED)

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in (self._headers_due, self._reading_due):
            if timer is not None:
                timer.cancel()
        self.crowd.leave(self)
        for act in tuple(self.leaving):
            act()
        super().connection_lost(exc)
        self._unset_keepalive_if_required()

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        if self.transport.is_closing():
            return
        if self.in_headers:
            self.n_header_bytes += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self.cycle.keep_alive = False  # what follows is in a language that we do not speak
        except httptools.HttpParserError as error:
            self._refuse(error.__context__.problem if isinstance(error.__context__, RefusedError) else NOT_HTTP)
            return
        if self.in_headers and self.n_header_bytes > HEADER_BYTES:
            self._refuse(LARGE)
            return
        answering = not self._may_answer()
        if answering and self._headers_due is not None:
            self._headers_due.cancel()
            self._headers_due = None
        elif not answering and self._headers_due is None:  # a further request on this connection has begun
            self._headers_due = self._hang_up_later()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.in_headers = True

    def on_headers_complete(self) -> None:
        self.in_headers, self.n_header_bytes = False, 0
        names = [name for name, _ in self.headers]
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > HEADER_BYTES or len(names) > MAX_HEADERS:
            raise RefusedError(LARGE)
        n_hosts, n_lengths, n_codings = (names.count(one) for one in (b"host", b"content-length", b"transfer-encoding"))
        coding = next((value for name, value in self.headers if name == b"transfer-encoding"), b"chunked")
        if n_hosts != 1 or n_lengths + n_codings > 1 or coding.lower() != b"chunked":
            raise RefusedError(AMBIGUOUS)
        super().on_headers_complete()
        self.scope[LEAVING] = self.leaving  # type: ignore[literal-required]
        self.cycle.transport = cast(asyncio.Transport, Corked(self.transport, self.loop))
        if self.crowd.draining:
            self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self.in_headers = True
        self.crowd.is_served(self)

    def on_response_complete(self) -> None:
        self.n_answers += 1
        super().on_response_complete()
        if self.pipeline:
            self.crowd.is_served(self)
        else:
            self.crowd.waits(self)

    def pause_writing(self) -> None:
        """Begin to wait for a client that does not read its answer."""
        super().pause_writing()
        self._reading_due = self._hang_up_later()

    def resume_writing(self) -> None:
        """End that wait."""
        if self._reading_due is not None:
            self._reading_due.cancel()
            self._reading_due = None
        super().resume_writing()

    def is_idle(self) -> bool:
        """Say whether no byte of a request has come that is still to be answered."""
        return self.in_headers and not self.n_header_bytes and self._may_answer()

    def _may_answer(self) -> bool:
        """Say whether no request is being answered."""
        return bool(getattr(self.cycle, "response_complete", True))  # there is no cycle before the first request

    def _refuse(self, problem: Problem) -> None:
        """Answer with a problem document unless an answer is on its way, and hang up."""
        if self._may_answer():
            body = problems.as_bytes(problem)
            lines = (
                f"HTTP/1.1 {problem.status} {problem.title}",
                f"content-type: {problems.MEDIA_TYPE}",
                f"content-length: {len(body)}",
                *(["retry-after: 1"] if problem.status == 503 else []),
                "connection: close",
            )
            self.transport.write("\r\n".join((*lines, "", "")).encode("ascii") + body)
        self.transport.close()

    def _hang_up_later(self) -> asyncio.TimerHandle:
        return self.loop.call_later(self.patience_seconds, self.transport.abort)


def factory(app: ASGIApp, crowd: Crowd) -> Callable[[], Connection]:
    """Return what makes the protocol of each new connection. Needs a running event loop."""
    config = Config(
        app, loop="none", ws="none", lifespan="off", log_config=None, access_log=False, proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )  # fmt: skip
    config.load()
    loop = asyncio.get_running_loop()
    return lambda: Connection(config, crowd, loop)
