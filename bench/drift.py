"""Drift: how soon a planted topic shift is told, and how often chance alone raises an alarm: `python -m bench.drift`.

For each data set some topics are held out. Of the other rows, 4 in 10 are what a model learns from, 3 in 10 are dev and
exam, which make the reference, and the last 3 are traffic: no row is in two of them. Of the last are drawn 10,000
requests a week with a daily rhythm (a tenth of the volume at night, two fifths on Saturday and Sunday; at 14 o'clock
texts are 0.2 standard deviations of log length longer than usual, at night as much shorter). Planted: from some moment
on, one request in five is of a held-out topic. Counted, over all numbers, at the settings that ship: alarms in weeks
without a shift, and requests to the first alarm after it.

A set of less than some thousand rows has too few texts for traffic of its own: few rows again and again are another
population. There the rows that were not learned from are the population, and reference and traffic are drawn from it.
How a small exam does is seen on every second case of the large sets: a reference of 300 rows, and traffic from others.

The models are n-grams under logistic regression, or with `--encoder` frozen encoders.
"""

import argparse
import csv
import gzip
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from luodi import registry
from luodi.contracts import Recipe
from luodi.metrics import automation, calibration
from luodi.monitor import moving, reference, rhythm
from luodi.monitor.live import BACK
from luodi.monitor.meaning import N_LEARNED, Directions
from luodi.monitor.reference import Reference, Seen
from luodi.monitor.settings import Watching

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"
Row = tuple[str, str]
SHARE, WEEKS, SHIFTS, MOST, TILT = 0.2, 5, 20, 12_000, 0.2
LEARNED, EXAMINED = 0.4, 0.3
WARM, GIVE_UP = 1_000, 2_000
FEW_TEXTS, SMALL = 1_000, 300
SEED = 7


def tickets() -> Iterator[Row]:
    with (ROOT / "examples/support-tickets/data/tickets.csv").open(encoding="utf-8") as file:
        yield from ((row["body"], row["queue"]) for row in csv.DictReader(file))


def banking77() -> Iterator[Row]:
    with (SHARED / "banking77/train.csv").open(encoding="utf-8") as file:
        yield from ((row["text"], row["category"]) for row in csv.DictReader(file))


def ag_news() -> Iterator[Row]:
    with gzip.open(SHARED / "ag_news/train.tsv.gz", "rt", encoding="utf-8") as file:
        next(file)
        yield from ((row[1], row[0]) for row in (line.rstrip("\n").split("\t") for line in file))


def thucnews() -> Iterator[Row]:
    with (SHARED / "thucnews/train_first45k.txt").open(encoding="utf-8") as file:
        yield from (tuple(line.rstrip("\n").rsplit("\t", 1)) for line in file)


SETS: dict[str, tuple[Callable[[], Iterator[Row]], int, int]] = {
    # the rows, how many times topics are held out, how many topics at a time
    "support-tickets": (tickets, 8, 1),
    "banking77": (banking77, 4, 10),
    "ag_news": (ag_news, 4, 1),
    "thucnews": (thucnews, 10, 1),
}


