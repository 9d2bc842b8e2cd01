"""A pretrained encoder that points to the answer: where it begins, where it ends, or that the passage has none."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from luodi.contracts import Facts, Kind, Recipe
from luodi.runtime.reading import Limits
from luodi.train import answering, parallel, starter
from luodi.train.loop import Schedule
from luodi.train.own_engine import Exported

Pairs = Sequence[tuple[dict[str, str], Any]]
LEARNING_RATE = 2e-4
LAYER_DECAY = 0.95
AVERAGE = 0.99
BATCH_SIZE = 16
MOST_TOKENS = 4_096  # at a time
EPOCHS = ((1_000, 8), (3_000, 5), (20_000, 3))  # few questions are worth more rounds
MOST_ROWS_EPOCHS = 2
LONGEST, SHORTEST, SLACK = 0.99, 30, 1.25
"""Answers may be so long, in tokens: as 99 of 100 that were learned from, and a quarter more."""


class ReaderEncoder(Exported):
    """A linear head for beginnings and ends on a transformer encoder; all weights learn."""

    kinds: ClassVar[tuple[Kind, ...]] = ("extract",)
    license: ClassVar[str] = "Apache-2.0"
    engine: ClassVar[Any] = answering.SpanReader

    inner: answering.SpanReader | None

    def fit(self, train: Pairs, dev: Pairs, *, recipe: Recipe, work: Path) -> Facts:
        inner = self.inner = _start(train, recipe)
        # a batch's rows are learned from, not the whole table; between processes only whole gradients are added up
        inner.net.inner.encoder.get_input_embeddings().sparse = parallel.size() == 1
        schedule = Schedule(
            epochs=recipe.epochs or next((n for rows, n in EPOCHS if len(train) <= rows), MOST_ROWS_EPOCHS),
            batch_size=BATCH_SIZE,
            learning_rate=recipe.learning_rate or LEARNING_RATE,
            max_minutes=recipe.max_minutes,
            average=AVERAGE,
            layer_decay=LAYER_DECAY,
            most_tokens=MOST_TOKENS,
        )
        depth = answering.depth_of(inner.net)
        facts = answering.learn(inner, train, dev, schedule=schedule, seed=recipe.seed, work=work, depth=depth)
        return facts | {"base": inner.base}

    def refuses(self, texts: Sequence[Any], *, recipe: Recipe) -> str | None:
        """Say why the encoder is the wrong one for these passages."""
        if answering.is_reader(Path(recipe.base)):
            return None
        read = [x["passage"] or x["question"] for x in texts[: 10 * starter.LOOKED_AT]]
        return starter.stranger(starter.find(recipe.base), list(dict.fromkeys(read)))


def _start(train: Pairs, recipe: Recipe) -> answering.SpanReader:
    """Return the encoder that the recipe names with a fresh head, or the reader that it names as it is."""
    if answering.is_reader(Path(recipe.base)):
        return answering.SpanReader.load(Path(recipe.base))
    limits = Limits(max_tokens=recipe.max_tokens or Limits().max_tokens)
    inner = answering.pretrained(starter.find(recipe.base), limits, seed=recipe.seed)
    inner.limit_answers(train, share=LONGEST, least=SHORTEST, slack=SLACK)
    return inner


MODEL = ReaderEncoder
