"""A small encoder that starts from nothing: it reads the scenario's own texts first, then learns the labels.

For languages and trades that no encoder at hand can read. n-grams stand at its side where they help on dev.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
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

MIN_ROWS = 1_000  # below, n-grams alone know as much
MIN_CHARACTERS = 100_000  # below, reading the texts without labels first teaches nothing
MAX_TOKENS = 256
READING = 0.4  # share of the time that goes into reading the training texts where there was no [pretrain]
MOST_READ = 20.0  # minutes
SIZE = pretraining.Size()
LEARNING = regularized.Learning()


class EncoderScratch(Exported):
    """Mean pooling and a linear head on a small encoder with n-gram vectors; all weights learn."""

    kinds: ClassVar[tuple[Kind, ...]] = ("classify", "tag")
    license: ClassVar[str] = "Apache-2.0"
    engine: ClassVar[Any] = Blended

    inner: Blended | None

    def fit(
        self, train: Sequence[tuple[str, Any]], dev: Sequence[tuple[str, Any]], *, recipe: Recipe, work: Path
    ) -> Facts:
        xs, ys = [x for x, _ in train], [y for _, y in train]
        facts: Facts = {}
        if self.inner is None:
            facts, recipe = self._read(xs, recipe, work)
        assert self.inner is not None
        kind, labels = labels_of(ys)
        torch.manual_seed(recipe.seed)
        old = self.inner.deep
        old.network.head = torch.nn.Linear(old.network.head.in_features, len(labels)).to(device())
        most = min(recipe.max_tokens or MAX_TOKENS, int(old.network.config["max_position_embeddings"]))
        text = network.Text(old.text.file, max_tokens=network.limit_for(old.text.file, xs, most=most))
        deep = FittedNetwork(kind, labels, old.network, text, old.base)
        facts |= regularized.learn(deep, train, dev, recipe=recipe, work=work, how=LEARNING)
        self.inner = Blended.beside(deep, train, dev, recipe=recipe)
        return facts | {"base": deep.base, "max_tokens": text.max_tokens, "ngrams": self.inner.share}

    def pretrain(
        self, texts: Iterable[str], *, recipe: Recipe, work: Path, checks: Mapping[str, Sequence[str]] | None = None
    ) -> Facts:
        """Learn a tokenizer and the language from unlabelled text; `fit` then starts from there."""
        fitted, facts = pretraining.start(texts, recipe=recipe, work=work, size=SIZE, checks=checks)
        self.inner = Blended(fitted)
        return facts

    def _read(self, texts: Sequence[str], recipe: Recipe, work: Path) -> tuple[Facts, Recipe]:
        """Start from the training texts alone; returns what was found and the recipe with the time that is left."""
        work = work / "reading"
        work.mkdir(exist_ok=True)
        if sum(map(len, texts)) < MIN_CHARACTERS:
            self.inner = Blended(pretraining.blank(texts, recipe=recipe, work=work, size=SIZE))
            return {}, recipe
        minutes = min(MOST_READ, READING * recipe.max_minutes)
        facts = self.pretrain(texts, recipe=Recipe(seed=recipe.seed, max_minutes=minutes), work=work)
        left = replace(recipe, max_minutes=recipe.max_minutes - minutes)
        return {"read": {key: facts[key] for key in ("texts", "tokens", "perplexity_before", "perplexity_after")}}, left

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
