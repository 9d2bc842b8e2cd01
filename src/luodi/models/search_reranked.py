"""The hybrid, whose first hits a cross-encoder reads again together with the question."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from luodi.contracts import Facts, Recipe
from luodi.runtime.encoders import Judge
from luodi.runtime.engine_search import JUDGE, How, Searcher
from luodi.train import embedding, searching
from luodi.train.corpus import Lesson, Pair

MAX_TOKENS = 160  # of question and passage together: what 50 ms are enough for
LEAST = 30  # groups to learn from; fewer teach nothing


class SearchReranked(searching.Searched):
    """It learns from the same pairs; where it orders dev no better, it is left out."""

    license: ClassVar[str] = "Apache-2.0"

    def learn(self, train: Lesson, dev: Sequence[Pair], *, recipe: Recipe, work: Path) -> tuple[Searcher, Facts]:
        net, text, base = embedding.begin(recipe)
        encoder = searching.encoded(train, net, text, work)
        searcher = Searcher(searching.built(train, work, encoder), How(meanings=True), encoder)
        searcher = searching.tuned(searcher, searching.known(train, dev))
        pairs = searching.positives(train, searcher.index, train.pairs)
        triples = searching.triples(searcher, pairs)
        if len(triples) < LEAST:
            return searcher, {"base": base, "triples": len(triples)}
        reader, text, _ = embedding.begin(replace(recipe, max_tokens=MAX_TOKENS))
        facts = embedding.judge(reader, text, triples, lambda: 0.0, recipe=recipe, work=work)
        calibration = [(question, right) for question, right, _ in triples[: searching.CALIBRATION]]
        embedding.write(work / JUDGE, reader, text, calibration)
        searcher.judge = Judge.load(work / JUDGE)
        searcher, found = searching.judged(searcher, dev)
        return searcher, {"base": base, "triples": len(triples), "steps": facts["steps"], **found}


MODEL = SearchReranked
