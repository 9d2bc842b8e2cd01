"""What every recommender does once its scorer is learned: answer, save, load, and be its own export."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

from luodi.contracts import Facts, Hit, Kind, Recipe
from luodi.runtime.engine_recommender import Recommender
from luodi.train.lesson import Lesson


class Ranked(ABC):
    """The contract of a model for the kind `rank`, but for `learn`."""

    kinds: ClassVar[tuple[Kind, ...]] = ("rank",)
    license: ClassVar[str]
    plain: ClassVar[bool] = True

    def __init__(self, inner: Recommender | None = None) -> None:
        self.inner = inner

    @abstractmethod
    def learn(self, train: Lesson, dev: Sequence[tuple[Any, Any]], *, recipe: Recipe, work: Path) -> tuple[Any, Facts]:
        """Return a fitted scorer of `runtime.scorers`, and what was found out."""

    def fit(self, train: Lesson, dev: Sequence[tuple[Any, Any]], *, recipe: Recipe, work: Path) -> Facts:
        scorer, facts = self.learn(train, dev, recipe=recipe, work=work)
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
