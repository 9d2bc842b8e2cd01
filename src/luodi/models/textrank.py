"""The sentences that are most like all others: PageRank over the words that they share, in any language."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from luodi.contracts import Facts, Kind, Recipe
from luodi.runtime.engine_selector import How, Selector
from luodi.train import selecting
from luodi.train.own_engine import OwnEngine

Pairs = Sequence[tuple[Mapping[str, Any], Iterable[str]]]


class TextRank(OwnEngine):
    """Learns how long summaries are, and how different their sentences. Where a query is given, walks begin at it."""

    kinds: ClassVar[tuple[Kind, ...]] = ("generate",)
    license: ClassVar[str] = "Apache-2.0"
    plain: ClassVar[bool] = True
    engine: ClassVar[Any] = Selector

    inner: Selector | None

    def fit(self, train: Pairs, dev: Pairs, *, recipe: Recipe, work: Path) -> Facts:
        self.inner = Selector(How(by="rank"))
        return selecting.measured(self.inner, train) | selecting.tuned(self.inner, dev)


MODEL = TextRank
