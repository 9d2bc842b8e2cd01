"""Recommend what people like the visitor, and moments like this one, ask for more than others: for newcomers."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from luodi.contracts import Facts, Recipe
from luodi.train import peopling
from luodi.train.lesson import Lesson
from luodi.train.ranked import Ranked


class PeopleModel(Ranked):
    """Counts by what the table of users says, and by the context; needs no history."""

    license: ClassVar[str] = "Apache-2.0"

    def learn(self, train: Lesson, dev: Sequence[tuple[Any, Any]], *, recipe: Recipe, work: Path) -> tuple[Any, Facts]:
        return peopling.people(train, dev)

    def refuses(self, lesson: Any, *, recipe: Recipe) -> str | None:
        """Say why there is nothing to learn from."""
        return peopling.no_people(lesson)


MODEL = PeopleModel
