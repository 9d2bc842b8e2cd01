"""Recommend what comes next, by a small Transformer over what came before (SASRec, full softmax)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from luodi.contracts import Facts, Recipe
from luodi.train import sequencing
from luodi.train.lesson import Lesson
from luodi.train.ranked import Ranked


class SequenceModel(Ranked):
    """Learns from every place of every history; serves without torch."""

    license: ClassVar[str] = "Apache-2.0"
    plain = False

    def learn(self, train: Lesson, dev: Sequence[tuple[Any, Any]], *, recipe: Recipe, work: Path) -> tuple[Any, Facts]:
        return sequencing.sequence(train, dev, recipe=recipe, work=work)


MODEL = SequenceModel
