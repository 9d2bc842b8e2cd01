"""A second reading of what a search found: learned from right passages among wrong ones that look right.

Source: Nogueira and Cho 2019, "Passage Re-ranking with BERT"; the loss is over a group, as in Gao, Dai and Callan 2021,
"Rethink Training of BERT Rerankers in Multi-Stage Retrieval Pipeline".
"""

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch

from luodi.contracts import Facts, Recipe
from luodi.metrics import ranking
from luodi.runtime.engine_search import JUDGE, Searcher
from luodi.runtime.judge import Judge
from luodi.train import embedding, network, searching, sides
from luodi.train.corpus import Pair
from luodi.train.loop import Loop, Schedule

MAX_TOKENS = 160  # of question and passage together
AGAIN = 12  # passages that are read
N_WRONG, SKIPPED = 4, 2
"""Wrong passages in a group, and how many of the first are skipped: nobody said that those are wrong."""
LOOKED, MOST_GROUPS, MOST_EPOCHS, BATCH_SIZE = 30, 4_000, 4, 8
MOST_TOKENS = 8_192  # at a time
LEARNING_RATE = 1e-4
TRUSTS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
Group = tuple[str, str, list[str]]
"""A question, a passage that answers it, and some that do not."""


class Judging(torch.nn.Module):
    """One number for a question and a passage, which stand in one text."""

    def __init__(self, inner: network.Network, between: int | None) -> None:
        super().__init__()
        self.inner, self.between = inner, between

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return scores of shape (batch, 1)."""
        types = None if self.between is None else sides.types_of(ids, self.between)
        return self.inner.answer(self.inner.hidden(ids, mask, types), mask)


def groups(searcher: Searcher, pairs: Sequence[tuple[str, str]], *, seed: int) -> list[Group]:
    """Return a group for each pair of question and right passage, with wrong passages that the search ranks high.

    Of very many questions, some drawn by chance: neighbors are about one document.
    """
    right: dict[str, set[str]] = {}
    for question, passage in pairs:
        right.setdefault(question, set()).add(passage)
    asked = random.Random(seed).sample(list(right), k=min(MOST_GROUPS, len(right)))
    vectors = searcher.encoder(asked) if searcher.encoder else None
    made = list[Group]()
    for n, question in enumerate(asked):
        vector = None if vectors is None else vectors[n]
        numbers, _ = searcher.ranked(*searcher.candidates({"query": question, "k": LOOKED}, vector))
        wrong = [one for one in searcher.texts(numbers[:LOOKED]) if one not in right[question]][SKIPPED:][:N_WRONG]
        if len(wrong) == N_WRONG:
            made += [(question, one, wrong) for one in sorted(right[question])]
    return made[:MOST_GROUPS]


def learn(made: Sequence[Group], *, recipe: Recipe, work: Path) -> tuple[Judge, Facts]:
    """Learn to give the right passage of each group the highest score; return the judge as it will be served."""
    inner, text, _ = embedding.begin(replace(recipe, max_tokens=MAX_TOKENS))
    net = Judging(inner, sides.told(inner, text.tokenizer))
    read = [
        [one.ids for one in text.tokenizer.encode_batch([(question, one) for one in (right, *wrong)])]
        for question, right, wrong in made
    ]

    def loss(batch: list[int]) -> torch.Tensor:
        scores = net(*text.batch([ids for n in batch for ids in read[n]])).float().reshape(len(batch), -1)
        return torch.nn.functional.cross_entropy(scores, scores.new_zeros(len(batch), dtype=torch.int64))

    schedule = Schedule(
        epochs=recipe.epochs or max(1, min(MOST_EPOCHS, MOST_GROUPS // len(made))),
        batch_size=BATCH_SIZE,
        learning_rate=recipe.learning_rate or LEARNING_RATE,
        max_minutes=recipe.max_minutes / 2,  # the rest is for making vectors of all passages
        average=0.99,
        n_evaluations=1,
        most_tokens=MOST_TOKENS,
    )
    lengths = [sum(map(len, one)) for one in read]
    loop = Loop(
        net, lengths, loss, lambda: 0.0, schedule=schedule, seed=recipe.seed, work=work, doing="learning to judge"
    )
    facts = loop.run()
    sample = [(question, right) for question, right, _ in made[: searching.CALIBRATION]]
    embedding.write(work / JUDGE, net, text, sample)
    return Judge.load(work / JUDGE), {"groups": len(made), "steps": facts["steps"], "epochs": facts["epochs"]}


def trusted(searcher: Searcher, judge: Judge, questions: Sequence[Pair]) -> tuple[Searcher, Facts]:
    """Return a searcher that reads again, as far as that ranks these questions better, with NDCG@10 of each share."""
    ranked = [searcher.ranked(*one) for one in searching.candidates(searcher, questions)]
    judged = searcher.read(judge, [one.query for one in questions], [numbers[:AGAIN] for numbers, _ in ranked])
    found = [(*each, scores) for each, scores in zip(ranked, judged, strict=True)]
    values = dict[float, float]()
    for trust in TRUSTS:
        trial = Searcher(searcher.index, replace(searcher.how, trust=trust), searcher.encoder)
        orders = [trial.joined(*each)[0] for each in found]
        answers = [searching.ids_of(trial, order, one.by) for one, order in zip(questions, orders, strict=True)]
        values[trust] = ranking.ndcg_at_10([one.right for one in questions], answers) if questions else 0.0
    best = max(TRUSTS, key=lambda trust: (values[trust] - (searching.MARGIN if trust else 0), -trust))
    how = replace(searcher.how, again=AGAIN if best else 0, trust=best)
    made = Searcher(searcher.index, how, searcher.encoder, judge=judge if best else None)
    return made, {"trust": best, "by_trust": {str(key): round(one, 4) for key, one in values.items()}}
