"""Answers as numbers: labels to columns of a target matrix, and rows that stand for many without losing a label."""

import random
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from luodi.contracts import Facts, Kind

LEAST_ROWS = 50  # of a label, if it has so many


def labels_of(ys: Sequence[Any]) -> tuple[Kind, list[str]]:
    """Return the kind of the answers, "classify" or "tag", and their labels in order.

    >>> labels_of(["b", "a"])
    ('classify', ['a', 'b'])
    >>> labels_of([frozenset("ab"), frozenset()])
    ('tag', ['a', 'b'])
    """
    if all(isinstance(y, str) for y in ys):
        return "classify", sorted(set(ys))
    return "tag", sorted(frozenset().union(*ys))


def targets(ys: Sequence[Any], labels: Sequence[str]) -> NDArray[np.float32]:
    """Return the answers as zeros and ones, shape (n, n_labels)."""
    column = {label: n for n, label in enumerate(labels)}
    made = np.zeros((len(ys), len(labels)), dtype=np.float32)
    for row, y in enumerate(ys):
        made[row, [column[label] for label in ((y,) if isinstance(y, str) else y)]] = 1
    return made


def even_part(rows: Sequence[tuple[str, Any]], n: int, *, seed: int) -> Sequence[tuple[str, Any]]:
    """Return n of the rows by chance, in their order, and some more where a label would be nearly lost.

    >>> ("7", "b") in even_part([(f"{n}", "b" if n == 7 else "a") for n in range(1_000)], 60, seed=1)
    True
    """
    if n >= len(rows):
        return rows
    seen = Counter[str]()
    taken = []
    for place, at in enumerate(random.Random(seed).sample(range(len(rows)), k=len(rows))):
        y = rows[at][1]
        labels = {y} if isinstance(y, str) else set(y)
        if place < n or any(seen[label] < LEAST_ROWS for label in labels):
            seen.update(labels)
            taken.append(at)
    return [rows[at] for at in sorted(taken)]


def told_of(some: Sequence[Any], rows: Sequence[Any]) -> Facts:
    """Return what a model tells of the rows that it learned from: `rows`, where these are not all."""
    return {"rows": len(some)} if len(some) < len(rows) else {}


def class_weights(target: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a weight per label, inverse to its share and 1 on average over the examples, shape (n_labels,)."""
    n = np.maximum(target.sum(axis=0), 1)
    weight: NDArray[np.float32] = (target.sum() / (len(n) * n)).astype(np.float32)
    return weight


def decide(kind: Kind, scores: dict[str, float]) -> Any:
    """Return the answer that probabilities stand for: the best label, or every label of one half or more.

    >>> decide("classify", {"a": 0.4, "b": 0.6})
    'b'
    """
    if kind == "classify":
        return max(scores, key=scores.__getitem__)
    return frozenset(label for label, p in scores.items() if p >= 0.5)
