"""Recommend by one linear model over all items at once (EASE), solved in closed form."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

from luodi.contracts import Facts, Hit, Kind, Recipe
from luodi.runtime.engine_recommender import Recommender
from luodi.train import neighboring
from luodi.train.lesson import Lesson


class Ease:
    """Needs a matrix of items by items, so it refuses large catalogues."""

    kinds: ClassVar[tuple[Kind, ...]] = ("rank",)
    license: ClassVar[str] = "Apache-2.0"
    plain: ClassVar[bool] = False

    def __init__(self, inner: Recommender | None = None) -> None:
        self.inner = inner

    def fit(self, train: Lesson, dev: Sequence[tuple[Any, Any]], *, recipe: Recipe, work: Path) -> Facts:
        scorer, facts = neighboring.ease(train, dev)
        self.inner = train.recommender(scorer)
        return facts

    def refuses(self, lesson: Any, *, recipe: Recipe) -> str | None:
        """Say why there is nothing to learn from."""
        return neighboring.too_many_items(lesson)

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


MODEL = Ease
