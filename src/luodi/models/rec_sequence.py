"""Recommend what comes next, by a small Transformer over what came before (SASRec, full softmax)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

from luodi.contracts import Facts, Hit, Kind, Recipe
from luodi.runtime.engine_recommender import Recommender
from luodi.train import sequencing
from luodi.train.lesson import Lesson


class SequenceModel:
    """Learns from every place of every history; serves without torch."""

    kinds: ClassVar[tuple[Kind, ...]] = ("rank",)
    license: ClassVar[str] = "Apache-2.0"
    plain: ClassVar[bool] = False

    def __init__(self, inner: Recommender | None = None) -> None:
        self.inner = inner

    def fit(self, train: Lesson, dev: Sequence[tuple[Any, Any]], *, recipe: Recipe, work: Path) -> Facts:
        scorer, facts = sequencing.sequence(train, dev, recipe=recipe, work=work)
        self.inner = train.recommender(scorer)
        return facts

    def predict(self, xs: Sequence[Any]) -> list[list[Hit]]:
        assert self.inner, "fit or load first"
        return self.inner.predict(xs)

    def save(self, folder: Path) -> None:
        assert self.inner, "fit or load first"
        self.inner.save(folder)

    export = save

    @classmethod
    def load(cls, folder: Path) -> Self:
        return cls(Recommender.load(folder))


MODEL = SequenceModel
