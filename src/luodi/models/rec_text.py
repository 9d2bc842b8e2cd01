"""Recommend what reads like what leads there: item texts through the pretrained encoder. For new items, too."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from luodi.contracts import Facts, Recipe
from luodi.train import meaning
from luodi.train.lesson import Lesson
from luodi.train.ranked import Ranked


class Text(Ranked):
    """Learns which meanings lead to which; serves without the encoder, which only new items need."""

    license: ClassVar[str] = "Apache-2.0"
    plain = False

    def learn(self, train: Lesson, dev: Sequence[tuple[Any, Any]], *, recipe: Recipe, work: Path) -> tuple[Any, Facts]:
        return meaning.text(train, dev, recipe=recipe, work=work)

    def refuses(self, lesson: Any, *, recipe: Recipe) -> str | None:
        """Say why there is nothing to learn from."""
        return meaning.no_texts(lesson, recipe)


MODEL = Text
