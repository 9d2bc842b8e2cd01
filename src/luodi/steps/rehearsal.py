"""Ask a service, started as a user would start it, the rows of an exam."""

import itertools
import json
import os
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from luodi import child

FIRST_CALL, PER_CALL, CALL_BYTES = 4, 50, 200_000
"""How many rows are asked for at first, how many at most, and in how many bytes."""
QUICK_SECONDS, SLOW_SECONDS = 5.0, 10.0
"""A call that took less is followed by a larger one, one that took more by a smaller: all are answered in time."""
START_SECONDS = 60.0
Ask = Callable[[list[Any]], list[Any]]


@contextmanager
def service(bundle: Path, *, home: Path) -> Iterator[Ask]:
    """Start the service of a bundle as a user would, and yield a function that asks it."""
    environment = os.environ | {"LUODI_TOKEN": os.urandom(16).hex()}
    ports = ("--port", "0", "--admin-port", "0")
    command = child.command("luodi", "serve", str(bundle), *ports, "--home", str(home))
    home.mkdir(parents=True, exist_ok=True)
    said = home / "service.log"  # what it warns of is about a service in use, not about this exam
    with said.open("w", encoding="utf-8") as file:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=file, env=environment, text=True)
    assert process.stdout
    try:
        line = next((line for line in process.stdout if "http://" in line), "")
        assert line, f"the service did not start: {said.read_text(encoding='utf-8')[-2000:]}"
        address = "http://" + line.partition("http://")[2].split()[0].rstrip("/")

        def ask(requests: list[Mapping[str, Any]]) -> list[Any]:
            call = urllib.request.Request(  # noqa: S310 -- our own address on the loopback
                f"{address}/predict",
                data=json.dumps(requests).encode(),
                headers={
                    "Authorization": f"Bearer {environment['LUODI_TOKEN']}",
                    "Content-Type": "application/json",
                },
            )
            with urllib.request.urlopen(call, timeout=START_SECONDS) as answer:  # noqa: S310
                return list(json.load(answer))

        yield ask
    finally:
        process.terminate()
        process.wait(timeout=START_SECONDS)
        process.stdout.close()


def answers(ask: Ask, exam: Sequence[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], Any]]:
    """Yield rows with the service's answers, asked in calls that keep to its limits, its time among them."""
    at, most = 0, FIRST_CALL
    while at < len(exam):
        sizes = itertools.accumulate(len(json.dumps(row["request"])) for row in exam[at : at + most])
        rows = exam[at : at + max(1, sum(size <= CALL_BYTES for size in sizes))]
        started = time.monotonic()
        answered = ask([row["request"] for row in rows])
        seconds = time.monotonic() - started
        if seconds < QUICK_SECONDS:
            most = min(PER_CALL, 2 * most)
        elif seconds > SLOW_SECONDS:
            most = max(1, most // 2)
        yield from zip(rows, answered, strict=True)
        at += len(rows)
