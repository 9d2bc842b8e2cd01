"""Ten times as much as it can: `python -m bench.drill_overload [SECONDS] [BATCH_MS]`.

The model of this drill takes its time asleep, as one on another machine's cores would, so that the generator and the
service do not take from each other what is to be measured: how admission behaves.
"""

import asyncio
import itertools
import json
import sys
import tempfile
from pathlib import Path

from bench.load import Tally, closed_loop, open_loop, post, show
from bench.serving import service, tiny_bundle

TIMES = 10


async def overload(port: int, token: str, seconds: float) -> tuple[Tally, Tally, Tally]:
    """Return what came of as much as it can take, of ten times that, and of half of it 5 seconds later."""
    request = post("/predict", json.dumps({"text": "where is my card"}).encode(), token, "luodi-timeout-ms: 1000")
    n = 600
    first = await closed_loop(port, itertools.repeat(request, n), n_connections=64)
    peak = await closed_loop(port, itertools.repeat(request, max(n, int(first.rate() * seconds / 2))), n_connections=64)
    flood = await open_loop(port, itertools.repeat(request), per_second=TIMES * peak.rate(), seconds=seconds)
    await asyncio.sleep(5)
    after = await open_loop(port, itertools.repeat(request), per_second=peak.rate() / 2, seconds=seconds / 2)
    return peak, flood, after


def main(seconds: float = 60.0, batch_ms: float = 300.0) -> None:
    with tempfile.TemporaryDirectory() as folder:
        bundle = tiny_bundle(Path(folder) / "bundle")
        with service(bundle, Path(folder) / "home", seconds=batch_ms / 1_000) as running:
            before = running.rss_mb()
            peak, flood, after = asyncio.run(overload(running.port, running.token, seconds))
            memory = running.rss_mb()
    refusals = " and ".join(f"{flood.ms(share, status=503):.1f}" for share in (0.5, 0.99))
    good = flood.rate() / peak.rate()
    show([
        ("peak, answers/s", f"{peak.rate():.0f}"),
        ("offered, requests/s", f"{len(flood.outcomes) / flood.seconds:.0f}"),
        ("by status under overload", str(flood.statuses())),
        ("goodput / peak (at least 0.90)", f"{good:.2f}"),
        ("p99 of those that were answered, ms (at most 1,000)", f"{flood.ms(0.99):.0f}"),
        ("p50 and p99 of refusals, ms (at most 10)", refusals),
        ("half the peak, 5 s later, by status (all 200)", str(after.statuses())),
        ("resident MB before and after", f"{before}, {memory}"),
    ])  # fmt: skip
    sys.exit(good < 0.9 or set(after.statuses()) != {200})


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
