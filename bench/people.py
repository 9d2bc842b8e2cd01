"""What a table of users, or the context of events, is worth: `python -m bench.people SCENARIO [PART …]`.

Prepares the scenario, learns the named parts (popularity and item-kNN unless told otherwise), blends them on dev
without and with `rec-people`, and compares both on the exam: for all visitors, and for those of whom little is known.
The last line asks about all of them as if what they had were not known: popularity alone against `rec-people` alone.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

from luodi import runner
from luodi.contracts import Recipe
from luodi.metrics import interval, ranking
from luodi.runtime.scorers import Blend, Scorer
from luodi.scenario import load
from luodi.steps.trial import read_pairs
from luodi.train import blending
from luodi.train.choosing import blend_weights, few
from luodi.train.lesson import Lesson, numbered

PEOPLE = "rec-people"
PARTS = ("rec-popular", "rec-item-knn")
GROUPS = {"all": 10**9, "no event": 0, "4 events or fewer": 4}
N_RESAMPLES = 1_000


def compare(path: Path, names: list[str]) -> None:
    """Print a line per group of visitors: NDCG@10 without and with, and the gain with its 95 % interval."""
    folder = runner.run(load(path), until="prepare").artifacts["prepare"].path
    lesson = Lesson.load(folder)
    dev, test = (read_pairs(folder / f"{part}.jsonl") for part in ("dev", "test"))
    parts: dict[str, Scorer] = {}
    for name in (*names, PEOPLE):
        with tempfile.TemporaryDirectory() as work:
            parts[name], facts = blending.PARTS[name][1](lesson, dev, Recipe(), Path(work))
        print(f"{name:<14} {answers(lesson, parts[name], test):.4f}  {facts}")
    without, with_ = (blended(lesson, [parts[one] for one in some], dev) for some in (names, [*names, PEOPLE]))
    print(f"{'visitors':<20} {'n':>6} {'without':>8} {'with':>8}   gain (95 %)")
    groups = {group: [(x, y) for x, y in test if len(x["items"]) <= most] for group, most in GROUPS.items()}
    for group, some in groups.items():
        if some:
            tell(lesson, group, some, without, with_)
    tell(lesson, "all, as if new", [({**x, "items": []}, y) for x, y in test], parts["rec-popular"], parts[PEOPLE])


def tell(lesson: Lesson, group: str, pairs: Any, without: Scorer, with_: Scorer) -> None:
    """Print one line of the comparison."""
    gold, theirs, ours = [y for _, y in pairs], ids(lesson, without, pairs), ids(lesson, with_, pairs)
    gain = interval.paired(ranking, "ndcg_at_10", gold, ours, theirs, n_resamples=N_RESAMPLES, seed=7)
    values = [ranking.ndcg_at_10(gold, one) for one in (theirs, ours)]
    told = f"{gain['gain']:+.4f} ({gain['low']:+.4f} to {gain['high']:+.4f})"
    print(f"{group:<20} {len(pairs):>6} {values[0]:>8.4f} {values[1]:>8.4f}   {told}")


def blended(lesson: Lesson, parts: list[Scorer], dev: Any) -> Blend:
    """Return the weighted sum that does best on dev."""
    asked = few(numbered(lesson, dev), blending.N_DEV)
    return Blend(parts, blend_weights(parts, asked, again=lesson.rules.again)[0])


def ids(lesson: Lesson, scorer: Scorer, pairs: Any) -> list[tuple[str, ...]]:
    """Return what is recommended to each."""
    asked = [{**x, "reasons": False} for x, _ in pairs]
    return [tuple(one["id"] for one in hits) for hits in lesson.recommender(scorer).predict(asked)]


def answers(lesson: Lesson, scorer: Scorer, pairs: Any) -> float:
    """Return NDCG@10."""
    return ranking.ndcg_at_10([y for _, y in pairs], ids(lesson, scorer, pairs))


if __name__ == "__main__":
    compare(Path(sys.argv[1]), sys.argv[2:] or list(PARTS))
