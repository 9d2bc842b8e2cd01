"""A distilled student against its teacher: size, macro F1 and texts per second of both in the form they are served in.

`python -m bench.distill [--rows 4000] [--minutes 30] [SET …]`; a set is "AG News", "Banking77" or "support-tickets".

Teacher and student learn from the same rows; a tenth of them is dev, 2,000 further rows (of support-tickets a fifth)
are the exam. Both are exported and made int8 with the same calibration texts. Speeds are medians of interleaved
windows.
"""

import argparse
import csv
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

from bench import few_labels
from bench.windows import interleaved, median_ratio
from luodi.contracts import Recipe
from luodi.metrics.classification import macro_f1
from luodi.models.distilled import Distilled
from luodi.runtime import quantize
from luodi.runtime.session import open_session
from luodi.train import finetuning
from luodi.train.answers import decide
from luodi.train.fitted import FittedNetwork

EXAMPLE = Path(__file__).parents[1] / "examples" / "support-tickets" / "data" / "tickets.csv"
SETS = ("support-tickets", "Banking77", "AG News")
N_TEST, N_WINDOWS, N_SPEED = 2_000, 3, 1_000


def read(name: str) -> few_labels.Rows:
    if name != "support-tickets":
        return few_labels.read(name)
    with EXAMPLE.open(encoding="utf-8", newline="") as file:
        return [(row["body"], row["queue"]) for row in csv.DictReader(file) if row["body"].strip() and row["queue"]]


def served(model, texts: list[str], folder: Path):
    """Export, make int8 and open; return the session and its megabytes."""
    plain, small = folder / "plain", folder / "int8"
    for one in (plain, small):
        one.mkdir(parents=True)
    model.export(plain)
    quantize.make(plain, "int8", texts, small)
    return open_session(small), sum(file.stat().st_size for file in small.rglob("*") if file.is_file()) / 1e6


class Noted(Distilled):
    """A student that remembers its teacher, which is thrown away otherwise."""

    teacher: FittedNetwork

    def fit(self, train, dev, *, recipe, work):
        learn = finetuning.learn

        def noted(inner, *given, **more):
            self.teacher, started = inner, time.perf_counter()
            facts = learn(inner, *given, **more)
            self.seconds = time.perf_counter() - started
            return facts

        finetuning.learn = noted
        try:
            return super().fit(train, dev, recipe=recipe, work=work)
        finally:
            finetuning.learn = learn


def compare(name: str, asked: argparse.Namespace) -> None:
    rows = list(dict.fromkeys(read(name)))
    rows = random.Random(f"distill/{name}").sample(rows, len(rows))
    n_test = min(N_TEST, len(rows) // 5)
    test, rest = rows[:n_test], rows[n_test : n_test + asked.rows]
    dev, train = rest[: len(rest) // 10], rest[len(rest) // 10 :]
    xs, gold = [x for x, _ in test], [y for _, y in test]
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        student = Noted()
        started = time.perf_counter()
        facts = student.fit(train, dev, recipe=Recipe(max_minutes=asked.minutes), work=work)
        seconds = time.perf_counter() - started
        print(name, len(train), "rows; curves", facts["teacher"]["dev"], facts["dev"], flush=True)
        calibration = [x for x, _ in train]
        sessions = {side: served(one, calibration, work / side)
                    for side, one in {"teacher": student.teacher, "student": student.inner}.items()}  # fmt: skip
        f1 = {side: macro_f1(gold, [decide("classify", scores) for scores in session.predict(xs)])
              for side, (session, _) in sessions.items()}  # fmt: skip
        many = (xs * (1 + N_SPEED // len(xs)))[:N_SPEED]
        times = interleaved(
            {side: (lambda session=session: session.predict(many)) for side, (session, _) in sessions.items()},
            n_windows=N_WINDOWS,
        )
        took = {"teacher": student.seconds, "student": seconds - student.seconds}
        print(
            f"| {name}, {len(train):,} rows | int8, MB | macro F1 | of the teacher's | texts/s | × | seconds to learn |"
        )
        for side, (_, size_mb) in sessions.items():
            speed = N_SPEED / statistics.median(times[side]) if times[side] else float("nan")
            faster = median_ratio(times, side, "teacher") if all(times.values()) else float("nan")
            print(f"| {side} | {size_mb:.1f} | {f1[side]:.4f} | {f1[side] / f1['teacher']:.1%} | {speed:,.0f} |"
                  f" {faster:.1f} | {took[side]:.0f} |", flush=True)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=4_000)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("sets", nargs="*", default=SETS)
    asked = parser.parse_args()
    for name in asked.sets:
        compare(name, asked)


if __name__ == "__main__":
    sys.exit(main())
