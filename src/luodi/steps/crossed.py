"""Where dev is too small to tell candidates apart, training rows judge them too: each by a fit that left it out.

Source: Stone 1974, "Cross-Validatory Choice and Assessment of Statistical Predictions".
"""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from luodi.contracts import Recipe

ENOUGH = 50  # rows of dev, by which one candidate in ten off is seen
MOST = 300  # rows of training; with more, a tenth of them for dev is no longer so few, and each fit takes its time
FOLDS, SEVERAL = 4, 3

Pairs = Sequence[tuple[Any, Any]]


def is_needed(train: Any, dev: Pairs, recipe: Recipe) -> bool:
    """Say whether labelled rows are so few that all of them have to judge, and still several to a label.

    Answers that cost money are asked for once.
    """
    if recipe.remote is not None or not isinstance(train, list) or not FOLDS <= len(train) <= MOST:
        return False
    labels = {label for _, y in train if isinstance(y, str | frozenset) for label in ([y] if isinstance(y, str) else y)}
    return len(dev) < ENOUGH and 0 < SEVERAL * len(labels) <= len(train)


def answers(kind: type[Any], train: Pairs, dev: Pairs, *, recipe: Recipe, work: Path) -> Iterator[tuple[Any, Any]]:
    """Yield what each training row should be answered and what a model says that was fitted to the other folds."""
    hurried = replace(recipe, max_minutes=recipe.max_minutes / (FOLDS + 1))
    folds = stratified([y for _, y in train], seed=recipe.seed)
    for fold in range(FOLDS):
        rest = [pair for pair, one in zip(train, folds, strict=True) if one != fold]
        left = [pair for pair, one in zip(train, folds, strict=True) if one == fold]
        if not left or len({str(y) for _, y in rest}) < 2:  # nothing to tell apart
            continue
        folder = work / f"fold-{fold}"
        folder.mkdir(exist_ok=True)
        model = kind()
        model.fit(rest, dev, recipe=hurried, work=folder)
        yield from zip((y for _, y in left), model.predict([x for x, _ in left]), strict=True)


def stratified(ys: Sequence[Any], *, seed: int) -> list[int]:
    """Return a fold for each row by chance, so that the rows of a label are spread evenly over all folds.

    >>> sorted(stratified(["a", "a", "a", "a"], seed=7))
    [0, 1, 2, 3]
    """
    rows = random.Random(seed).sample(range(len(ys)), k=len(ys))
    by_label: dict[Any, list[int]] = defaultdict(list)
    for n in rows:
        by_label[ys[n]].append(n)
    folds = [0] * len(ys)
    for place, n in enumerate(n for members in by_label.values() for n in members):
        folds[n] = place % FOLDS  # one label goes on where the one before has stopped
    return folds
