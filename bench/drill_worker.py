"""Workers that are killed, or that a text ends or hangs: `python -m bench.drill_worker [N]`. Others do not notice."""

import asyncio
import collections
import itertools
import json
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from bench.load import Client, post, show
from bench.serving import Service, service, tiny_bundle

WAYS = ("kill", "stop", "die", "hang")
"""SIGKILL and SIGSTOP from outside; a text that ends the process, one that hangs it."""


async def harm(running: Service, way: str, rng: random.Random) -> tuple[collections.Counter[int], int, float]:
    """Do one harm under load. Return the statuses of the others, that of the deadly text, seconds until one is answered
    by a new worker."""
    outcomes: collections.Counter[int] = collections.Counter()
    over, numbers = asyncio.Event(), itertools.count()

    async def others() -> None:
        client = Client()
        while not over.is_set():
            body = json.dumps({"text": f"where is card {next(numbers)}"}).encode()
            status, _ = await client.ask(post("/predict", body, running.token), port=running.port)
            outcomes[status] += 1
            await asyncio.sleep(0.02)
        client.close()

    tasks = [asyncio.create_task(others()) for _ in range(8)]
    await asyncio.sleep(0.3)
    (worker,) = running.pids()[1:]
    status, started = 200, time.perf_counter()
    if way in {"kill", "stop"}:
        os.kill(worker, signal.SIGKILL if way == "kill" else signal.SIGSTOP)
    else:
        body = json.dumps({"text": f"{way} {rng.randrange(10**9)}"}).encode()
        client = Client()
        status, _ = await client.ask(post("/predict", body, running.token), port=running.port)
        client.close()
    while running.pids()[1:] in ([], [worker]):
        await asyncio.sleep(0.05)
    fresh, client = 0, Client()
    while fresh != 200:
        body = json.dumps({"text": f"fresh {rng.randrange(10**9)}"}).encode()
        fresh, _ = await client.ask(post("/predict", body, running.token), port=running.port)
    seconds = time.perf_counter() - started
    client.close()
    over.set()
    await asyncio.gather(*tasks)
    await asyncio.sleep(0.05)
    return outcomes, status, seconds


def main(n: int = 100) -> None:
    rng, total, refused = random.Random(7), collections.Counter[int](), collections.Counter[tuple[str, int]]()
    longest: dict[str, float] = dict.fromkeys(WAYS, 0.0)
    with tempfile.TemporaryDirectory() as folder:
        bundle = tiny_bundle(Path(folder) / "bundle")
        with service(bundle, Path(folder) / "home", seconds=0.01) as running:
            for number in range(n):
                way = WAYS[number % len(WAYS)]
                outcomes, status, seconds = asyncio.run(harm(running, way, rng))
                total += outcomes
                refused[way, status] += 1
                longest[way] = max(longest[way], seconds)
            memory = running.rss_mb()
    show([
        ("harms", f"{n:,}"),
        ("the others, by status (all 200)", str(dict(total))),
        ("the deadly text itself (500)", str(dict(refused))),
        ("longest until a new worker answers, s", str({way: round(one, 1) for way, one in longest.items()})),
        ("resident MB at the end", str(memory)),
    ])  # fmt: skip
    sys.exit(set(total) != {200})


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
