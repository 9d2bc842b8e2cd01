"""Texts of mixed lengths without pause: `python -m bench.drill_memory [MINUTES] [BUNDLE]`. Memory must not grow.

Without a bundle, the int8 starter encoder. The texts are 1 to 60 words of the bundle's examples, from a seed, no two
alike. It prints the resident memory of the service and its worker as it goes, and at the end its slope over the second
half, by least squares.
"""

import asyncio
import itertools
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.load import closed_loop, post, show
from bench.serving import encoder_bundle, service

N_CONNECTIONS, ROUND = 16, 50
MOST_MB, MOST_SLOPE = 450.0, 5.0


def bodies(words: list[str], seed: int = 7) -> Iterator[bytes]:
    """Yield bodies without end."""
    rng = random.Random(seed)
    while True:
        yield json.dumps({"text": " ".join(rng.choices(words, k=rng.randrange(1, 61)))}, ensure_ascii=False).encode()


def slope(points: list[tuple[float, float]]) -> float:
    """Return the least-squares slope of y over x."""
    mean_x, mean_y = (sum(one[n] for one in points) / len(points) for n in range(2))
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0


def main(minutes: float = 60.0, bundle: str = "") -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(bundle) if bundle else encoder_bundle(Path(folder) / "bundle", TEXTS * 10)
        lines = (path / "examples.jsonl").read_text(encoding="utf-8").splitlines()
        made = bodies([word for line in lines for word in json.loads(line)["request"]["text"].split()])
        with service(path, Path(folder) / "home") as running:
            idle, started = running.rss_mb(), time.monotonic()
            print("idle", idle, f"{sum(idle):.1f}", flush=True)
            series, n, shown, not_ok = list[tuple[float, float]](), 0, 1, 0
            while time.monotonic() - started < 60 * minutes:
                requests = [post("/predict", one, running.token) for one in itertools.islice(made, ROUND)]
                tally = asyncio.run(closed_loop(running.port, requests, n_connections=N_CONNECTIONS))
                n += len(requests)
                not_ok += sum(status != 200 for status, _ in tally.outcomes)
                memory, hours = running.rss_mb(), (time.monotonic() - started) / 3_600
                series.append((hours, sum(memory)))
                if n >= shown:
                    print(f"{n:>8,} texts, {60 * hours:5.1f} min", memory, f"{sum(memory):.1f}", flush=True)
                    shown = max(n + 1, int(n * 1.5))
    half = series[len(series) // 2 :]
    by_text = 1_000 * (half[-1][1] - half[0][1]) / max(1, ROUND * (len(half) - 1))
    highest, grows = max(mb for _, mb in series), slope(half)
    show([
        ("texts, not answered with 200", f"{n:,}, {not_ok}"),
        (f"highest resident MB (at most {MOST_MB:.0f})", f"{highest:.1f}"),
        (f"slope of the second half, MB an hour (at most {MOST_SLOPE:.0f}, of an hour or more)", f"{grows:.1f}"),
        ("growth of the second half, MB by 1,000 texts", f"{by_text:.2f}"),
    ])  # fmt: skip
    sys.exit(bool(not_ok or highest > MOST_MB or (minutes >= 60 and grows > MOST_SLOPE)))


TEXTS = [
    "Where is my card? I ordered it two weeks ago and it has not come.",
    "I was charged twice for the same order, please give me back one of the payments.",
    "How do I change the address of my account",
    "The app closes as soon as I open it, on two phones, since the last update of last week.",
    "Thank you",
    "Can I take out money abroad, and what does it cost me in another currency?",
]

if __name__ == "__main__":
    main(*map(float, sys.argv[1:2]), *sys.argv[2:3])
