"""Drift: how soon a planted topic shift is told, and how often chance alone raises an alarm: `python -m bench.drift`.

For each data set some topics are held out. A model learns from half of the rest and knows nothing of them. Traffic is
drawn from the other half, 10,000 requests a week with a daily rhythm (a tenth of the volume at night, two fifths on
Saturday and Sunday; at 14 o'clock texts are 0.2 standard deviations of log length longer than usual, at night as much
shorter). The reference is a random sample from the same half, with its own error. Planted: from some moment on, one
request in five is of a held-out topic. Counted, over all numbers: alarms in 20 weeks without a shift, and requests to
the first alarm after it.
"""

import argparse
import csv
import gzip
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from luodi import registry
from luodi.contracts import Recipe
from luodi.metrics import automation, calibration
from luodi.monitor import moving, reference, rhythm
from luodi.monitor.live import BACK
from luodi.monitor.reference import Reference, Seen
from luodi.monitor.settings import Watching

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"
Row = tuple[str, str]
SHARE, WEEKS, SHIFTS, MOST, TILT = 0.2, 20, 20, 9_000, 0.2
GIVE_UP = 2_000


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


SETS: dict[str, tuple[Callable[[], Iterator[Row]], str, tuple[int, ...], int]] = {
    # the rows, the model, which topics are held out together (each in turn), how many topics at a time
    "support-tickets": (tickets, "encoder-frozen", (0, 1, 2, 3, 4, 5, 6, 7), 1),
    "banking77": (banking77, "encoder-frozen", (0, 1, 2), 10),
    "ag_news": (ag_news, "tfidf-logreg", (0, 1, 2, 3), 1),
    "thucnews": (thucnews, "tfidf-logreg", (0, 1, 2, 3), 1),
}


def case(rows: list[Row], held: set[str], model_name: str, seed: int, settings: Watching) -> dict:
    """Hold some topics out, and return false alarms and delays."""
    rng = random.Random(seed)
    home = [row for row in rows if row[1] not in held]
    far = [row for row in rows if row[1] in held]
    half, dev = len(home) // 2, max(50, len(home) // 10)
    train, tune, here = home[: half - dev], home[half - dev : half], home[half:]
    model = registry.model(model_name)()
    with tempfile.TemporaryDirectory() as work:
        model.fit(train, tune, recipe=Recipe(seed=seed), work=Path(work))
    see = answering(model, tune)
    known, strange = see(here), see(far)
    started = time.monotonic()
    about = reference.build((x for x, _ in train), rng.choices(known, k=len(known)), window=settings.window, seed=seed)
    built = time.monotonic() - started
    watch = Reference(about)
    bounds = {
        name: moving.bound(
            watch.fits[name], per_week=0, false_alarms=settings.false_alarms_per_week, n_numbers=len(watch.names)
        )
        for name in watch.names
    }
    lengths = np.array([len(text) for text, _ in here])
    ours, theirs = watch.rows(known), watch.rows(strange)
    nrng = np.random.default_rng(seed + 1)
    false = quiet(watch, bounds, ours, lengths, settings.window, nrng)
    delays = [shift(watch, bounds, ours, theirs, lengths, settings.window, nrng) for _ in range(SHIFTS)]
    return {
        "n": (len(train), len(known), len(strange)), "false": false, "delays": [one for one, _ in delays],
        "by": [name for _, name in delays if name], "built": built, "bytes": len(json.dumps(about)),
        "handed": float(np.mean([one.handed_over for one in known])),
    }  # fmt: skip


