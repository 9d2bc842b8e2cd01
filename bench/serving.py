"""A bundle with the int8 starter encoder, and the service of a bundle as a process, for the benchmarks and drills."""

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from luodi import child
from luodi.bundle import write_bundle
from luodi.tasks.text_classification import Request

LABELS = [str(n) for n in range(4)]
TINY = {"lost card": 0.7, "refund": 0.3}
VALUES = {
    "scenario": "bench", "task": "text-classification", "goal": "", "options": {}, "model": "encoder", "form": "int8",
    "temperature": 1.0, "threshold": None, "promise": None, "metrics": {}, "record": "redacted",
}  # fmt: skip


def encoder_bundle(folder: Path, xs: list[str]) -> Path:
    """Write a bundle whose model is the starter encoder, quantized on some of the texts, under an untrained head."""
    from luodi.runtime import quantize
    from luodi.train import export, network, starter

    encoder = starter.find("starter")
    net = network.pretrained(encoder, len(LABELS), seed=7)
    text = network.Text(encoder.path / network.TOKENIZER, max_tokens=128)
    (folder / "model").mkdir(parents=True)
    with tempfile.TemporaryDirectory() as plain:
        export.export(Path(plain), net, text, "classify", LABELS)
        quantize.make(Path(plain), "int8", xs, folder / "model")
    write_bundle(folder, requests=[Request(text=one) for one in xs[:5]], card="# A card\n", **VALUES)
    return folder


WORKER = """
import os, sys, time
from pathlib import Path
from luodi.serve import worker

class Drilled:
    def __init__(self, inner, seconds):
        self.inner, self.seconds = inner, seconds
    def predict(self, xs):
        time.sleep(self.seconds)
        for x in xs:
            if x.startswith("die "):
                os.kill(os.getpid(), 9)
            if x.startswith("hang "):
                time.sleep(600)
        return self.inner.predict(xs)

def change(bundle):
    bundle.session = Drilled(bundle.session, float(sys.argv[2]))

worker.main(Path(sys.argv[1]), change)
"""

LAUNCH = """
import os, sys
from pathlib import Path
from luodi.bundle import read_bundle
from luodi.ledger.ledger import open_ledger
from luodi.serve.auth import Token
from luodi.serve.limits import Hosts, Limits
from luodi.serve.port import bind
from luodi.serve.server import serve_service, service_of

path, home, seconds, code, token = sys.argv[1:]
token = Token(value=token, given=True)
with bind("127.0.0.1", 0) as data, bind("127.0.0.1", 0) as admin:
    service = service_of([read_bundle(Path(path))], token=token, hosts=Hosts("127.0.0.1"), home=Path(home),
                         ledger=open_ledger(Path(home)), limits=Limits(),
                         command=lambda folder: [sys.executable, "-c", code, str(folder), seconds])
    serve_service(service, data=data, admin=admin, token=token, say=lambda line: print(line, flush=True))
"""


def tiny_bundle(folder: Path, scores: Mapping[str, float] = TINY, **changed: Any) -> Path:
    """Write a bundle whose model answers at once and always the same, so that one sees what the service does.

    `changed` are further entries of `bundle.json`, or others.
    """
    from luodi.runtime.engine_constant import Constant

    (folder / "model").mkdir(parents=True)
    Constant(scores).save(folder / "model")
    values = VALUES | {"model": "majority", "form": "float32", "options": {"max_characters": 1000}} | changed
    write_bundle(folder, requests=[Request(text="where is my card")], card="# A card\n", **values)
    return folder


class Service:
    """A running service."""

    def __init__(self, process: subprocess.Popen[str], port: int, token: str) -> None:
        self.process, self.port, self.token = process, port, token

    def pids(self) -> list[int]:
        """Return the process and its workers."""
        file = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [self.process.pid, *map(int, file.read_text(encoding="ascii").split())]

    def rss_mb(self) -> list[float]:
        """Return the resident memory of the process and of each worker, in MB (10^6 bytes)."""
        pages = [int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) for pid in self.pids()]
        return [round(one * os.sysconf("SC_PAGE_SIZE") / 1e6, 1) for one in pages]

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


@contextlib.contextmanager
def service(
    bundle: Path, home: Path, *, seconds: float | None = None, stderr: IO[str] | None = None
) -> Iterator[Service]:
    """Start `luodi serve` as a user would; with `seconds`, on a worker whose model takes so long for a batch, and
    ends or hangs where a text says so."""
    token = secrets.token_hex(16)
    ports = ("--port", "0", "--admin-port", "0")
    command = child.command("luodi", "serve", str(bundle), *ports, "--home", str(home))
    if seconds is not None:
        command = [sys.executable, "-c", LAUNCH, str(bundle), str(home), str(seconds), WORKER, token]
    environment = os.environ | {"LUODI_TOKEN": token}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True, env=environment) as process:
        try:
            assert process.stdout
            line = next(line for line in process.stdout if "http://" in line)
            yield Service(process, int(line.strip().rpartition(":")[2]), token)
        finally:
            process.kill()
