"""A bundle with the int8 starter encoder, and the service of a bundle as a process, for the benchmarks and drills."""

import contextlib
import os
import secrets
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from luodi import child
from luodi.bundle import write_bundle
from luodi.tasks.text_classification import Request

LABELS = [str(n) for n in range(4)]
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
def service(bundle: Path, home: Path, *, port: int = 0) -> Iterator[Service]:
    """Start `luodi serve` as a user would."""
    token = secrets.token_hex(16)
    command = child.command(
        "luodi", "serve", str(bundle), "--port", str(port), "--admin-port", "0", "--home", str(home)
    )
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=os.environ | {"LUODI_TOKEN": token}
    ) as process:
        try:
            assert process.stdout
            line = next(line for line in process.stdout if "http://" in line)
            yield Service(process, int(line.strip().rpartition(":")[2]), token)
        finally:
            process.kill()
