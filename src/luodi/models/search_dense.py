"""Find passages by what they mean: vectors of the pretrained encoder as it is, in int8."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from luodi.contracts import Facts, Recipe
from luodi.runtime.engine_search import How, Searcher
from luodi.train import embedding, searching
from luodi.train.corpus import Lesson, Pair


class SearchDense(searching.Searched):
    """Every passage is looked at, so that nothing is missed."""

    license: ClassVar[str] = "Apache-2.0"

    def learn(self, train: Lesson, dev: Sequence[Pair], *, recipe: Recipe, work: Path) -> tuple[Searcher, Facts]:
        net, text, base = embedding.begin(recipe)
        encoder = searching.encoded(train, net, text, work)
        index = searching.built(train, work, encoder)
        return Searcher(index, How(words=False, meanings=True), encoder), {"base": base}


MODEL = SearchDense
