"""Intervals and comparisons by resampling the examples, seeded."""

from collections.abc import Sequence
from types import ModuleType
from typing import Any

import numpy as np

METRICS: tuple[str, ...] = ()
CHUNK = 100  # resamples at a time, which bounds the memory


def bootstrap(
    family: ModuleType, name: str, gold: Sequence[Any], predicted: Sequence[Any], *, n_resamples: int, seed: int
) -> dict[str, float]:
    """Return the value of a metric with its 95 % percentile interval: `value`, `low`, `high`.

    Source: Efron and Tibshirani 1993, "An Introduction to the Bootstrap", chapter 13.
    """
    tables = family.table(gold, predicted)
    values = np.array(
        [
            value
            for weights in _draws(len(gold), n_resamples, seed)
            for value in family.from_counts(name, weights, *tables)
        ]
    )
    low, high = np.quantile(values, [0.025, 0.975])
    value = family.from_counts(name, np.ones((1, len(gold))), *tables)[0]
    return {"value": value, "low": min(float(low), value), "high": max(float(high), value)}


def paired(
    family: ModuleType,
    name: str,
    gold: Sequence[Any],
    ours: Sequence[Any],
    theirs: Sequence[Any],
    *,
    n_resamples: int,
    seed: int,
    confidence: float = 0.95,
) -> dict[str, float]:
    """Return by how much `ours` beats `theirs` on the same examples, with an interval, 95 %: `gain`, `low`, `high`.

    Source: Berg-Kirkpatrick, Burkett and Klein 2012, "An Empirical Investigation of Statistical Significance in NLP".
    """
    mine, other = family.table(gold, ours), family.table(gold, theirs)
    gains = np.array(
        [
            a - b
            for weights in _draws(len(gold), n_resamples, seed)
            for a, b in zip(
                family.from_counts(name, weights, *mine), family.from_counts(name, weights, *other), strict=True
            )
        ]
    )
    one = np.ones((1, len(gold)))
    gain = family.from_counts(name, one, *mine)[0] - family.from_counts(name, one, *other)[0]
    low, high = np.quantile(gains, [(1 - confidence) / 2, (1 + confidence) / 2])
    return {"gain": gain, "low": float(low), "high": float(high)}


def _draws(n: int, n_resamples: int, seed: int) -> Any:
    """Yield how often each of n examples is drawn, shape (≤ CHUNK, n) at a time."""
    rng = np.random.default_rng(seed)
    for start in range(0, n_resamples, CHUNK):
        yield rng.multinomial(n, np.full(n, 1 / n), size=min(CHUNK, n_resamples - start)).astype(np.float64)
