"""The nearest sentence's translation: the baseline that a translator has to beat, and often enough for phrases."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from luodi.contracts import Facts, Kind, Material, Recipe
from luodi.runtime.engine_memory import Memory
from luodi.train.own_engine import OwnEngine
from luodi.train.sentences import sentences

Pairs = Sequence[tuple[Material, frozenset[str]]]


class TranslationMemory(OwnEngine):
    """All that was ever translated, found again by the letters of what is asked."""

    kinds: ClassVar[tuple[Kind, ...]] = ("generate",)
    license: ClassVar[str] = "Apache-2.0"
    plain: ClassVar[bool] = True
    engine: ClassVar[Any] = Memory

    def fit(self, train: Pairs, dev: Pairs, *, recipe: Recipe, work: Path) -> Facts:
        language = next((x["language"] for x, _ in train if x.get("language")), "")
        pairs = sentences(train)
        self.inner = Memory.of(pairs, language=language)
        return {"pairs": len(pairs)}


MODEL = TranslationMemory
