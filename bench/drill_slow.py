"""Slow sockets beside normal traffic: `python -m bench.drill_slow [N] [SECONDS]`. Normal traffic must not notice."""

import asyncio
import contextlib
import itertools
import json
import select
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.load import Tally, open_loop, open_many, post, show
from bench.serving import service, tiny_bundle

ROOT = Path(__file__).parents[1]
PER_SECOND = 50.0
N_CONNECTIONS = 32  # of the normal traffic
STARTS = (
    b"POST /predict HTTP/1.1\r\nhost: localhost\r\n",
    b"POST /predict HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer %s\r\ncontent-length: 900000\r\n\r\n{",
    b"",
)


class Slow:
    """A socket that sends a byte a second, over headers or a body, or nothing at all."""

    def __init__(self, port: int, token: str, number: int) -> None:
        self.number, self.started = number, time.perf_counter()
        self.due = self.started + 1
        start = STARTS[number % len(STARTS)]
        self.says = bool(start)
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.sendall(start % token.encode() if b"%s" in start else start)
        self.socket.settimeout(0)

    def goes_on(self) -> bool:
        """Send the next byte, if it is time; say whether the connection still stands."""
        self.due += 1
        with contextlib.suppress(BlockingIOError):
            try:
                return not self.says or self.socket.send(b"x") == 1
            except OSError:
                return False
        return True


def dawdle(port: int, token: str, n: int, seconds: float) -> None:
    """Keep n slow sockets open; whoever is hung up on comes again. Print the longest life and how many there were."""
    open_many()
    begun, poll = time.perf_counter(), select.poll()
    there: dict[int, Slow] = {}
    ages: list[float] = []
    waiting = list(range(n))

    def leave(one: Slow) -> None:
        poll.unregister(one.socket)
        del there[one.socket.fileno()]
        one.socket.close()
        ages.append(time.perf_counter() - one.started)
        waiting.append(one.number)

    while (now := time.perf_counter() - begun) < seconds:
        wanted = min(n, int(n * now / min(2.0, seconds / 2)) + 1)
        while waiting and len(there) < wanted:
            with contextlib.suppress(OSError):
                one = Slow(port, token, waiting.pop())
                there[one.socket.fileno()] = one
                poll.register(one.socket, select.POLLIN | select.POLLHUP)
        for file, _ in poll.poll(20):
            with contextlib.suppress(OSError):
                if there[file].socket.recv(4_096):
                    continue
            leave(there[file])
        for one in [one for one in there.values() if one.due < time.perf_counter()]:
            if not one.goes_on():
                leave(one)
    ages += [time.perf_counter() - one.started for one in there.values()]
    print(json.dumps({"oldest": max(ages), "n": len(ages)}))


def hold(port: int, token: str, n: int, seconds: float) -> tuple[Tally, float, int]:
    """Ask 50 times a second while n sockets of another process dawdle over headers, over bodies, or say nothing.

    Return the outcomes of the normal traffic, the longest life of a slow socket in seconds, and how many there were.
    """
    command = [sys.executable, "-m", "bench.drill_slow", "dawdle", str(port), token, str(n), str(seconds)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as slow:
        request = post("/predict", json.dumps({"text": "where is my card"}).encode(), token)
        normal = open_loop(
            port, itertools.repeat(request), per_second=PER_SECOND, seconds=seconds, n_connections=N_CONNECTIONS
        )
        tally = asyncio.run(normal)
        told = json.loads(slow.communicate(timeout=30)[0])
    return tally, float(told["oldest"]), int(told["n"])


def main(n: int = 2_000, seconds: float = 40.0) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        service(tiny_bundle(Path(folder) / "bundle"), Path(folder) / "home") as running,
    ):
        calm, _, _ = hold(running.port, running.token, 1, 5.0)
        before = running.rss_mb()
        tally, oldest, n_slow = hold(running.port, running.token, n, seconds)
        after = running.rss_mb()
    show([
        ("slow sockets", f"{n:,} at a time, {n_slow:,} in all"),
        ("normal requests by status (all 200)", str(tally.statuses())),
        ("p99 ms, calm and beside them", f"{calm.ms(0.99):.1f}, {tally.ms(0.99):.1f}"),
        ("longest life of a slow socket, s (at most 20)", f"{oldest:.1f}"),
        ("resident MB before and after", f"{before}, {after}"),
    ])  # fmt: skip
    sys.exit(set(tally.statuses()) != {200})


if __name__ == "__main__":
    if sys.argv[1:2] == ["dawdle"]:
        dawdle(int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), float(sys.argv[5]))
    else:
        main(*map(int, sys.argv[1:2]), *map(float, sys.argv[2:3]))
