"""One of n labels: accuracy, F1, confusion."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

METRICS = ("macro_f1", "accuracy")


def accuracy(gold: Sequence[str], predicted: Sequence[str]) -> float:
    """Share of right answers.

    >>> accuracy(["a", "b"], ["a", "a"])
    0.5
    """
    return from_counts("accuracy", np.ones((1, len(gold))), *table(gold, predicted))[0]


def macro_f1(gold: Sequence[str], predicted: Sequence[str]) -> float:
    """Mean F1 over the labels that occur in gold or prediction, each label weighing the same.

    >>> macro_f1(["a", "a", "b"], ["a", "b", "b"])
    0.6666666666666666
    """
    return from_counts("macro_f1", np.ones((1, len(gold))), *table(gold, predicted))[0]


def table(gold: Sequence[str], predicted: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Return gold and predicted label numbers, each of shape (n,), and the number of labels."""
    labels = {label: n for n, label in enumerate(sorted(set(gold) | set(predicted)))}
    return (
        np.array([labels[label] for label in gold], dtype=np.int64),
        np.array([labels[label] for label in predicted], dtype=np.int64),
        len(labels),
    )


def from_counts(
    name: str, weights: NDArray[np.float64], gold: NDArray[np.int64], predicted: NDArray[np.int64], n_labels: int
) -> list[float]:
    """Return a metric for each row of `weights`, shape (n_resamples, n): how often each example was drawn."""
    right = gold == predicted
    if name == "accuracy":
        return [float(value) for value in weights @ right / weights.sum(axis=1)]
    values = []
    for weight in weights:
        hits = np.bincount(gold[right], weights=weight[right], minlength=n_labels)
        golds = np.bincount(gold, weights=weight, minlength=n_labels)
        guesses = np.bincount(predicted, weights=weight, minlength=n_labels)
        seen = (golds + guesses) > 0
        values.append(float(np.mean(2 * hits[seen] / (golds + guesses)[seen])))
    return values


def per_class(gold: Sequence[str], predicted: Sequence[str]) -> dict[str, dict[str, float]]:
    """Return precision, recall, F1 and number of gold examples by label.

    >>> per_class(["a", "b"], ["a", "a"])["a"]
    {'precision': 0.5, 'recall': 1.0, 'f1': 0.6666666666666666, 'n': 1.0}
    """
    result = {}
    for label in sorted(set(gold) | set(predicted)):
        hits = sum(g == p == label for g, p in zip(gold, predicted, strict=True))
        n_gold, n_predicted = list(gold).count(label), list(predicted).count(label)
        result[label] = {
            "precision": hits / n_predicted if n_predicted else 0.0,
            "recall": hits / n_gold if n_gold else 0.0,
            "f1": 2 * hits / (n_gold + n_predicted),
            "n": float(n_gold),
        }
    return result


def confusion(gold: Sequence[str], predicted: Sequence[str]) -> tuple[list[str], list[list[int]]]:
    """Return the labels and the matrix: rows are gold, columns predicted.

    >>> confusion(["a", "b"], ["a", "a"])
    (['a', 'b'], [[1, 0], [1, 0]])
    """
    g, p, n = table(gold, predicted)
    counts = np.bincount(g * n + p, minlength=n * n).reshape(n, n)
    return sorted(set(gold) | set(predicted)), [[int(one) for one in row] for row in counts]