def case(name: str, turn: int, model_name: str, settings: Watching) -> dict:
    """Hold some topics out, and return false alarms and delays."""
    load, _, at_once = SETS[name]
    rows = [row for row in load() if row[0].strip()]
    random.Random(SEED).shuffle(rows)
    topics = sorted({y for _, y in rows})
    random.Random(SEED).shuffle(topics)
    held = set(topics[turn * at_once : (turn + 1) * at_once])
    home = [row for row in rows[:MOST] if row[1] not in held]
    far = [row for row in rows[:MOST] if row[1] in held]
    n_train, n_held = int(LEARNED * len(home)), int(EXAMINED * len(home))
    train, about_them, here = home[:n_train], home[n_train : n_train + n_held], home[n_train + n_held :]
    tune = about_them[: n_held // 2]
    model = registry.model(model_name)()
    with tempfile.TemporaryDirectory() as work:
        model.fit(train, tune, recipe=Recipe(seed=turn), work=Path(work))
    see = answering(model, tune, directions(model, [x for x, _ in train]))
    known, strange, examined = see(here), see(far), see(about_them)
    few = len(here) < FEW_TEXTS
    if few:
        known, here = known + examined, here + about_them
        examined = random.Random(turn).choices(known, k=len(examined))
    learned, lengths = [x for x, _ in train], np.array([len(text) for text, _ in here])
    watch, bounds, about, built = watched(learned, examined, settings, turn)
    ours, theirs = watch.rows(known), watch.rows(strange)
    rng = np.random.default_rng(turn + 1)
    false = quiet(watch, bounds, ours, lengths, settings.window, rng)
    found = [shift(watch, bounds, ours, theirs, lengths, settings.window, rng) for _ in range(SHIFTS)]
    small = None
    if not few and turn % 2 == 0:
        watch, bounds, _, _ = watched(learned, examined[-SMALL:], settings, turn)
        small = quiet(watch, bounds, watch.rows(known), lengths, settings.window, rng)
    return {
        "name": name, "held": next(iter(held)) if at_once == 1 else f"{at_once} topics, draw {turn + 1}",
        "n": (len(train), len(about_them), len(here), len(far)), "false": false, "small": small, "built": built,
        "delays": sorted(one for one, _ in found), "by": Counter(one for _, one in found if one),
        "bytes": len(json.dumps(about)), "handed": float(np.mean([one.handed_over for one in known])),
    }  # fmt: skip


def watched(
    learned: list[str], examined: list[Seen], settings: Watching, seed: int
) -> tuple[Reference, dict[str, float], dict, float]:
    """Return a reference, the bounds at the settings, what is written of it, and the seconds it took."""
    started = time.monotonic()
    about = reference.build(learned, examined, window=settings.window, seed=seed)
    built, watch = time.monotonic() - started, Reference(about)
    share = settings.false_alarms_per_week
    bounds = {one: watch.bound(one, per_week=0, false_alarms=share) for one in watch.names}
    return watch, bounds, about, built


def vectors(model: Any, texts: list[str]) -> np.ndarray:
    """Return what a network makes of texts before its last layer."""
    from luodi.train import network

    return network.compute(model.inner.network, model.inner.text, texts, pooled=True, exact=False)


def directions(model: Any, texts: list[str]) -> Directions | None:
    """Return the directions that the reference of a network has."""
    return Directions.learn(vectors(model, texts[:N_LEARNED])) if hasattr(model.inner, "network") else None


def answering(model: Any, tune: list[Row], along: Directions | None) -> Callable[[list[Row]], list[Seen]]:
    """Return what answers as the service would: calibrated, handed over below a threshold for 90 % precision."""
    raw = list(model.predict([x for x, _ in tune]))
    t = calibration.fit_temperature("classify", [y for _, y in tune], raw)
    sharp = [calibration.sharpen("classify", one, t) for one in raw]
    sure = [max(one.values()) for one in sharp]
    right = [max(one, key=one.get) == y for one, (_, y) in zip(sharp, tune, strict=True)]
    kept = automation.promise((sure, right), (sure, right), precision=0.9).threshold
    threshold = 0.99 if kept is None else kept

    def see(rows: list[Row]) -> list[Seen]:
        made, texts = [], [x for x, _ in rows]
        places = along.places(vectors(model, texts)) if along else [()] * len(rows)
        for x, one, place in zip(texts, model.predict(texts), places, strict=True):
            scores = calibration.sharpen("classify", one, t)
            label = max(scores, key=scores.get)
            over = scores[label] < threshold
            made.append(Seen(x=x, label=label, confidence=scores[label], handed_over=over, meaning=tuple(place)))
        return made

    return see


def quiet(watch: Reference, bounds: dict, rows: np.ndarray, lengths: np.ndarray, window: int, rng) -> list[str]:
    """Return the numbers that raised an alarm in 20 weeks of traffic like the exam, once for each alarm."""
    raised, found = set(), []
    weeks = reference.weeks(watch.parts, rows, lengths, window=window, n_weeks=WEEKS, rng=rng, tilt=TILT)
    for values in map(watch.completed, weeks):
        for n in range(len(values["length"])):
            for name, most in bounds.items():
                value, usual = values[name][n], watch.expected(name)
                if name in raised:
                    if value < usual + BACK * (most - usual):
                        raised.discard(name)
                elif value > most:
                    raised.add(name)
                    found.append(name)
    return found


def shift(
    watch: Reference, bounds: dict, ours: np.ndarray, theirs: np.ndarray, lengths: np.ndarray, window: int, rng
) -> tuple[int, str]:
    """Return how many requests after the shift the first alarm came, and which number raised it."""
    state, weight, states = moving.start(watch.parts), moving.fading(window), []
    asked = np.concatenate(list(rhythm.week(lengths, rng, tilt=TILT)))
    begin = int(rng.integers(WARM, len(asked) - GIVE_UP))
    for at in range(begin - WARM, begin + GIVE_UP, moving.BLOCK):
        block = ours[asked[at : at + moving.BLOCK]]
        if at >= begin:
            strange = rng.random(len(block)) < SHARE
            block[strange] = theirs[rng.integers(len(theirs), size=int(strange.sum()))]
        state = moving.moved(state, block.sum(axis=0) / len(block), len(block), weight)
        if at >= begin:
            states.append(state)
    values = watch.values(np.array(states))
    first = {name: int(np.argmax(values[name] > bounds[name])) for name in watch.names}
    over = {name: n for name, n in first.items() if values[name][n] > bounds[name]}
    if not over:
        return GIVE_UP, ""
    name = min(over, key=over.__getitem__)
    return (over[name] + 1) * moving.BLOCK, name


def interval(n: int) -> tuple[float, float]:
    """Return the exact interval, 95 % wide, of the mean of a Poisson variable of which n were seen."""
    from scipy.stats import chi2

    return (float(chi2.ppf(0.025, 2 * n)) / 2 if n else 0.0), float(chi2.ppf(0.975, 2 * n + 2)) / 2


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.drift")
    parser.add_argument("sets", nargs="*", default=list(SETS))
    parser.add_argument("--window", type=int, default=Watching().window)
    parser.add_argument("--encoder", action="store_true", help="frozen encoders in place of n-grams: an hour")
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    started, done = time.monotonic(), []
    head = ("data", "held out", "train / reference / traffic / foreign", "handed over", "false alarms in 5 weeks",
            "with 300 rows", "requests to alarm: median", "90 %", "within 500", "told by")  # fmt: skip
    print("| " + " | ".join(head) + " |\n" + "|---" * len(head) + "|")
    with ProcessPoolExecutor(asked.processes) as pool:
        waiting = []
        for name in asked.sets:
            if SETS[name][0] is not tickets and not SHARED.is_dir():
                print(f"| {name} | ../shared/data is not here, so this set is left out |")
                continue
            model = "encoder-frozen" if asked.encoder else "tfidf-logreg"
            waiting += [pool.submit(case, name, k, model, Watching(window=asked.window)) for k in range(SETS[name][1])]
        for one in waiting:
            done.append(found := one.result())
            print(row(found), flush=True)
    delays = sorted(delay for one in done for delay in one["delays"])
    print(f"\n{counted([one['false'] for one in done])}")
    if small := [one["small"] for one in done if one["small"] is not None]:
        print(f"with a reference of {SMALL} rows: {counted(small)}")
    print(f"{sum(one <= 500 for one in delays)} of {len(delays)} shifts told within 500 requests, median "
          f"{told(delays, 0.5)}; median within 500 in {sum(one['delays'][SHIFTS // 2] <= 500 for one in done)} of "
          f"{len(done)} cases; {max(one['bytes'] for one in done) // 1000} kB, built in "
          f"{max(one['built'] for one in done):.0f} s; {time.monotonic() - started:.0f} s")  # fmt: skip


def row(found: dict) -> str:
    """Return a line of the table."""
    delays = found["delays"]
    return " | ".join((
        f"| {found['name']}", found["held"], " / ".join(map(str, found["n"])), f"{found['handed']:.0%}",
        alarms(found["false"]), "-" if found["small"] is None else alarms(found["small"]),
        told(delays, 0.5), told(delays, 0.9),
        f"{sum(one <= 500 for one in delays)} of {len(delays)}",
        " ".join(f"{name} {n}" for name, n in found["by"].most_common(3)) + " |",
    ))  # fmt: skip


def alarms(found: list[str]) -> str:
    """Return how many alarms there were, and of which numbers."""
    return " ".join((str(len(found)), *sorted(set(found))))


def counted(found: list[list[str]]) -> str:
    """Return false alarms in weeks, and in 20 of them with an interval of 95 %."""
    n, weeks = sum(map(len, found)), WEEKS * len(found)
    low, high = (20 / weeks * one for one in interval(n))
    return f"{n} false alarms in {weeks} simulated weeks: {20 * n / weeks:.2f} in 20 weeks ({low:.2f} to {high:.2f})"


def told(delays: list[int], q: float) -> str:
    """Return a quantile of sorted delays as text."""
    value = delays[min(len(delays) - 1, int(q * len(delays)))]
    return str(value) if value < GIVE_UP else "none"


if __name__ == "__main__":
    main()
