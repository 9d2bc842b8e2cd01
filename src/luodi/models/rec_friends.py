"""Recommend what friends had, and friends of friends: for communities with links."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from luodi.contracts import Facts, Recipe
from luodi.train import befriending
from luodi.train.lesson import Lesson
from luodi.train.ranked import Ranked


class Friends(Ranked):
    """Friends who had more in common with somebody count more."""

    license: ClassVar[str] = "Apache-2.0"

    def learn(self, train: Lesson, dev: Sequence[tuple[Any, Any]], *, recipe: Recipe, work: Path) -> tuple[Any, Facts]:
        return befriending.friends(train, dev)

    def refuses(self, lesson: Any, *, recipe: Recipe) -> str | None:
        """Say why there is nothing to learn from."""
        return befriending.no_links(lesson)


MODEL = Friends
