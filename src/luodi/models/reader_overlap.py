"""Words in common: the baseline that a reader has to beat; of what it is given it learns when to say nothing."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from luodi.contracts import Facts, Kind, Recipe
from luodi.runtime import spans
from luodi.runtime.engine_overlap import Overlap
from luodi.runtime.reading import answers
from luodi.train.own_engine import OwnEngine
from luodi.train.refusing import best_bias

Pairs = Sequence[tuple[dict[str, str], Any]]
MOST = 2_000


class ReaderOverlap(OwnEngine):
    """The span that stands nearest to most of the question's rare words and is of the asked type."""

    kinds: ClassVar[tuple[Kind, ...]] = ("extract",)
    license: ClassVar[str] = "Apache-2.0"
    plain: ClassVar[bool] = True
    engine: ClassVar[Any] = Overlap

    def fit(self, train: Pairs, dev: Pairs, *, recipe: Recipe, work: Path) -> Facts:
        self.inner = Overlap()
        rows = [*dev, *train][:MOST] if any(not y for _, y in train) else []
        if rows:
            answered, refused, odds = [], [], []
            for x, y in rows:
                found = self.inner.found(x)
                first = answers(x, found, nothing=None)[0]
                gold = spans.texts(x, y)
                answered.append(float(spans.is_right(gold, spans.read(x, first))))
                refused.append(float(not gold))
                odds.append(float(np.logaddexp.reduce([one.odds for one in found] or [-30.0])))
            bias, _ = best_bias(answered, refused, odds)
            self.inner = Overlap(nothing=bias)
        return {"nothing": self.inner.nothing}


MODEL = ReaderOverlap
