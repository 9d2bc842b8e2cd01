"""Run the service: bind, open and try the bundle, say where it listens, and drain on SIGTERM."""

import contextlib
import errno
import json
import logging
import shlex
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from luodi.bundle import Bundle, open_bundle
from luodi.errors import SetupError
from luodi.ledger.ledger import Ledger, open_ledger
from luodi.privacy.logs import Masked, to_stream
from luodi.serve import auth
from luodi.serve.access import Access
from luodi.serve.app import make_app
from luodi.serve.auth import Token
from luodi.serve.counters import Counters
from luodi.serve.endpoint import Endpoint
from luodi.serve.keybook import KeyBook
from luodi.serve.limits import Hosts, Limits, is_loopback
from luodi.serve.protocol import with_deadlines
from luodi.serve.service import Service

Say = Callable[[str], None]

HEADER_BYTES = 16_384
KEEP_ALIVE_SECONDS = 5
BACKLOG = 512
SWITCH_SECONDS = 0.0005


def serve(
    bundle_path: Path,
    *,
    say: Say,
    host: str = "127.0.0.1",
    port: int = 8700,
    token: str | None = None,
    hosts: Sequence[str] = (),
    workspace: Path = Path(".luodi"),
    limits: Limits | None = None,
) -> None:
    """Serve a bundle until SIGTERM or Ctrl-C; requests that are being answered still get their answer.

    `say` gets a line for the address, one for the token, and one to copy. `hosts` are further names that clients
    may call the service by. A token that nobody gave is kept in `workspace/token`.
    """
    shown = auth.chosen(token) or _own_token(host, workspace)
    with contextlib.closing(bind(host, port)) as listener:
        bundle = open_bundle(bundle_path)
        bundle.replay()
        serve_bundle(
            bundle,
            listener,
            token=shown,
            hosts=Hosts(host, hosts),
            limits=limits or Limits(),
            say=say,
            home=workspace,
        )


def serve_bundle(
    bundle: Bundle,
    listener: socket.socket,
    *,
    token: Token,
    hosts: Hosts,
    limits: Limits,
    say: Say,
    home: Path = Path(".luodi"),
) -> None:
    """Serve an open bundle on a socket that is already bound."""
    service = service_of([bundle], token=token, hosts=hosts, limits=limits, ledger=open_ledger(home))
    _announce(bundle, listener, token, say)
    if bundle.task.kind == "rank":  # the scorer's thread is short steps of Python, and would keep the loop waiting
        sys.setswitchinterval(SWITCH_SECONDS)
    listen(Running(make_app(service), service), listener, limits)


def service_of(bundles: Sequence[Bundle], *, token: Token, hosts: Hosts, limits: Limits, ledger: Ledger) -> Service:
    """Return the service of some open bundles."""
    counters = Counters()
    endpoints = [Endpoint(one, limits=limits, counters=counters) for one in bundles]
    access = Access(token, KeyBook(ledger))
    return Service(endpoints, access=access, hosts=hosts, limits=limits, counters=counters, ledger=ledger)


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


def listen(app: ASGIApp, listener: socket.socket, limits: Limits) -> None:
    """Run an app on a socket that is already bound, until SIGTERM or Ctrl-C."""
    config = uvicorn.Config(
        app,
        http=with_deadlines(limits.header_seconds),
        loop="asyncio",
        ws="none",
        lifespan="auto",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        h11_max_incomplete_event_size=HEADER_BYTES,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=limits.drain_seconds,
        limit_concurrency=limits.max_connections,
        backlog=BACKLOG,
    )
    with _ending_well(), masking_logs():
        uvicorn.Server(config).run(sockets=[listener])


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket. Raises `SetupError` where the port is taken or the host is not ours."""
    where = f"{host}:{port}"
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError, OverflowError) as error:
        raise SetupError(f"{host!r} is no host", where=where, fix="use --host 127.0.0.1") from error
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        listener.close()
        if getattr(error, "errno", None) == errno.EADDRINUSE:
            other = port + 1 if port < 65_535 else port - 1
            fix = f"choose another: --port {other}"
            raise SetupError(f"port {port} is in use", where=where, fix=fix) from error
        fix = "choose a port from 1024 to 65535 and an address of this machine"
        raise SetupError(f"nothing can listen there: {error}", where=where, fix=fix) from error
    return listener


def _own_token(host: str, workspace: Path) -> Token:
    if is_loopback(host):
        return auth.kept(workspace)
    raise SetupError(
        f"{host} can be reached by others, and no token was chosen",
        where=f"--host {host}",
        fix=f"set {auth.VARIABLE} to a secret of your own (openssl rand -hex 32), or use --host 127.0.0.1",
    )


def _announce(bundle: Bundle, listener: socket.socket, token: Token, say: Say) -> None:
    host, port = listener.getsockname()[:2]
    url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    say(f"{bundle.about['scenario']} listens on {url}")
    say("token: the one you gave" if token.given else f"token: {token.value}")
    secret = f"${auth.VARIABLE}" if token.given else token.value
    body = json.dumps(bundle.examples[0]["request"], ensure_ascii=False)
    say(f'try: curl -H "Authorization: Bearer {secret}" -d {shlex.quote(body)} {url}/predict')


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


@contextlib.contextmanager
def _ending_well() -> Iterator[None]:
    """Let SIGTERM and Ctrl-C end the server with success: uvicorn drains, then raises the signal once more."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {one: signal.signal(one, lambda *_: None) for one in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
