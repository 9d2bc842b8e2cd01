"""Is a forecast from a fifth of the rows true of all of them? `python -m bench.learning_curves`.

The curve is fitted to the first fifth; then the same model learns from four fifths of that, and of two and four times
as much, and is examined on other rows. Both columns are accuracies of tfidf-logreg.
"""

import random
import sys
import time
from pathlib import Path

from bench.wrong_labels import read
from luodi.metrics.classification import accuracy
from luodi.quality import forecast

N_TEST = 2_000


def compare(name: str) -> None:
    rows = random.Random(7).sample(read(name), len(read(name)))
    test, rest = rows[:N_TEST], rows[N_TEST:]
    fifth = rest[: len(rest) // 5]
    started = time.perf_counter()
    made = forecast.curve([x for x, _ in fifth], [y for _, y in fifth])
    seconds = time.perf_counter() - started
    assert made is not None
    print(f"{name}: {len(fifth):,} rows, {seconds:.1f} s; points {made.points}", flush=True)
    for times in (1, 2, 5):
        n = min(times * made.n_rows, len(rest))
        truth = accuracy([y for _, y in test], forecast.tfidf_logreg(rest[:n], [x for x, _ in test]))
        said = made.at(n)
        print(
            f"  {n:,} rows: forecast {said.value:.4f} ({said.low:.4f} to {said.high:.4f}), true {truth:.4f}, "
            f"off by {said.value - truth:+.4f}",
            flush=True,
        )


def main() -> None:
    for name in sys.argv[1:] or ["AG News", "THUCNews", "banking77"]:
        compare(name)


if __name__ == "__main__":
    assert (Path(__file__).parents[2] / "shared" / "data").is_dir(), "this needs the data sets beside the project"
    sys.exit(main())
