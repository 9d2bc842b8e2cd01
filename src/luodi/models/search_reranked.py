"""The hybrid, whose first hits a cross-encoder reads once more, together with the question."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from luodi.contracts import Facts, Recipe
from luodi.runtime.engine_search import Searcher
from luodi.train import judging, searching
from luodi.train.corpus import Lesson, Pair

LEAST = 30  # groups to learn from; fewer teach nothing


class SearchReranked(searching.Searched):
    """It learns from judged questions and clicks; where it orders dev no better, it is left out."""

    license: ClassVar[str] = "Apache-2.0"

    def learn(self, train: Lesson, dev: Sequence[Pair], *, recipe: Recipe, work: Path) -> tuple[Searcher, Facts]:
        searcher, base = searching.hybrid(train, dev, recipe=recipe, work=work)
        groups = judging.groups(searcher, searching.positives(train, searcher.index, train.pairs), seed=recipe.seed)
        if len(groups) < LEAST:  # too few documents for wrong passages beside the right ones
            return searcher, {"base": base, "groups": len(groups)}
        judge, facts = judging.learn(groups, recipe=recipe, work=work)
        searcher, found = judging.trusted(searcher, judge, dev)
        return searcher, {"base": base} | facts | found

    def refuses(self, texts: Lesson, *, recipe: Recipe) -> str | None:
        """Say why the encoder is the wrong one for these documents, or that there is too little to learn from."""
        if len(texts.pairs) < LEAST:
            return f"it learns from questions and their passages, {LEAST} at least; here are {len(texts.pairs)}"
        return super().refuses(texts, recipe=recipe)


MODEL = SearchReranked
