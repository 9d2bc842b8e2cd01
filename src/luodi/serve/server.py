"""Run the service: bind, open and try every bundle, say where it listens, and drain on SIGTERM."""

import asyncio
import contextlib
import ctypes
import json
import logging
import resource
import shlex
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from email.utils import formatdate
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from luodi.bundle import Bundle, read_bundle
from luodi.errors import ScenarioError, SetupError
from luodi.ledger.ledger import Ledger, open_ledger
from luodi.privacy.logs import Masked, to_stream
from luodi.serve import auth, protocol
from luodi.serve.access import Access
from luodi.serve.app import make_app
from luodi.serve.auth import Token
from luodi.serve.counters import Counters
from luodi.serve.endpoint import Endpoint
from luodi.serve.keybook import KeyBook
from luodi.serve.limits import Hosts, Limits, is_loopback
from luodi.serve.port import BACKLOG, admit_nobody, bind
from luodi.serve.protocol import Crowd
from luodi.serve.service import Service
from luodi.serve.worker_process import Command, command_of

Say = Callable[[str], None]

QUIET_SECONDS = 0.5  # after SIGTERM, for requests that are on their way over connections that are open
ACCEPTED_AT_ONCE = 64  # before the loop does anything else, such as hanging up on others to make room
ACCEPT_SECONDS = 0.05  # for connections that were made before no more were let in
SWITCH_SECONDS = 0.0005
"""Threads that wash texts or write the ledger give the loop its turn so often."""
M_ARENA_MAX = -8  # of mallopt(3)


def serve(
    bundles: Sequence[Path],
    *,
    say: Say,
    home: Path,
    host: str = "127.0.0.1",
    port: int = 8700,
    admin_host: str = "127.0.0.1",
    admin_port: int = 8701,
    token: str | None = None,
    hosts: Sequence[str] = (),
    limits: Limits | None = None,
) -> None:
    """Serve bundles until SIGTERM or Ctrl-C; requests that are being answered still get their answer.

    `say` gets a line for each address, one for the token, and one to copy. `hosts` are further names that clients
    may call the service by. `home` holds the ledger, and the token where nobody gave one.
    """
    shown = auth.chosen(token) or _own_token(host if is_loopback(admin_host) else admin_host, home)
    with (
        contextlib.closing(bind(host, port)) as data,
        contextlib.closing(bind(admin_host, admin_port, option="--admin-port")) as admin,
    ):
        opened = [read_bundle(one) for one in bundles]
        limits = limits or Limits()
        ledger = open_ledger(home)
        names = Hosts(host, (*hosts, admin_host))
        service = service_of(opened, token=shown, hosts=names, limits=limits, ledger=ledger, home=home)
        serve_service(service, data=data, admin=admin, token=shown, say=say)


def service_of(
    bundles: Sequence[Bundle],
    *,
    token: Token,
    hosts: Hosts,
    limits: Limits,
    ledger: Ledger,
    home: Path = Path(".luodi"),
    command: Command = command_of,
) -> Service:
    """Return the service of some bundles. Raises `ScenarioError` where two are of one name."""
    counters = Counters()
    endpoints = [Endpoint(one, limits=limits, counters=counters, command=command) for one in bundles]
    names = [one.name for one in endpoints]
    for twice in sorted({one for one in names if names.count(one) > 1}):
        raise ScenarioError(f"two scenarios are called {twice!r}", fix="give one of them another name in its file")
    access = Access(token, KeyBook(ledger))
    return Service(endpoints, access=access, hosts=hosts, limits=limits, counters=counters, ledger=ledger, home=home)


def serve_service(
    service: Service, *, data: socket.socket, admin: socket.socket | None = None, token: Token, say: Say
) -> None:
    """Start a service and let it answer on sockets that are bound. Raises `SetupError` where it cannot start."""
    apps: dict[socket.socket, ASGIApp] = {data: make_app(service)}
    if admin is not None:
        apps[admin] = make_app(service, listener="admin")

    async def run() -> None:
        await service.start()
        try:
            _announce(service, data, admin, token, say)
            await _listen(apps, service.limits, drained=service.drain)
        finally:
            await service.stop()

    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    _share_arenas()
    try:
        with masking_logs():
            asyncio.run(run())
    finally:
        sys.setswitchinterval(before)


class Running:
    """An application whose service runs as long as it does."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self.app, self.service = app, service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass requests on; at the beginning and the end, start and stop the service."""
        if scope["type"] != "lifespan":
            await self.app(scope, receive, send)
            return
        await receive()
        await self.service.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.service.stop()
        await send({"type": "lifespan.shutdown.complete"})


