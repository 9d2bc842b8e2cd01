"""Recommend by the best weighted sum of the other recommenders, learned on dev."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from luodi.contracts import Facts, Recipe
from luodi.train import blending
from luodi.train.lesson import Lesson
from luodi.train.ranked import Ranked


class BlendModel(Ranked):
    """Takes what the others of a contest learned; by itself, it learns them all."""

    license: ClassVar[str] = "Apache-2.0"
    plain = False

    def learn(self, train: Lesson, dev: Sequence[tuple[Any, Any]], *, recipe: Recipe, work: Path) -> tuple[Any, Facts]:
        return blending.blend(train, dev, recipe=recipe, work=work)


MODEL = BlendModel
