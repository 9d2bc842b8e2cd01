"""Answers as numbers: labels to columns of a target matrix."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from luodi.contracts import Kind


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
