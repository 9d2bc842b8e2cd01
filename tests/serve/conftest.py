"""A tiny bundle, and a real server process that serves it."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import httpx
import pytest
from bench.serving import tiny_bundle

TOKEN = "a-token-for-the-tests"
HEAD = b"POST /predict HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer a-token-for-the-tests\r\n"
WATCHDOG_SECONDS = 3_600  # a server is shared by a whole session of tests, which a busy machine makes long

# A real worker, whose model takes its time, fails on "boom", and ends or hangs on two other words.
WORKER = """
import os, sys, time
from pathlib import Path
from luodi.serve import worker

class Slow:
    def __init__(self, inner, seconds):
        self.inner, self.seconds = inner, seconds
    def predict(self, xs):
        time.sleep(self.seconds)
        if "boom" in xs:
            raise RuntimeError("boom")
        if "die" in xs:
            os.kill(os.getpid(), 9)
        if "hang" in xs:
            time.sleep(600)
        return self.inner.predict(xs)

def change(bundle):
    bundle.session = Slow(bundle.session, float(sys.argv[2]))

worker.main(Path(sys.argv[1]), change)
"""

# The server that the command starts, with that worker and other limits.
LAUNCH = """
import sys
from pathlib import Path
from luodi.bundle import read_bundle
from luodi.ledger.ledger import open_ledger
from luodi.serve.auth import Token
from luodi.serve.limits import Hosts, Limits
from luodi.serve.port import bind
from luodi.serve.server import serve_service, service_of

seconds, code, token = sys.argv[2], sys.argv[5], Token(value=sys.argv[3], given=True)
with bind("127.0.0.1", 0) as data, bind("127.0.0.1", 0) as admin:
    service = service_of([read_bundle(Path(sys.argv[1]))], token=token, hosts=Hosts("127.0.0.1"),
                         limits=Limits(**eval(sys.argv[4])), ledger=open_ledger(Path(".luodi")),
                         command=lambda folder: [sys.executable, "-c", code, str(folder), seconds])
    serve_service(service, data=data, admin=admin, token=token, say=lambda line: print(line, flush=True))
"""

# What the command `luodi serve` calls.
SERVE = """
import sys
from pathlib import Path
from luodi.serve.server import serve
serve([Path(sys.argv[1])], home=Path(".luodi"), port=0, admin_port=0, say=lambda line: print(line, flush=True))
"""


def read_all(client: socket.socket) -> bytes:
    """Return all that comes until the connection ends."""
    chunks = []
    try:
        while chunk := client.recv(4096):
            chunks.append(chunk)
    except ConnectionResetError:
        pass
    return b"".join(chunks)


class Running:
    """A server process: its address, its process, what it printed."""

    def __init__(self, process: subprocess.Popen[str], lines: Sequence[str], url: str, errors: Path) -> None:
        self.process, self.lines, self.url, self.errors = process, lines, url, errors
        self.port = int(url.rpartition(":")[2])
        self.admin_url = "http://" + lines[1].partition("http://")[2]

    def client(self, **more) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers={"authorization": f"Bearer {TOKEN}"}, timeout=20, **more)

    def terminate(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


@contextlib.contextmanager
def running(code: str, *args: object, cwd: Path, env: dict[str, str] | None = None) -> Iterator[Running]:
    environment = {name: value for name, value in os.environ.items() if name != "LUODI_TOKEN"} | (env or {})
    errors = cwd / "stderr.txt"
    command = [sys.executable, "-c", code, *map(str, args)]
    with (
        errors.open("w") as stderr,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=stderr, text=True, cwd=cwd, env=environment
        ) as process,
    ):
        watchdog = threading.Timer(WATCHDOG_SECONDS, process.kill)
        watchdog.start()
        try:
            lines = [process.stdout.readline().rstrip("\n") for _ in range(4)]
            found = re.search(r"http://\S+", lines[0])
            assert found, errors.read_text()
            yield Running(process, lines, found.group(), errors)
        finally:
            watchdog.cancel()
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()


a_bundle = partial(tiny_bundle, scenario="tickets", goal="Route it.", max_batch=32, max_wait_ms=5)


@pytest.fixture(scope="session")
def bundle_path(tmp_path_factory) -> Path:
    return a_bundle(tmp_path_factory.mktemp("bundle") / "b")


@pytest.fixture
def other():
    """Return the function that makes a bundle like it in a folder, with these scores and entries."""
    return a_bundle


@pytest.fixture
def slow_server(bundle_path, tmp_path):
    """Return a function that starts a server whose model takes so many seconds for a batch."""

    def start(seconds: float, **limits):
        return running(LAUNCH, bundle_path, seconds, TOKEN, repr(limits), WORKER, cwd=tmp_path)

    return start


@pytest.fixture(scope="session")
def server(bundle_path, tmp_path_factory):
    """One quick server for all tests that leave it as it was."""
    limits = {"read_seconds": 1.0, "header_seconds": 1.0}
    with running(LAUNCH, bundle_path, 0.0, TOKEN, repr(limits), WORKER, cwd=tmp_path_factory.mktemp("server")) as one:
        yield one


@pytest.fixture
def client(server):
    with server.client() as one:
        yield one


@pytest.fixture
def make_bundle(tmp_path):
    """Return a function that makes a bundle with these entries changed."""
    return lambda **changed: a_bundle(tmp_path / "bundle", **changed)


@pytest.fixture
def serve_process(tmp_path):
    """Return a function that serves a bundle as the command line does, in an empty folder."""
    return lambda path, **env: running(SERVE, path, cwd=tmp_path, env=env)
