"""The hybrid with an encoder that learned from your questions, or from your documents where there are none."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from luodi.contracts import Facts, Recipe
from luodi.runtime.engine_search import How, Searcher
from luodi.train import embedding, searching
from luodi.train.corpus import Lesson, Pair


class SearchAdapted(searching.Searched):
    """In-batch negatives; where the dev questions are not found better, the encoder stays as it was."""

    license: ClassVar[str] = "Apache-2.0"

    def learn(self, train: Lesson, dev: Sequence[Pair], *, recipe: Recipe, work: Path) -> tuple[Searcher, Facts]:
        net, text, base = embedding.begin(recipe)
        index = searching.built(train, work, None)
        pairs = searching.positives(train, index, train.pairs)
        check = searching.checker(net, text, searching.positives(train, index, dev))
        before = check()
        kept = {name: one.detach().clone() for name, one in net.state_dict().items()}
        facts = embedding.adapt(net, text, pairs, check, recipe=recipe, work=work)
        after = check()
        if after <= before:
            net.load_state_dict(kept)
        encoder = searching.encoded(train, net, text, work)
        searcher = Searcher(searching.built(train, work, encoder), How(meanings=True), encoder)
        found = {"base": base, "pairs": len(pairs), "mrr_before": before, "mrr_after": after, "curve": facts["dev"]}
        return searching.tuned(searcher, searching.known(train, dev)), found


MODEL = SearchAdapted