def _share_arenas() -> None:
    """Let all threads take memory from two arenas: one for each would hold on to the most that each ever took."""
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError, OSError):  # another C library than glibc
            ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)


def listen(app: ASGIApp, listener: socket.socket, limits: Limits) -> None:
    """Run an app on a socket that is already bound, until SIGTERM or Ctrl-C."""
    with masking_logs():
        asyncio.run(_listen({listener: app}, limits))


async def _listen(
    apps: Mapping[socket.socket, ASGIApp], limits: Limits, *, drained: Callable[[], None] = lambda: None
) -> None:
    """Let each app answer on its socket until a signal comes; then answer what has been asked, and return."""
    loop, crowd, ending = asyncio.get_running_loop(), Crowd(limits), asyncio.Event()
    _allow_connections(limits)
    with _signals(loop, ending.set):
        ticking = loop.create_task(_tick(crowd))
        servers = [
            await loop.create_server(protocol.factory(app, crowd), sock=listener, backlog=ACCEPTED_AT_ONCE)
            for listener, app in apps.items()
        ]
        for listener in apps:
            listener.listen(BACKLOG)
        await ending.wait()
        drained()
        crowd.draining = True
        ending.clear()
        over, again = loop.create_task(_drain(list(apps), servers, crowd)), loop.create_task(ending.wait())
        await asyncio.wait({over, again}, timeout=limits.drain_seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in (ticking, over, again):
            task.cancel()
        for server in servers:
            server.close()
        for one in list(crowd.everybody):
            one.transport.abort()


async def _drain(listeners: Sequence[socket.socket], servers: Sequence[asyncio.Server], crowd: Crowd) -> None:
    """Return when every request that reached us has its answer, which says that it is the connection's last.

    A connection that is open and idle gets a moment, as a request may be on its way over it.
    """
    await asyncio.sleep(QUIET_SECONDS)
    for one in listeners:
        admit_nobody(one)
    await asyncio.sleep(ACCEPT_SECONDS)
    for server in servers:
        server.close()
    while crowd.everybody:
        for connection in crowd.idle():
            connection.transport.close()
        await asyncio.sleep(0.01)


async def _tick(crowd: Crowd) -> None:
    """Keep the date that every answer carries."""
    while True:
        crowd.state.default_headers = [(b"date", formatdate(usegmt=True).encode("ascii"))]
        await asyncio.sleep(1)


@contextlib.contextmanager
def _signals(loop: asyncio.AbstractEventLoop, end: Callable[[], None]) -> Iterator[None]:
    """Let SIGTERM and Ctrl-C end the service with success."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, end)
    yield
    for one in (signal.SIGTERM, signal.SIGINT):
        loop.remove_signal_handler(one)


def _allow_connections(limits: Limits) -> None:
    """Raise the bound on open files to what the connections may need, as far as we may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = limits.max_connections + 512
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))


def _own_token(host: str, home: Path) -> Token:
    if is_loopback(host):
        return auth.kept(home)
    raise SetupError(
        f"{host} can be reached by others, and no token was chosen",
        where=f"--host {host}",
        fix=f"set {auth.VARIABLE} to a secret of your own (openssl rand -hex 32), or use --host 127.0.0.1",
    )


def _announce(service: Service, data: socket.socket, admin: socket.socket | None, token: Token, say: Say) -> None:
    names, url = list(service.endpoints), _url(data)
    say(f"{', '.join(names)} {'listens' if len(names) == 1 else 'listen'} on {url}")
    if admin is not None:
        say(f"console and management on {_url(admin)}")
    say("token: the one you gave" if token.given else f"token: {token.value}")
    secret = f"${auth.VARIABLE}" if token.given else token.value
    first = service.endpoints[names[0]]
    body = json.dumps(first.bundle.examples[0]["request"], ensure_ascii=False)
    path = "/predict" if len(names) == 1 else f"/v1/{first.name}/predict"
    say(f'try: curl -H "Authorization: Bearer {secret}" -d {shlex.quote(body)} {url}{path}')
    if admin is not None and not token.given:
        say(f"open: {_url(admin)}/#token={token.value}")


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextlib.contextmanager
def masking_logs() -> Iterator[None]:
    """Let no record reach a handler with personal data in it, whoever logs: our code, uvicorn, asyncio, a library.

    Where nobody has set up logging, warnings and worse go to standard error.
    """
    root = logging.getLogger()
    own = [] if root.handlers else [to_stream()]
    for handler in own:
        root.addHandler(handler)
    theirs = [(handler, Masked()) for handler in root.handlers if handler not in own]
    for handler, masked in theirs:
        handler.addFilter(masked)
    try:
        yield
    finally:
        for handler in own:
            root.removeHandler(handler)
        for handler, masked in theirs:
            handler.removeFilter(masked)