def answering(model: object, tune: list[Row]) -> Callable[[list[Row]], list[Seen]]:
    """Return what answers as the service would: calibrated, handed over below a threshold for 90 % precision."""
    raw = list(model.predict([x for x, _ in tune]))
    t = calibration.fit_temperature("classify", [y for _, y in tune], raw)
    sharp = [calibration.sharpen("classify", one, t) for one in raw]
    sure = [max(one.values()) for one in sharp]
    right = [max(one, key=one.get) == y for one, (_, y) in zip(sharp, tune, strict=True)]
    kept = automation.promise((sure, right), (sure, right), precision=0.9).threshold
    threshold = 0.99 if kept is None else kept

    def see(rows: list[Row]) -> list[Seen]:
        made = []
        for (x, _), one in zip(rows, model.predict([x for x, _ in rows]), strict=True):
            scores = calibration.sharpen("classify", one, t)
            label = max(scores, key=scores.get)
            made.append(Seen(x=x, label=label, confidence=scores[label], handed_over=scores[label] < threshold))
        return made

    return see


def quiet(watch: Reference, bounds: dict, rows: np.ndarray, lengths: np.ndarray, window: int, rng) -> list[str]:
    """Return the numbers that raised an alarm in 20 weeks of traffic like the exam, once for each alarm."""
    raised, found = set(), []
    weeks = reference.weeks(watch.parts, rows, lengths, window=window, n_weeks=WEEKS, rng=rng, tilt=TILT)
    for values in weeks:
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
    state, weight = moving.start(watch.parts), moving.fading(window)
    asked = np.concatenate(list(rhythm.week(lengths, rng, tilt=TILT)))
    begin = int(rng.integers(2_000, 8_000 - GIVE_UP))
    for at in range(begin - 2_000, begin + GIVE_UP, moving.BLOCK):
        block = ours[asked[at : at + moving.BLOCK]].copy()
        if at >= begin:
            strange = rng.random(len(block)) < SHARE
            block[strange] = theirs[rng.integers(len(theirs), size=int(strange.sum()))]
        state = moving.moved(state, block.mean(axis=0, dtype=np.float64), len(block), weight)
        if at >= begin:
            values = moving.values(watch.parts, state[None, :])
            over = [name for name in watch.names if values[name][0] > bounds[name]]
            if over:
                return at + moving.BLOCK - begin, over[0]
    return GIVE_UP, ""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.drift")
    parser.add_argument("sets", nargs="*", default=list(SETS))
    parser.add_argument("--window", type=int, default=Watching().window)
    asked = parser.parse_args()
    settings, started, n_false, n_weeks = Watching(window=asked.window), time.monotonic(), 0, 0
    head = ("data", "held out", "train / population / foreign", "handed over", "false alarms in 20 weeks",
            "requests to alarm, median (90 %)", "within 500", "first told by")  # fmt: skip
    print("| " + " | ".join(head) + " |\n" + "|---" * len(head) + "|")
    for name in asked.sets:
        load, model, turns, at_once = SETS[name]
        if load is not tickets and not SHARED.is_dir():
            print(f"| {name} | ../shared/data is not here, so this set is left out |")
            continue
        rows = [row for row in load() if row[0].strip()]
        random.Random(7).shuffle(rows)
        topics = sorted({y for _, y in rows})
        random.Random(7).shuffle(topics)
        for turn in turns:
            held = set(topics[turn * at_once : (turn + 1) * at_once])
            found = case(rows[:MOST], held, model, seed=turn, settings=settings)
            delays = sorted(found["delays"])
            n_false, n_weeks = n_false + len(found["false"]), n_weeks + WEEKS
            by = max(set(found["by"]), key=found["by"].count) if found["by"] else "-"
            print(
                f"| {name} | {next(iter(held)) if at_once == 1 else f'{at_once} topics'} | "
                f"{' / '.join(map(str, found['n']))} | {found['handed']:.0%} | "
                f"{len(found['false'])} {' '.join(sorted(set(found['false'])))} | {delays[len(delays) // 2]} "
                f"({delays[int(0.9 * len(delays))]}) | {sum(one <= 500 for one in delays)} of {len(delays)} | {by} |",
                flush=True,
            )
    print(f"\n{n_false} false alarms in {n_weeks} simulated weeks; {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
