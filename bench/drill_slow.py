"""Slow sockets beside normal traffic: `python -m bench.drill_slow [N] [SECONDS]`. Normal traffic must not notice."""

import asyncio
import contextlib
import itertools
import json
import resource
import sys
import tempfile
import time
from pathlib import Path

from bench.load import Tally, open_loop, post, show
from bench.serving import service, tiny_bundle

PER_SECOND = 50.0
STARTS = (
    b"POST /predict HTTP/1.1\r\nhost: localhost\r\n",
    b"POST /predict HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer %s\r\ncontent-length: 900000\r\n\r\n{",
    b"",
)


async def hold(port: int, token: str, n: int, seconds: float) -> tuple[Tally, float, int]:
    """Ask 50 times a second while n sockets dawdle over headers, over bodies, or say nothing.

    Return the outcomes of the normal traffic, the longest life of a slow socket in seconds, and how many there were.
    """
    ages: list[float] = []
    ending = asyncio.Event()

    async def dawdle(number: int) -> None:
        await asyncio.sleep(number / n * min(2.0, seconds / 2))
        while not ending.is_set():
            started = time.perf_counter()
            with contextlib.suppress(OSError):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                start = STARTS[number % len(STARTS)]
                writer.write(start % token.encode() if b"%s" in start else start)
                while not ending.is_set() and not reader.at_eof():
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(reader.read(1_000), 1.0)
                    writer.write(b"x" if start else b"")
                writer.transport.abort()
            ages.append(time.perf_counter() - started)
            await asyncio.sleep(0.05)

    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard > 0 else 65_536, hard))
    slow = [asyncio.create_task(dawdle(number)) for number in range(n)]
    request = post("/predict", json.dumps({"text": "where is my card"}).encode(), token)
    try:
        tally = await open_loop(port, itertools.repeat(request), per_second=PER_SECOND, seconds=seconds)
    finally:
        ending.set()
    await asyncio.gather(*slow)
    await asyncio.sleep(0.1)
    return tally, max(ages), len(ages)


def main(n: int = 2_000, seconds: float = 40.0) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        service(tiny_bundle(Path(folder) / "bundle"), Path(folder) / "home") as running,
    ):
        calm, _, _ = asyncio.run(hold(running.port, running.token, 1, 5.0))
        before = running.rss_mb()
        tally, oldest, n_slow = asyncio.run(hold(running.port, running.token, n, seconds))
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
    main(*map(int, sys.argv[1:2]), *map(float, sys.argv[2:3]))
