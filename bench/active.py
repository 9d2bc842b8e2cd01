"""What labelling the right texts next is worth: `python -m bench.active [--draws 5] [SET]`.

A linear model learns from a few labels, asks for fifty more, six times over: at random, those it is least sure of
(margin), or those that `luodi labels --next` picks (margin and distance). The pool are 2,000 texts of one data set, and
accuracy is on 1,000 others. The same first rows for all ways of a draw; gains are paired, with their range over the
draws. At the end of the random way pseudo-labels are tried: the model labels what it is sure of (0.9 and more
of its calibrated probability) by itself and learns again from both.
"""

import random
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from bench.wrong_labels import read
from luodi.contracts import Recipe
from luodi.models.tfidf_logreg import TfidfLogreg
from luodi.quality import picking

FIRST, STEP, ROUNDS, POOL, N_TEST = {"AG News": 40, "banking77": 154}, 50, 6, 2_000, 1_000
WAYS = ("random", "margin", "picked")
SURE = 0.9


def fit(rows):
    with TemporaryDirectory() as work:
        model = TfidfLogreg()
        cut = max(1, len(rows) // 5)  # a fifth to calibrate by
        model.fit(rows[cut:] + rows[:cut], rows[:cut], recipe=Recipe(), work=Path(work))
    return model


def accuracy(model, test) -> float:
    scores = model.predict([x for x, _ in test])
    return sum(max(one, key=one.get) == y for one, (_, y) in zip(scores, test, strict=True)) / len(test)


def ask(way, model, pool, rng) -> list[int]:
    if way == "random":
        return rng.sample(range(len(pool)), STEP)
    unsure = [picking.uncertainty("classify", one) for one in model.predict([x for x, _ in pool])]
    if way == "margin":
        return [int(i) for i in np.argsort(-np.asarray(unsure), kind="stable")[:STEP]]
    return picking.pick(unsure, [x for x, _ in pool], STEP)


def draw(name: str, rows, seed: int) -> dict[str, list[float]]:
    rng = random.Random(f"active/{name}/{seed}")
    rows = rng.sample(rows, FIRST[name] + POOL + N_TEST)
    first, pool, test = rows[: FIRST[name]], rows[FIRST[name] : -N_TEST], rows[-N_TEST:]
    found = {}
    for way in WAYS:
        labelled, left = list(first), list(pool)
        model = fit(labelled)
        found[way] = [accuracy(model, test)]
        for _ in range(ROUNDS):
            chosen = ask(way, model, left, rng)
            labelled += [left[i] for i in chosen]
            taken = set(chosen)
            left = [one for i, one in enumerate(left) if i not in taken]
            model = fit(labelled)
            found[way].append(accuracy(model, test))
        if way == "random":
            scores = model.predict([x for x, _ in left])
            sure = [(x, max(s, key=s.get)) for (x, _), s in zip(left, scores, strict=True) if max(s.values()) >= SURE]
            right = dict(left)
            found["pseudo"] = [found[way][-1], accuracy(fit(labelled + sure), test) if sure else found[way][-1]]
            found["pseudo rows"] = [len(sure), sum(right[x] == y for x, y in sure) / max(1, len(sure))]
    return found


def saved(curve: list[float], reached: list[float]) -> str:
    """Say with how many labels a curve reaches what the other one reaches at its end."""
    n = next((n for n, value in enumerate(curve) if value >= reached[-1]), None)
    return "not reached" if n is None else f"{n * STEP} instead of {ROUNDS * STEP} further labels"


def main() -> None:
    n_draws = int(sys.argv[sys.argv.index("--draws") + 1]) if "--draws" in sys.argv else 5
    for name in FIRST:
        if sys.argv[-1] in FIRST and sys.argv[-1] != name:
            continue
        started, rows = time.perf_counter(), read(name)
        draws = [draw(name, rows, seed) for seed in range(n_draws)]
        mean = {way: [statistics.mean(column) for column in zip(*(one[way] for one in draws), strict=True)]
                for way in draws[0]}  # fmt: skip
        print(f"{name}: {n_draws} draws, {FIRST[name]} first labels, then {ROUNDS} times {STEP}")
        for way in WAYS:
            print(f"  {way:<7}", " ".join(f"{value:.3f}" for value in mean[way]), "|", saved(mean[way], mean["random"]))
        for way in WAYS[1:]:
            gains = [[a - b for a, b in zip(one[way], one["random"], strict=True)] for one in draws]
            area = [100 * statistics.mean(one[1:]) for one in gains]
            last = [100 * one[-1] for one in gains]
            print(f"  {way}: {statistics.mean(area):+.2f} points over the curve ({min(area):+.2f} to {max(area):+.2f}),"
                  f" {statistics.mean(last):+.2f} at its end ({min(last):+.2f} to {max(last):+.2f})")  # fmt: skip
        gains = [100 * (one["pseudo"][1] - one["pseudo"][0]) for one in draws]
        n, right = mean["pseudo rows"]
        print(f"  pseudo-labels: {statistics.mean(gains):+.2f} points ({min(gains):+.2f} to {max(gains):+.2f});"
              f" {n:.0f} rows, {right:.1%} of them right")  # fmt: skip
        print(f"  {time.perf_counter() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main()
