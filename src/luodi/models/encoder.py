"""A pretrained encoder, fine-tuned whole: the strongest candidate where a fitting encoder is at hand.

Where they help on dev, n-grams stand at its side: the network knows meanings, they know the exact words.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from luodi.contracts import Facts, Kind, Recipe
from luodi.train import finetuning, pretraining, starter
from luodi.train.blended import Blended
from luodi.train.own_engine import TwiceExported

SPACE = {
    "learning_rate": (3e-5, 6e-5, 2e-4, 3e-4),
    "epochs": (2, 3, 5, 8),
    "frozen_layers": (None, 1, 2, 3),
    "max_tokens": (None, 64, 128),
}


class Encoder(TwiceExported):
    """Mean pooling and a linear head on a transformer encoder; all weights learn."""

    kinds: ClassVar[tuple[Kind, ...]] = ("classify", "tag")
    license: ClassVar[str] = "Apache-2.0"
    engine: ClassVar[Any] = Blended
    parallel: ClassVar[bool] = True
    read_minutes: ClassVar[float] = 60.0

    inner: Blended | None

    def fit(
        self, train: Sequence[tuple[str, Any]], dev: Sequence[tuple[str, Any]], *, recipe: Recipe, work: Path
    ) -> Facts:
        inner = finetuning.begin(train, recipe, self.inner.deep if self.inner else None)
        facts = finetuning.learn(inner, train, dev, recipe=recipe, work=work)
        self.inner = Blended.beside(inner, train, dev, recipe=recipe)
        return facts | {"base": inner.base, "max_tokens": inner.text.max_tokens, "ngrams": self.inner.share}

    def pretrain(
        self, texts: Iterable[str], *, recipe: Recipe, work: Path, checks: Mapping[str, Sequence[str]] | None = None
    ) -> Facts:
        """Go on with masked-language modelling on unlabelled text; `fit` then starts from there."""
        fitted, facts = pretraining.go_on(starter.find(recipe.base), texts, recipe=recipe, work=work, checks=checks)
        self.inner = Blended(fitted)
        return facts

    def space(self) -> Mapping[str, tuple[Any, ...]]:
        """Return what a search may try; the defaults are a trial of their own."""
        return SPACE

    def sketch(self, train: Sequence[tuple[str, Any]], *, recipe: Recipe, folder: Path) -> None:
        """Export the encoder under a fresh head."""
        finetuning.begin(train, recipe, self.inner.deep if self.inner else None).export(folder)

    def refuses(self, texts: Sequence[str], *, recipe: Recipe) -> str | None:
        """Say why the encoder is the wrong one for these texts."""
        return starter.stranger(starter.find(recipe.base), texts)


MODEL = Encoder
