"""Recommend by factors of people and items, by alternating least squares (the `implicit` library)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

from luodi.contracts import Facts, Hit, Kind, Recipe
from luodi.runtime.engine_recommender import Recommender
from luodi.train import factoring
from luodi.train.lesson import Lesson


class Als:
    """A visitor's factors are solved for from the history, so that anybody's session will do."""

    kinds: ClassVar[tuple[Kind, ...]] = ("rank",)
    license: ClassVar[str] = "Apache-2.0"
    plain: ClassVar[bool] = True

    def __init__(self, inner: Recommender | None = None) -> None:
        self.inner = inner

    def fit(self, train: Lesson, dev: Sequence[tuple[Any, Any]], *, recipe: Recipe, work: Path) -> Facts:
        scorer, facts = factoring.als(train, dev, recipe=recipe)
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


MODEL = Als
