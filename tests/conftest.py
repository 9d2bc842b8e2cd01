"""A tiny scenario, one finished run of it, the command line, and disks that are full or read-only."""

import json
import os
import pwd
import random
import shutil
import subprocess
import sys
import tempfile
from collections import namedtuple
from pathlib import Path
from urllib.parse import quote

import pytest
from click.testing import CliRunner

from luodi import cli

WORDS = {
    "card": ["card", "bank", "pin", "atm", "plastic", "declined", "stolen", "chip"],
    "refund": ["refund", "money", "back", "return", "invoice", "paid", "charged", "sent"],
}

SCENARIO = """\
name = "tiny"
goal = ""
task = "text-classification"

[define]
train = "data.csv"
succeed = { "classification.macro_f1" = 0.5, "cost.p95_ms" = 1000 }

[prepare]
columns = { text = "body", label = "queue", channel = "channel" }
split = "stratified"

[select]
models = ["majority", "tfidf-logreg"]
n_resamples = 50

[evaluate]
slices = ["channel"]
n_resamples = 50
"""

POSTGRES_PASSWORD = "s3cret/&"

Told = namedtuple("Told", "code out err")


def rows(n: int = 80, seed: int = 1) -> list[tuple[str, str, str]]:
    """Return (body, queue, channel): two queues whose words differ, no text twice."""
    rng = random.Random(seed)
    queues = [sorted(WORDS)[i % 2] for i in range(n)]
    texts = [" ".join([*rng.choices(WORDS[queue], k=4), f"number {i}"]) for i, queue in enumerate(queues)]
    return [(text, queue, rng.choice(["mail", "chat"])) for text, queue in zip(texts, queues, strict=True)]


def data(n: int = 80, seed: int = 1) -> str:
    """Return the rows as CSV."""
    return "\n".join(["body,queue,channel", *(",".join(row) for row in rows(n, seed))]) + "\n"


@pytest.fixture(scope="session")
def tiny():
    """Return a function that writes the tiny scenario into a folder, with this text and these bytes as its data."""

    def write(folder: Path, *, text: str = SCENARIO, content: str | bytes = "", file: str = "data.csv") -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "scenario.toml").write_text(text.replace('"data.csv"', f'"{file}"'), encoding="utf-8")
        content = content or data()
        (folder / file).write_bytes(content.encode() if isinstance(content, str) else content)
        return folder

    return write


@pytest.fixture
def folder(tiny, tmp_path):
    """A folder with the tiny scenario, not yet run."""
    return tiny(tmp_path / "tiny")


@pytest.fixture(scope="session")
def finished(tiny, tmp_path_factory, luodi):
    """The tiny scenario after its run. Tests leave it as it is."""
    folder = tiny(tmp_path_factory.mktemp("finished") / "tiny")
    assert luodi("run", folder).code == 0
    return folder


@pytest.fixture
def done(finished, tmp_path):
    """A copy of the finished run, to do with as a test likes."""
    return shutil.copytree(finished, tmp_path / "done")


@pytest.fixture(scope="session")
def luodi():
    """Return a function that calls the command line in this process: exit code, output, errors."""

    def call(*arguments: object) -> Told:
        result = CliRunner().invoke(cli.main, [str(one) for one in arguments])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Told(result.exit_code, result.stdout, result.stderr)

    return call


@pytest.fixture(scope="session")
def luodi_process():
    """Return a function that calls the command line as a person does, in a process of its own."""

    def call(*arguments: object, **more) -> Told:
        command = [sys.executable, "-m", "luodi", *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, **more)
        return Told(done.returncode, done.stdout, done.stderr)

    return call


@pytest.fixture
def refused(luodi):
    """Return a function that calls the command line and sees that it refuses in three parts, with exit code 2."""

    def call(*arguments: object) -> str:
        told = luodi(*arguments)
        assert told.code == 2, told
        first, *rest = told.err.splitlines()
        assert first.startswith("error: "), told.err
        assert [line[:9] for line in rest[:2]] == ["  where: ", "  fix:   "], told.err
        assert "Traceback" not in told.err
        return told.err

    return call


@pytest.fixture
def whole():
    """Return a function that sees that nothing under a scenario is half-written."""

    def look(folder: Path) -> None:
        artifacts = [one for one in (folder / ".luodi").glob("*/*/") if not one.name.endswith(".partial")]
        assert all((one / "artifact.json").is_file() for one in artifacts), artifacts
        for lock in folder.glob("luodi.lock"):
            json.loads(lock.read_text(encoding="utf-8"))

    return look


@pytest.fixture
def on_a_disk(tmp_path):
    """Return a function that runs shell lines where `$disk` is a small disk that nobody else sees."""
    disk = tmp_path / "disk"
    disk.mkdir()

    def run(script: str, size: str) -> Told:
        mount = f'disk="{disk}"; mount -t tmpfs -o size={size} tmpfs "$disk" || exit 77\n'
        command = f'luodi() {{ "{sys.executable}" -m luodi "$@"; }}\n'
        lines = ["unshare", "-m", "sh", "-c", mount + command + script]
        done = subprocess.run(lines, capture_output=True, text=True, timeout=120, check=False)
        return Told(done.returncode, done.stdout, done.stderr)

    if not shutil.which("unshare") or run("exit 0", "64k").code != 0:
        pytest.skip("a disk of one's own takes Linux, root and the right to mount")
    return run


def programs() -> Path | None:
    """Return the folder of PostgreSQL's programs."""
    found = [Path(one) for one in (shutil.which("initdb"),) if one]
    places = [*sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True), *found]
    return places[0].parent if places else None


@pytest.fixture(scope="session")
def postgres_server():
    """The URL of a PostgreSQL of our own, without its query: started once for all tests, where it is installed."""
    bin_ = programs()
    if bin_ is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    user = None
    if os.getuid() == 0:
        names = {one.pw_name for one in pwd.getpwall()}
        user = next((name for name in ("postgres", "nobody") if name in names), None)
        if user is None:
            pytest.skip("PostgreSQL refuses to run as root, and there is no other user")
    home = Path(
        tempfile.mkdtemp(prefix="pg")
    )  # pytest's own folders are closed to other users, and too long for a socket
    home.chmod(0o777)
    as_user = {"user": user, "cwd": home, "env": {**os.environ, "HOME": str(home), "LC_ALL": "C.UTF-8"}}
    (home / "pw").write_text(POSTGRES_PASSWORD)
    (home / "pw").chmod(0o644)

    def call(*command: object) -> None:
        subprocess.run([str(one) for one in command], check=True, capture_output=True, timeout=60, **as_user)

    locked = ("-A", "scram-sha-256", "--pwfile", home / "pw")
    call(bin_ / "initdb", "-D", home / "db", "-U", "owner", *locked, "-E", "UTF8", "--no-sync")
    options = f"-k {home} -c listen_addresses='' -c fsync=off -c shared_buffers=16MB"
    call(bin_ / "pg_ctl", "-D", home / "db", "-l", home / "log", "-o", options, "-w", "start")
    try:
        url = f"postgresql://owner:{quote(POSTGRES_PASSWORD, safe='')}@/postgres?host={home}"
        yield url
    finally:
        call(bin_ / "pg_ctl", "-D", home / "db", "-m", "immediate", "stop")
        shutil.rmtree(home, ignore_errors=True)
