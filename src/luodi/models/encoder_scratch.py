"""A small encoder that starts from nothing: from random tables, or from those of the texts that `[pretrain]` names.

For languages and trades that no encoder at hand can read. n-grams stand at its side where they help on dev. Reading the
labelled rows alone beforehand was tried, and teaches nothing that the labels do not (docs/logbook.md, 2026-12-01).
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import torch

from luodi.contracts import Facts, Kind, Recipe
from luodi.errors import SetupError
from luodi.train import network, pretraining, regularized, starter
from luodi.train.answers import labels_of
from luodi.train.blended import Blended
from luodi.train.device import device
from luodi.train.fitted import FittedNetwork
from luodi.train.own_engine import Exported

MIN_ROWS = 200  # with so few it is 3 points above n-grams alone (docs/logbook.md); fewer were not measured
MAX_TOKENS = 256
SIZE = pretraining.Size()
LEARNING = regularized.Learning()


class EncoderScratch(Exported):
    """Mean pooling and a linear head on a small encoder with n-gram vectors; all weights learn."""

    kinds: ClassVar[tuple[Kind, ...]] = ("classify", "tag")
    license: ClassVar[str] = "Apache-2.0"
    engine: ClassVar[Any] = Blended
    read_minutes: ClassVar[float] = 0.0  # counting is enough: ten minutes of guessing made few labels worse

    inner: Blended | None

    def fit(
        self, train: Sequence[tuple[str, Any]], dev: Sequence[tuple[str, Any]], *, recipe: Recipe, work: Path
    ) -> Facts:
        xs, ys = [x for x, _ in train], [y for _, y in train]
        if self.inner is None:
            self.inner = Blended(pretraining.blank(xs, recipe=recipe, work=work, size=SIZE))
        kind, labels = labels_of(ys)
        torch.manual_seed(recipe.seed)
        old = self.inner.deep
        old.network.head = torch.nn.Linear(old.network.head.in_features, len(labels)).to(device())
        most = min(recipe.max_tokens or MAX_TOKENS, int(old.network.config["max_position_embeddings"]))
        text = network.Text(old.text.file, max_tokens=network.limit_for(old.text.file, xs, most=most))
        deep = FittedNetwork(kind, labels, old.network, text, old.base)
        facts = regularized.learn(deep, train, dev, recipe=recipe, work=work, how=LEARNING)
        self.inner = Blended.beside(deep, train, dev, recipe=recipe)
        return facts | {"base": deep.base, "max_tokens": text.max_tokens, "ngrams": self.inner.share}

    def pretrain(
        self, texts: Iterable[str], *, recipe: Recipe, work: Path, checks: Mapping[str, Sequence[str]] | None = None
    ) -> Facts:
        """Learn a tokenizer and the language from unlabelled text; `fit` then starts from there."""
        fitted, facts = pretraining.start(texts, recipe=recipe, work=work, size=SIZE, checks=checks)
        self.inner = Blended(fitted)
        return facts

    def refuses(self, texts: Sequence[str], *, recipe: Recipe) -> str | None:
        """Say why nothing is gained by starting anew."""
        if len(texts) < MIN_ROWS:
            return f"{len(texts):,} rows are too few to learn a language from; it asks for {MIN_ROWS:,}"
        try:
            knows = starter.stranger(starter.find(recipe.base), texts) is None
        except SetupError:  # no encoder at hand
            return None
        return "the encoder at hand can read these texts, and has read far more" if knows else None


MODEL = EncoderScratch
