"""A real server with both listeners, and callers of every kind."""

import contextlib
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest
from bench.serving import tiny_bundle

TOKEN = "a-token-for-the-tests"
WATCHDOG_SECONDS = 900

# What the command `luodi serve` calls.
LAUNCH = """
import sys
from pathlib import Path
from luodi.serve.server import serve
home, *bundles = map(Path, sys.argv[1:])
serve(bundles, home=home, port=0, admin_port=0, say=lambda line: print(line, flush=True))
"""


class Served:
    """A server process: its addresses and its process."""

    def __init__(self, process, lines):
        self.process = process
        self.urls = dict(zip(("data", "admin"), (re.search(r"http://\S+", one)[0] for one in lines), strict=True))

    def client(self, listener="admin", key=TOKEN, **more):
        headers = {"authorization": f"Bearer {key}"} if key else {}
        return httpx.Client(base_url=self.urls[listener], headers=headers, timeout=20, **more)


@contextlib.contextmanager
def serving(home: Path, *bundles: Path, **env: str):
    environment = (
        {name: one for name, one in os.environ.items() if not name.startswith("LUODI_")} | env | {"LUODI_TOKEN": TOKEN}
    )
    command = [sys.executable, "-c", LAUNCH, str(home), *map(str, bundles)]
    with (
        (home.parent / "stderr.txt").open("a") as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment) as process,
    ):
        watchdog = threading.Timer(WATCHDOG_SECONDS, process.kill)
        watchdog.start()
        try:
            lines = [process.stdout.readline() for _ in range(2)]
            assert all(lines), (home.parent / "stderr.txt").read_text()
            yield Served(process, lines)
        finally:
            watchdog.cancel()
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def a_bundle(folder: Path, name: str, **more) -> Path:
    return tiny_bundle(folder, scenario=name, max_batch=32, max_wait_ms=1, **more)


@pytest.fixture(scope="session")
def bundle(tmp_path_factory):
    return a_bundle(tmp_path_factory.mktemp("bundle") / "b", "tickets")


@pytest.fixture(scope="session")
def serve():
    """Return the context manager that serves bundles from a home."""
    return serving


@pytest.fixture(scope="session")
def make_bundle():
    return a_bundle


@pytest.fixture(scope="session")
def server(bundle, tmp_path_factory):
    """One server for all tests that add to it and take nothing away."""
    home = tmp_path_factory.mktemp("server") / "home"
    with serving(home, bundle) as one:
        one.home = home
        yield one


@pytest.fixture
def admin(server):
    with server.client() as one:
        yield one


@pytest.fixture
def data(server):
    with server.client("data") as one:
        yield one


@pytest.fixture
def new_key(admin):
    """Return a function that makes a key: its id and itself."""

    def make(*scopes, **more):
        made = admin.post("/keys", json={"name": "a test", "scopes": list(scopes)} | more)
        assert made.status_code == 201, made.text
        return made.json()["id"], made.json()["key"]

    return make


@pytest.fixture
def said():
    """Return a function that sees that an answer is a problem with this status."""

    def look(answer, status):
        assert answer.status_code == status, answer.text
        problem = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert problem["detail"] and problem["fix"]
        return problem

    return look
