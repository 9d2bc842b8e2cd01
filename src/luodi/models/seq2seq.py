"""A Transformer that learns to translate from the scenario's pairs, from nothing or on from a base; served in int8."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from luodi.contracts import Facts, Kind, Material, Recipe
from luodi.train import starter, translating
from luodi.train.loop import Schedule
from luodi.train.own_engine import Exported
from luodi.train.sentences import sentences

STARTER = "starter"
"""The base where none is named: an encoder, which cannot write; here it means none, as a causal model does."""
BORROWED_RATE, BORROWED_EPOCHS = 3e-4, 12
"""A network that can translate already forgets that where steps are large."""
Pairs = Sequence[tuple[Material, frozenset[str]]]
LEARNING_RATE, LEAST_RATE = 3e-3, 5e-4
"""Of a batch of so many pieces as below; of a smaller one by the root of its share."""
RISING, LEAST_RISING = 0.25, 400
"""Share of the steps, and steps. Where the rate rises in 114, a network from nothing loses what it has learned."""
AVERAGE = 0.99
BATCH_TOKENS, MOST_BATCH = 4_096, 64
"""Pieces of translations that are learned from together; of short ones at most so many texts.

Of 64 instead of 256 more is learned in the same minutes: in ten chrF 42.5 instead of 33.2 (logbook, 2026-12-01)."""
LEAST_STEPS_PER_EPOCH = 10
EPOCHS = ((5_000, 120), (60_000, 100), (200_000, 40))  # few pairs are worth more rounds
MOST_ROWS_EPOCHS = 8
LOOKS, PATIENCE = 30, 8
LARGE = 100_000
"""From so many pairs on a wider network with less dropout learns more than it forgets."""
WIDE = translating.Size(layers=4, width=256, inner=1_024, dropout=0.1)


class Seq2SeqModel(Exported):
    """Encoder and decoder, four layers each, that share one table of pieces."""

    kinds: ClassVar[tuple[Kind, ...]] = ("generate",)
    license: ClassVar[str] = "Apache-2.0"
    engine: ClassVar[Any] = translating.Seq2Seq
    forms: ClassVar[tuple[str, ...]] = translating.Seq2Seq.forms

    inner: translating.Seq2Seq | None

    def fit(self, train: Pairs, dev: Pairs, *, recipe: Recipe, work: Path) -> Facts:
        pairs = sentences(train)
        language = next((x["language"] for x, _ in train if x.get("language")), "")
        if recipe.base != STARTER and not starter.is_causal(Path(recipe.base)):
            inner = translating.Seq2Seq.of(recipe.base, language=language, seed=recipe.seed)
            return self._learn(inner, pairs, dev, recipe=recipe, work=work, borrowed=True)
        size = WIDE if len(pairs) >= LARGE else translating.Size()
        inner = translating.Seq2Seq.fresh(pairs, size, language=language, seed=recipe.seed)
        return self._learn(inner, pairs, dev, recipe=recipe, work=work)

    def _learn(
        self,
        inner: translating.Seq2Seq,
        pairs: Sequence[tuple[str, str]],
        dev: Pairs,
        *,
        recipe: Recipe,
        work: Path,
        borrowed: bool = False,
    ) -> Facts:
        self.inner = inner
        ids, looked = inner.encode(pairs), inner.encode(sentences(dev))
        mean = sum(len(y) for _, y in ids) / len(ids)
        batch = min(MOST_BATCH, round(BATCH_TOKENS / mean), max(8, len(ids) // LEAST_STEPS_PER_EPOCH))
        epochs, rate = (BORROWED_EPOCHS, BORROWED_RATE) if borrowed else _pace(len(ids), batch * mean)
        epochs = recipe.epochs or epochs
        schedule = Schedule(
            epochs=epochs,
            batch_size=batch,
            learning_rate=recipe.learning_rate or rate,
            warmup=RISING,
            least_rising=LEAST_RISING,
            max_minutes=recipe.max_minutes,
            average=AVERAGE,
            n_evaluations=min(epochs, LOOKS),
            patience=PATIENCE,
        )
        facts = inner.learn(ids, looked, schedule=schedule, seed=recipe.seed, work=work, guided=not borrowed)
        base = {"base": Path(recipe.base).name} if borrowed else {}
        return facts | {"pairs": len(ids), "pieces": len(inner.pieces.words) + 1} | base

    def export(self, folder: Path, *, form: str = "int8") -> None:
        """Write it for CTranslate2."""
        assert self.inner, "fit or load first"
        self.inner.export(folder, form=form)


def _pace(n_pairs: int, pieces: float) -> tuple[int, float]:
    """Return epochs and learning rate of a network from nothing, for steps of so many pieces of translations."""
    epochs = next((n for rows, n in EPOCHS if n_pairs <= rows), MOST_ROWS_EPOCHS)
    return epochs, max(LEAST_RATE, LEARNING_RATE * min(1.0, pieces / BATCH_TOKENS) ** 0.5)


MODEL = Seq2SeqModel
