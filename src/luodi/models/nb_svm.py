"""Many kinds of n-grams under two linear support vector machines, one of them on naive Bayes ratios.

How it learns is in `train.nbsvm`; the encoder has it at its side too.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

from luodi.contracts import Facts, Kind, Recipe, Scores
from luodi.runtime.engine_ngrams import Ngrams
from luodi.train import nbsvm


class NbSvm:
    """One pair of machines per label."""

    kinds: ClassVar[tuple[Kind, ...]] = ("classify", "tag")
    license: ClassVar[str] = "Apache-2.0"
    plain: ClassVar[bool] = True

    def __init__(self, inner: Ngrams | None = None) -> None:
        self.inner = inner

    def fit(
        self, train: Sequence[tuple[str, Any]], dev: Sequence[tuple[str, Any]], *, recipe: Recipe, work: Path
    ) -> Facts:
        self.inner, told = nbsvm.fit(train, dev, recipe=recipe, doing="nb-svm")
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


MODEL = NbSvm
