"""Recommend what reads like what the visitor had: the words and columns of the item table. For new items, too."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from luodi.contracts import Facts, Recipe
from luodi.train import wording
from luodi.train.lesson import Lesson
from luodi.train.ranked import Ranked


class Content(Ranked):
    """Weighs words by rarity; needs nobody to have touched an item."""

    license: ClassVar[str] = "Apache-2.0"

    def learn(self, train: Lesson, dev: Sequence[tuple[Any, Any]], *, recipe: Recipe, work: Path) -> tuple[Any, Facts]:
        return wording.content(train, dev)

    def refuses(self, lesson: Any, *, recipe: Recipe) -> str | None:
        """Say why there is nothing to learn from."""
        return wording.no_table(lesson)


MODEL = Content
