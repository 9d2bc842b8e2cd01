"""The words of an answer against those of the right ones: token F1 and exact match; no answer can be right too.

English as in the official evaluation of SQuAD; each Chinese, Japanese or Korean character counts as a word.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from luodi.text import answer_tokens

METRICS = ("f1", "exact_match", "no_answer_accuracy")
Gold = Sequence[frozenset[str]]
"""The texts that are right; an empty set where the passage holds no answer."""


def f1(gold: Gold, predicted: Sequence[str]) -> float:
    """Mean F1 of the words in the answer and in the right one that it is nearest to; "" is right where none is.

    Source: Rajpurkar et al. 2016, "SQuAD", section 6.1; for questions without an answer, Rajpurkar et al. 2018.

    >>> f1([frozenset({"the Denver Broncos"})], ["Broncos"])
    0.6666666666666666
    """
    return from_counts("f1", np.ones((1, len(gold))), *table(gold, predicted))[0]


def exact_match(gold: Gold, predicted: Sequence[str]) -> float:
    """Share of answers that are right to the word, but for articles, punctuation and case.

    >>> exact_match([frozenset({"the Denver Broncos"}), frozenset()], ["Denver Broncos.", ""])
    1.0
    """
    return from_counts("exact_match", np.ones((1, len(gold))), *table(gold, predicted))[0]


def no_answer_accuracy(gold: Gold, predicted: Sequence[str]) -> float:
    """Share of questions where it is right whether the passage holds an answer, whatever the answer.

    >>> no_answer_accuracy([frozenset({"Denver"}), frozenset()], ["Broncos", "Broncos"])
    0.5
    """
    return from_counts("no_answer_accuracy", np.ones((1, len(gold))), *table(gold, predicted))[0]


def table(gold: Gold, predicted: Sequence[str]) -> tuple[NDArray[np.float64]]:
    """Return all three of every example, shape (n, 3), in the order of `METRICS`."""
    rows = [_row(right, answer) for right, answer in zip(gold, predicted, strict=True)]
    return (np.array(rows, dtype=np.float64).reshape(-1, len(METRICS)),)


def from_counts(name: str, weights: NDArray[np.float64], values: NDArray[np.float64]) -> list[float]:
    """Return a metric for each row of `weights`, shape (n_resamples, n): how often each example was drawn."""
    column = values[:, METRICS.index(name)]
    return [float(one) for one in weights @ column / weights.sum(axis=1)]


def _row(right: frozenset[str], answer: str) -> tuple[float, bool, bool]:
    if not right or not answer:
        same = bool(right) == bool(answer)
        return float(same), same, same
    got = answer_tokens(answer)
    golds = [answer_tokens(one) for one in right]
    return max(_overlap(Counter(one), Counter(got)) for one in golds), got in golds, True


def _overlap(gold: Counter[str], got: Counter[str]) -> float:
    if not gold or not got:
        return float(gold == got)
    return 2 * (gold & got).total() / (gold.total() + got.total())
