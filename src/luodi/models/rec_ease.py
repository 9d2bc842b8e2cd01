"""Recommend by one linear model over all items at once (EASE), solved in closed form."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from luodi.contracts import Facts, Recipe
from luodi.train import neighboring
from luodi.train.lesson import Lesson
from luodi.train.ranked import Ranked


class Ease(Ranked):
    """Needs a matrix of items by items, so it refuses large catalogues."""

    license: ClassVar[str] = "Apache-2.0"
    plain = False

    def learn(self, train: Lesson, dev: Sequence[tuple[Any, Any]], *, recipe: Recipe, work: Path) -> tuple[Any, Facts]:
        return neighboring.ease(train, dev)

    def refuses(self, lesson: Any, *, recipe: Recipe) -> str | None:
        """Say why there is nothing to learn from."""
        return neighboring.too_many_items(lesson)


MODEL = Ease
