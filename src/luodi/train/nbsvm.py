"""Two linear support vector machines per label, one of them on naive Bayes ratios, summed into one linear model.

Source: Wang and Manning 2012, "Baselines and Bigrams: Simple, Good Sentiment and Topic Classification". The sum of
two linear models is one linear model, so it costs no more to ask than one. For Chinese it also reads the words of a
dictionary and their parts of speech, which let a name it never saw count as a name.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.svm import LinearSVC

from luodi.contracts import Facts, Kind, Recipe
from luodi.runtime.engine_ngrams import Ngrams
from luodi.train import linear

CHINESE = ("chars:1-3", "segments:1-2", "tags:1-2", "skips:1")
SPACED = ("words:1-3", "chars:3-5")
PLAIN_C, RATIO_C = 1.0, 0.3  # docs/logbook.md, 2026-11-23


def fit(
    train: Sequence[tuple[str, Any]], dev: Sequence[tuple[str, Any]], *, recipe: Recipe, doing: str
) -> tuple[Ngrams, Facts]:
    """Return a fitted session over many kinds of n-grams, and what to tell of it."""

    def machine(x: sp.csr_matrix, y: NDArray[np.bool_], c: float, kind: Kind) -> tuple[NDArray[np.float64], float]:
        # a tag is rarer than its absence, and would otherwise hardly ever reach one half
        weighing = "balanced" if recipe.class_weights or kind == "tag" else None
        made = LinearSVC(C=c, class_weight=weighing, random_state=recipe.seed).fit(x, y)
        return made.coef_[0], float(made.intercept_[0])

    def solve(x: sp.csr_matrix, y: NDArray[np.bool_], kind: Kind) -> tuple[NDArray[np.float64], float]:
        plain, plain_bias = machine(_scaled(x, np.ones(x.shape[1])), y, PLAIN_C, kind)
        ratio = log_count_ratio(x, y)
        bayes, bayes_bias = machine(_scaled(x, ratio), y, RATIO_C, kind)
        return plain + ratio * bayes, plain_bias + bayes_bias

    channels = CHINESE if linear.mostly_chinese([x for x, _ in train]) else SPACED
    return linear.fit(train, dev, channels=channels, solver=solve, seed=recipe.seed, doing=doing)


def _scaled(x: sp.csr_matrix, by: NDArray[np.float64]) -> sp.csr_matrix:
    """Return the columns times something, in the precision that the solver wants, on the same arrays of places."""
    return sp.csr_matrix((x.data * by[x.indices], x.indices, x.indptr), shape=x.shape, copy=False)


def log_count_ratio(x: sp.csr_matrix, y: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return how much more often each feature occurs with the label than without, or less, as a size ≥ 0."""
    present = x.copy()
    present.data = np.ones_like(present.data)
    p = 1 + np.asarray(present[y].sum(axis=0)).ravel()
    q = 1 + np.asarray(present[~y].sum(axis=0)).ravel()
    ratio: NDArray[np.float64] = np.abs(np.log((p / p.sum()) / (q / q.sum())))
    return ratio
