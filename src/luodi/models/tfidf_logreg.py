"""Words and characters, weighed by TF-IDF, under logistic regression: the baseline that is hard to beat.

The n-grams are hashed by `runtime.ngrams`, the regression is scikit-learn's liblinear, and the fitted model is a
sorted array and a table: numpy answers a text in a fraction of a millisecond.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from luodi.contracts import Facts, Kind, Recipe, Scores
from luodi.runtime.engine_ngrams import Ngrams
from luodi.train import linear

CHINESE = ("chars:1-3",)
SPACED = ("words:1-2", "chars:3-4")
INVERSE_REGULARIZATION = 20.0  # docs/logbook.md, 2026-11-23
TOLERANCE = 0.1  # the same answers as 1e-4 in half the time (docs/logbook.md, 2026-11-23)


class TfidfLogreg:
    """One logistic regression per label."""

    kinds: ClassVar[tuple[Kind, ...]] = ("classify", "tag")
    license: ClassVar[str] = "Apache-2.0"
    plain: ClassVar[bool] = True

    def __init__(self, inner: Ngrams | None = None) -> None:
        self.inner = inner

    def fit(
        self, train: Sequence[tuple[str, Any]], dev: Sequence[tuple[str, Any]], *, recipe: Recipe, work: Path
    ) -> Facts:
        def solve(x: sp.csr_matrix, y: NDArray[np.bool_], kind: Kind) -> tuple[NDArray[np.float64], float]:
            # a tag is rarer than its absence, and would otherwise hardly ever reach one half
            weight = "balanced" if recipe.class_weights or kind == "tag" else None
            made = LogisticRegression(
                C=INVERSE_REGULARIZATION,
                tol=TOLERANCE,
                solver="liblinear",
                dual=True,
                class_weight=weight,
                random_state=recipe.seed,
            ).fit(x, y)
            return made.coef_[0], float(made.intercept_[0])

        channels = CHINESE if linear.mostly_chinese([x for x, _ in train]) else SPACED
        self.inner, told = linear.fit(
            train, dev, channels=channels, solver=solve, seed=recipe.seed, doing="tfidf-logreg"
        )
        return told

    def predict(self, xs: Sequence[str]) -> list[Scores]:
        assert self.inner, "fit or load first"
        return self.inner.predict(xs)

    def save(self, folder: Path) -> None:
        assert self.inner, "fit or load first"
        self.inner.save(folder)

    export = save

    @classmethod
    def load(cls, folder: Path) -> Self:
        return cls(Ngrams.load(folder))


MODEL = TfidfLogreg
