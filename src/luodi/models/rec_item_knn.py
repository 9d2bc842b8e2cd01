"""Recommend what goes with what the visitor had: cosine between items, over the people who had both."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from luodi.contracts import Facts, Recipe
from luodi.train import neighboring
from luodi.train.lesson import Lesson
from luodi.train.ranked import Ranked


class ItemKnn(Ranked):
    """Keeps for every item its nearest others; how long the past counts is chosen on dev."""

    license: ClassVar[str] = "Apache-2.0"

    def learn(self, train: Lesson, dev: Sequence[tuple[Any, Any]], *, recipe: Recipe, work: Path) -> tuple[Any, Facts]:
        return neighboring.item_knn(train, dev)


MODEL = ItemKnn
