"""Recommend by factors of people and items, by alternating least squares (the `implicit` library)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from luodi.contracts import Facts, Recipe
from luodi.train import factoring
from luodi.train.lesson import Lesson
from luodi.train.ranked import Ranked


class Als(Ranked):
    """A visitor's factors are solved for from the history, so that anybody's session will do."""

    license: ClassVar[str] = "Apache-2.0"

    def learn(self, train: Lesson, dev: Sequence[tuple[Any, Any]], *, recipe: Recipe, work: Path) -> tuple[Any, Facts]:
        return factoring.als(train, dev, recipe=recipe)


MODEL = Als
