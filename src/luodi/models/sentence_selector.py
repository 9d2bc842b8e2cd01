"""Chooses the sentences that summaries are made of, as learned from those that people wrote; torch-free when served."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from luodi.contracts import Facts, Kind, Recipe
from luodi.runtime.engine_selector import How, Selector
from luodi.train import selecting
from luodi.train.own_engine import OwnEngine

Pairs = Sequence[tuple[Mapping[str, Any], Iterable[str]]]


class SentenceSelector(OwnEngine):
    """Boosted trees, or a line, on what tells an important sentence: words, place, form, and what is asked."""

    kinds: ClassVar[tuple[Kind, ...]] = ("generate",)
    license: ClassVar[str] = "Apache-2.0"
    engine: ClassVar[Any] = Selector

    inner: Selector | None

    def fit(self, train: Pairs, dev: Pairs, *, recipe: Recipe, work: Path) -> Facts:
        asks = any(x.get("query") for x, _ in train)
        encoder = selecting.begin(recipe, [str(x["text"]) for x, _ in train], work) if asks else None
        self.inner = Selector(How(by="trees"), encoder=encoder)
        return selecting.learned(self.inner, train, dev, seed=recipe.seed) | {"encoder": encoder is not None}


MODEL = SentenceSelector
