"""What every recommender does once its scorer is learned."""

from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from luodi.contracts import Facts, Kind, Recipe
from luodi.runtime.engine_recommender import Recommender
from luodi.train.lesson import Lesson
from luodi.train.own_engine import OwnEngine


class Ranked(OwnEngine):
    """The contract of a model for the kind `rank`, but for `learn`."""

    kinds: ClassVar[tuple[Kind, ...]] = ("rank",)
    plain: ClassVar[bool] = True
    engine: ClassVar[Any] = Recommender

    @abstractmethod
    def learn(self, train: Lesson, dev: Sequence[tuple[Any, Any]], *, recipe: Recipe, work: Path) -> tuple[Any, Facts]:
        """Return a fitted scorer of `runtime.scorers`, and what was found out."""

    def fit(self, train: Lesson, dev: Sequence[tuple[Any, Any]], *, recipe: Recipe, work: Path) -> Facts:
        scorer, facts = self.learn(train, dev, recipe=recipe, work=work)
        self.inner = train.recommender(scorer)
        return facts
