"""One list from several recommenders."""

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from luodi.contracts import Facts, Recipe
from luodi.runtime.engine_recommender import Recommender
from luodi.runtime.scorers import Blend, Scorer
from luodi.train import befriending, counting, meaning, neighboring, peopling, wording
from luodi.train.choosing import blend_weights, few
from luodi.train.lesson import Lesson, numbered

N_DEV = 2_000
READERS, LEAST_OF_READERS = ("rec-content", "rec-text"), 0.05
"""Where newcomers are owed a place, the parts that tell them apart have at least this weight together."""
NEEDED = 0.005
"""A part whose weight is below this is left out of the service."""


def blend(lesson: Lesson, dev: Sequence[tuple[Any, Any]], *, recipe: Recipe, work: Path) -> tuple[Blend, Facts]:
    """Return the weighted sum that does best on dev: of what took part in the same contest, else of all there are."""
    contest = {name: work.parent.parent / name for name in PARTS}
    beside = {name: folder for name, folder in contest.items() if (folder / "result.json").is_file()}
    parts: dict[str, Scorer] = {
        name: Recommender.load(folder / "session").scorer for name, folder in beside.items()
    } or _learned(lesson, dev, recipe, work)
    questions, again = few(numbered(lesson, dev), N_DEV), lesson.rules.again
    weights, value = blend_weights(list(parts.values()), questions, again=again)
    by_part = dict(zip(parts, zip(*weights, strict=True), strict=True))  # the weight at each age of visitors
    readers = [name for name in READERS if name in by_part]
    if lesson.rules.newcomers and readers:
        both = np.sum([by_part[name] for name in readers], axis=0)
        first = by_part[readers[0]]
        by_part[readers[0]] = tuple(max(one, one + LEAST_OF_READERS - n) for one, n in zip(first, both, strict=True))
    kept = {name: parts[name] for name, found in by_part.items() if max(found) >= NEEDED}
    made = Blend(list(kept.values()), list(zip(*(by_part[name] for name in kept), strict=True)))
    told = {name: found[0] if len(set(found)) == 1 else list(found) for name, found in by_part.items()}
    return made, {"weights": told, "dev": round(value, 5)}


def _learned(lesson: Lesson, dev: Any, recipe: Recipe, work: Path) -> dict[str, Scorer]:
    made = {}
    for name, (refused, learn) in PARTS.items():
        if refused(lesson, recipe) is None:
            folder = work / name
            folder.mkdir(exist_ok=True)
            made[name], _ = learn(lesson, dev, recipe, folder)
    return made


def _never(lesson: Lesson, recipe: Recipe) -> str | None:
    return None


def _no_library(lesson: Lesson, recipe: Recipe) -> str | None:
    return None if find_spec("implicit") else "the package 'implicit' is not installed"


def _whatever_recipe(refused: Callable[[Lesson], str | None]) -> Callable[[Lesson, Recipe], str | None]:
    return lambda lesson, recipe: refused(lesson)


def _text(lesson: Lesson, dev: Any, recipe: Recipe, work: Path) -> Any:
    return meaning.text(lesson, dev, recipe=recipe, work=work)


def _als(lesson: Lesson, dev: Any, recipe: Recipe, work: Path) -> Any:
    from luodi.train import factoring

    return factoring.als(lesson, dev, recipe=recipe)


def _sequence(lesson: Lesson, dev: Any, recipe: Recipe, work: Path) -> Any:
    from luodi.train import sequencing

    return sequencing.sequence(lesson, dev, recipe=recipe, work=work)


PARTS: dict[str, tuple[Any, Any]] = {
    "rec-popular": (_never, lambda lesson, dev, recipe, work: counting.popular(lesson, dev)),
    "rec-item-knn": (_never, lambda lesson, dev, recipe, work: neighboring.item_knn(lesson, dev)),
    "rec-ease": (
        _whatever_recipe(neighboring.too_many_items),
        lambda lesson, dev, recipe, work: neighboring.ease(lesson, dev),
    ),
    "rec-als": (_no_library, _als),
    "rec-content": (_whatever_recipe(wording.no_table), lambda lesson, dev, recipe, work: wording.content(lesson, dev)),
    "rec-text": (meaning.no_texts, _text),
    "rec-friends": (
        _whatever_recipe(befriending.no_links),
        lambda lesson, dev, recipe, work: befriending.friends(lesson, dev),
    ),
    "rec-people": (
        _whatever_recipe(peopling.no_people),
        lambda lesson, dev, recipe, work: peopling.people(lesson, dev),
    ),
    "rec-sequence": (_never, _sequence),
}
