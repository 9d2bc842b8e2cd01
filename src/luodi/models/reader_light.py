"""A small reader for any language, learned from the scenario's questions alone: for where no encoder fits."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from luodi.contracts import Facts, Kind, Recipe
from luodi.runtime.reading_light import LIMITS
from luodi.train import answering
from luodi.train.answering_light import LightReader
from luodi.train.loop import Schedule
from luodi.train.own_engine import Exported

Pairs = Sequence[tuple[dict[str, Any], Any]]
LEARNING_RATE = 1e-3
AVERAGE = 0.995
BATCH_SIZE = 32
EPOCHS = ((1_000, 30), (6_000, 14), (20_000, 8))  # few questions are worth more rounds
MOST_ROWS_EPOCHS = 4
LONGEST, SHORTEST, SLACK = 0.99, 15, 1.1
"""Answers may be so long, in tokens: as 99 of 100 that were learned from, and a tenth more."""


class ReaderLight(Exported):
    """Features of the match with the question under some layers of convolutions."""

    kinds: ClassVar[tuple[Kind, ...]] = ("extract",)
    license: ClassVar[str] = "Apache-2.0"
    engine: ClassVar[Any] = LightReader

    inner: LightReader | None

    def fit(self, train: Pairs, dev: Pairs, *, recipe: Recipe, work: Path) -> Facts:
        limits = replace(LIMITS, max_tokens=recipe.max_tokens or LIMITS.max_tokens)
        self.inner = LightReader.fresh(limits, seed=recipe.seed)
        self.inner.limit_answers(train, share=LONGEST, least=SHORTEST, slack=SLACK)
        schedule = Schedule(
            epochs=recipe.epochs or next((n for rows, n in EPOCHS if len(train) <= rows), MOST_ROWS_EPOCHS),
            batch_size=BATCH_SIZE,
            learning_rate=recipe.learning_rate or LEARNING_RATE,
            weight_decay=0.05,
            max_minutes=recipe.max_minutes,
            average=AVERAGE,
            patience=5,
        )
        return answering.learn(self.inner, train, dev, schedule=schedule, seed=recipe.seed, work=work)


MODEL = ReaderLight
