"""The service against its own model and against a plain one: `python -m bench.serve [N_TEXTS] [N_ROUNDS]`.

On the same texts, in turns: the raw session on batches of 32 in the order of arrival, and on all texts sorted by
length; the service at 64 connections and at one; Starlette with `transformers.pipeline` at 64 connections. The load
generator runs on the same cores.
"""

import asyncio
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.inference import texts
from bench.load import Tally, closed_loop, post, show
from bench.serving import encoder_bundle, service

N_CONNECTIONS = 64
FULL = 32


def main(n_texts: int = 512, n_rounds: int = 3) -> None:
    name, xs = texts()
    xs = xs[:n_texts]
    with tempfile.TemporaryDirectory() as folder:
        bundle = encoder_bundle(Path(folder) / "bundle", xs)
        with service(bundle, Path(folder) / "home") as ours, _peer() as peer:
            idle = ours.rss_mb()
            sides = _sides(bundle, xs, ours, peer)
            for one in sides.values():
                one()  # warm
            made: dict[str, list[Tally]] = {side: [] for side in sides}
            for _ in range(n_rounds):
                for side, run in sides.items():
                    made[side].append(run())
            _report(name, xs, made, idle, ours.rss_mb())


def _sides(bundle: Path, xs: list[str], ours, peer: int) -> dict[str, Callable[[], Tally]]:
    from luodi.runtime.session import open_session

    session = open_session(bundle / "model")

    def raw(size: int, n: int) -> Tally:
        tally, started = Tally(), time.perf_counter()
        for start in range(0, n, size):
            begun = time.perf_counter()
            got = session.predict(xs[start : min(n, start + size)])
            tally.outcomes += [(200, time.perf_counter() - begun)] * len(got)
        tally.seconds = time.perf_counter() - started
        return tally

    def asked(port: int, path: str, token: str, n: int, n_connections: int) -> Tally:
        requests = [post(path, json.dumps({"text": x}).encode(), token) for x in xs[:n]]
        return asyncio.run(closed_loop(port, requests, n_connections=n_connections))

    return {
        "raw, arrival": lambda: raw(FULL, len(xs)),
        "raw, sorted": lambda: raw(len(xs), len(xs)),
        "raw, one": lambda: raw(1, len(xs) // 4),
        "http, 64": lambda: asked(ours.port, "/predict", ours.token, len(xs), N_CONNECTIONS),
        "http, one": lambda: asked(ours.port, "/predict", ours.token, len(xs) // 4, 1),
        "peer, 64": lambda: asked(peer, "/predict", "none", len(xs) // 4, N_CONNECTIONS),
    }


def _report(name: str, xs: list[str], made: dict[str, list[Tally]], idle: list[float], after: list[float]) -> None:
    rate = {side: statistics.median(one.rate() for one in tallies) for side, tallies in made.items()}
    bad = {side: [one.statuses() for one in tallies if set(one.statuses()) != {200}] for side, tallies in made.items()}
    full_ms = statistics.median(one.ms(0.5) for one in made["raw, arrival"])
    p99 = statistics.median(one.ms(0.99) for one in made["http, 64"])
    raw_one = statistics.median(one.ms(0.5) for one in made["raw, one"])
    http_one = statistics.median(one.ms(0.5) for one in made["http, one"])
    show(
        [
            ("texts", f"{len(xs)} of {name}, {len(made['http, 64'])} rounds, {len(os.sched_getaffinity(0))} cores"),
            *((f"{side}, texts/s", f"{one:.1f}") for side, one in rate.items()),
            ("http / raw in order of arrival (at least 0.95)", f"{rate['http, 64'] / rate['raw, arrival']:.2f}"),
            ("http / raw sorted (at least 0.70)", f"{rate['http, 64'] / rate['raw, sorted']:.2f}"),
            ("http / peer (at least 6)", f"{rate['http, 64'] / rate['peer, 64']:.1f}"),
            ("one full batch, ms", f"{full_ms:.1f}"),
            ("p99 / one full batch (at most 3)", f"{p99 / full_ms:.2f}"),
            ("p50 of one connection less that of the session, ms (at most 1.5)", f"{http_one - raw_one:.2f}"),
            ("resident MB, service and worker, idle (sum at most 450)", f"{idle}, {sum(idle):.0f}"),
            ("resident MB after", f"{after}, {sum(after):.0f}"),
            ("not answered with 200", json.dumps({side: one for side, one in bad.items() if one})),
        ]
    )


@contextlib.contextmanager
def _peer() -> Iterator[int]:
    """Start the plain service: no batching, the pipeline in a pool of threads, as tutorials have it."""
    with subprocess.Popen([sys.executable, "-m", "bench.serve_peer"], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield int(next(line for line in process.stdout if line.startswith("port ")).split()[1])
        finally:
            process.kill()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
