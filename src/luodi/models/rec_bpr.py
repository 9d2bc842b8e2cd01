"""Recommend by factors learned from pairs of what somebody had and what not (BPR, the `implicit` library)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from luodi.contracts import Facts, Recipe
from luodi.train import factoring
from luodi.train.lesson import Lesson
from luodi.train.ranked import Ranked


class Bpr(Ranked):
    """Knows the people it learned from; of others it takes the middle of what they had."""

    license: ClassVar[str] = "Apache-2.0"

    def learn(self, train: Lesson, dev: Sequence[tuple[Any, Any]], *, recipe: Recipe, work: Path) -> tuple[Any, Facts]:
        return factoring.bpr(train, dev, recipe=recipe)


MODEL = Bpr
