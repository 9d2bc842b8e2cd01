"""Find passages by words and by meaning; ranks or scores are joined, as judged questions like it better."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from luodi.contracts import Facts, Recipe
from luodi.runtime.engine_search import Searcher
from luodi.train import searching
from luodi.train.corpus import Lesson, Pair


class SearchHybrid(searching.Searched):
    """Reciprocal-rank fusion, unless another weighing is clearly better on dev."""

    license: ClassVar[str] = "Apache-2.0"

    def learn(self, train: Lesson, dev: Sequence[Pair], *, recipe: Recipe, work: Path) -> tuple[Searcher, Facts]:
        searcher, base = searching.hybrid(train, dev, recipe=recipe, work=work)
        return searcher, {"base": base}


MODEL = SearchHybrid
