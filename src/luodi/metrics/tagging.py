"""Any of n labels: micro and macro F1, exact match."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

METRICS = ("micro_f1", "macro_f1", "exact_match")

Labels = Sequence[frozenset[str]]


def micro_f1(gold: Labels, predicted: Labels) -> float:
    """F1 over all (example, label) decisions taken together; 1 where there is nothing to find and nothing found.

    >>> micro_f1([frozenset("ab"), frozenset("a")], [frozenset("a"), frozenset("a")])
    0.8
    """
    return from_counts("micro_f1", np.ones((1, len(gold))), *table(gold, predicted))[0]


def macro_f1(gold: Labels, predicted: Labels) -> float:
    """Mean F1 over the labels that occur, each weighing the same."""
    return from_counts("macro_f1", np.ones((1, len(gold))), *table(gold, predicted))[0]


def exact_match(gold: Labels, predicted: Labels) -> float:
    """Share of examples whose set of labels is exactly right.

    >>> exact_match([frozenset("ab"), frozenset("a")], [frozenset("a"), frozenset("a")])
    0.5
    """
    return from_counts("exact_match", np.ones((1, len(gold))), *table(gold, predicted))[0]


def table(gold: Labels, predicted: Labels) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return gold and predicted labels as booleans, each of shape (n, n_labels)."""
    labels = {label: n for n, label in enumerate(sorted(frozenset().union(*gold, *predicted)))}
    both = np.zeros((2, len(gold), len(labels)), dtype=np.bool_)
    for side, sets in enumerate((gold, predicted)):
        for row, names in enumerate(sets):
            both[side, row, [labels[name] for name in names]] = True
    return both[0], both[1]


def from_counts(
    name: str, weights: NDArray[np.float64], gold: NDArray[np.bool_], predicted: NDArray[np.bool_]
) -> list[float]:
    """Return a metric for each row of `weights`, shape (n_resamples, n): how often each example was drawn."""
    if name == "exact_match":
        return [float(one) for one in weights @ (gold == predicted).all(axis=1) / weights.sum(axis=1)]
    hits = weights @ (gold & predicted)  # (n_resamples, n_labels)
    total = weights @ (gold.astype(np.int64) + predicted)
    if name == "micro_f1":
        hits, total = hits.sum(axis=1, keepdims=True), total.sum(axis=1, keepdims=True)
    f1 = np.where(total > 0, 2 * hits / np.maximum(total, 1e-12), np.nan)
    return [float(np.nanmean(row)) if (~np.isnan(row)).any() else 1.0 for row in f1]


def per_class(gold: Labels, predicted: Labels) -> dict[str, dict[str, float]]:
    """Return precision, recall, F1 and number of gold examples by label."""
    result = {}
    for label in sorted(frozenset().union(*gold, *predicted)):
        hits = sum(label in g and label in p for g, p in zip(gold, predicted, strict=True))
        n_gold, n_predicted = sum(label in g for g in gold), sum(label in p for p in predicted)
        result[label] = {
            "precision": hits / n_predicted if n_predicted else 0.0,
            "recall": hits / n_gold if n_gold else 0.0,
            "f1": 2 * hits / (n_gold + n_predicted),
            "n": float(n_gold),
        }
    return result
