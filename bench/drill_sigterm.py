"""SIGTERM under load, again and again: `python -m bench.drill_sigterm [N]`. Nothing that was sent goes unanswered."""

import asyncio
import collections
import json
import signal
import sys
import tempfile
import time
from pathlib import Path

from bench.load import Client, post, show
from bench.serving import Service, service, tiny_bundle

PER_SECOND, N_CLIENTS = 100.0, 16


async def end_under_load(running: Service, *, seconds: float = 0.7) -> tuple[collections.Counter[str], float, int]:
    """Ask without pause, send SIGTERM, and go on until nobody listens. Return outcomes, seconds to the end, exit code.

    "refused" is a connection that was never made: such a client knows that nothing was done, and tries again.
    """
    request = post("/predict", json.dumps({"text": "where is my card"}).encode(), running.token)
    outcomes: collections.Counter[str] = collections.Counter()
    over = asyncio.Event()

    async def one() -> None:
        client = Client()
        while not over.is_set():
            if client.closing:
                client.close()
            if client.transport is None:
                client.closing = False
                try:
                    await asyncio.get_running_loop().create_connection(lambda: client, "127.0.0.1", running.port)
                except OSError:
                    outcomes["refused"] += 1
                    return
            status, _ = await client.ask(request, port=running.port)
            outcomes[str(status) if status else "dropped"] += 1
            await asyncio.sleep(N_CLIENTS / PER_SECOND)
        client.close()

    clients = [asyncio.create_task(one()) for _ in range(N_CLIENTS)]
    await asyncio.sleep(seconds)
    started = time.perf_counter()
    running.process.send_signal(signal.SIGTERM)
    code = await asyncio.to_thread(running.process.wait, 30)
    took = time.perf_counter() - started
    over.set()
    await asyncio.gather(*clients)
    await asyncio.sleep(0.05)
    return outcomes, took, code


def main(n: int = 200) -> None:
    total: collections.Counter[str] = collections.Counter()
    longest, codes = 0.0, set()
    with tempfile.TemporaryDirectory() as folder:
        bundle = tiny_bundle(Path(folder) / "bundle")
        for _ in range(n):
            with service(bundle, Path(folder) / "home", seconds=0.02) as running:
                outcomes, seconds, code = asyncio.run(end_under_load(running))
            total += outcomes
            longest = max(longest, seconds)
            codes.add(code)
    show([
        ("times ended", f"{n:,}"),
        ("outcomes", str(dict(total))),
        ("dropped (0)", str(total["dropped"])),
        ("exit codes ({0})", str(codes)),
        ("longest end, s (at most 10)", f"{longest:.1f}"),
    ])  # fmt: skip
    sys.exit(bool(total["dropped"] or codes != {0}))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
