"""How a search is learned: an index is built, networks may be adapted, and what is left to choose is chosen by dev."""

import itertools
import shutil
from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from luodi.contracts import Facts, Kind, Recipe
from luodi.metrics import ranking
from luodi.runtime.encoders import Embedder
from luodi.runtime.engine_search import ENCODER, INDEX, How, Searcher
from luodi.runtime.index import Index
from luodi.runtime.passages import known_by, passage_id
from luodi.runtime.segment import Encode
from luodi.train import embedding, network, starter
from luodi.train.corpus import Lesson, Pair, as_pairs
from luodi.train.own_engine import OwnEngine

WORDS = ((1.6, 0.6), (0.9, 0.4), (1.2, 0.75), (2.0, 0.5))
"""k1 and b to choose from; the first stays where no other is clearly better."""
SHARES = (0.5, 0.3, 0.4, 0.6, 0.7, 0.8)
MARGIN = 0.005  # NDCG; less is chance on the few questions that people judge
CALIBRATION = 120  # passages that int8 is calibrated by
Questions = Sequence[Pair]


class Searched(OwnEngine):
    """The contract of a model that searches, but for `learn`."""

    kinds: ClassVar[tuple[Kind, ...]] = ("rank",)
    engine: ClassVar[Any] = Searcher
    reads: ClassVar[bool] = True
    """Whether it needs an encoder that knows the language of the documents."""

    @abstractmethod
    def learn(self, train: Lesson, dev: Questions, *, recipe: Recipe, work: Path) -> tuple[Searcher, Facts]:
        """Return a searcher whose index lies in `work`, and what was found out."""

    def fit(self, train: Lesson, dev: Sequence[tuple[Any, Any]], *, recipe: Recipe, work: Path) -> Facts:
        searcher, facts = self.learn(train, as_pairs(dev), recipe=recipe, work=work)
        searcher.how = replace(searcher.how, k=int(train.rules["k"]))
        self.inner = searcher
        return facts | searcher.about()

    def refuses(self, texts: Lesson, *, recipe: Recipe) -> str | None:
        """Say why the encoder is the wrong one for these documents."""
        return starter.stranger(starter.find(recipe.base), texts.texts(starter.LOOKED_AT)) if self.reads else None


def built(train: Lesson, work: Path, encoder: Encode | None) -> Index:
    """Return an index of all documents in `work`; what an interrupted try left there is begun anew."""
    shutil.rmtree(work / INDEX, ignore_errors=True)
    index = Index.create(work / INDEX)
    index.add(train.papers(), encoder)
    return index


def encoded(train: Lesson, net: Any, text: Any, work: Path) -> Embedder:
    """Return the encoder as it will be served, in int8."""
    embedding.write(work / ENCODER, embedding.Vectors(net), text, train.texts(CALIBRATION))
    return Embedder.load(work / ENCODER)


def hybrid(train: Lesson, dev: Questions, *, recipe: Recipe, work: Path) -> tuple[Searcher, str]:
    """Return a searcher by words and by meaning, joined as judged questions like it best, and the encoder's name."""
    net, text, base = embedding.begin(recipe)
    encoder = encoded(train, net, text, work)
    searcher = Searcher(built(train, work, encoder), How(meanings=True), encoder)
    return tuned(searcher, known(train, dev)), base


def tuned(searcher: Searcher, questions: Questions) -> Searcher:
    """Return the searcher with what ranks these questions best; without questions it stays as it is."""
    if not questions:
        return searcher
    how = searcher.how
    if how.words:
        only = [replace(how, meanings=False, k1=k1, b=b) for k1, b in WORDS]
        best = _best(searcher, only, questions)
        how = replace(how, k1=best.k1, b=best.b)
    if how.words and how.meanings:
        joined = [replace(how, by=by, share=share) for by, share in itertools.product(("rank", "score"), SHARES)]
        how = _best(searcher, joined, questions)
    return Searcher(searcher.index, how, searcher.encoder, light=searcher.light)


def _best(searcher: Searcher, choices: Sequence[How], questions: Questions) -> How:
    """Return the best of several; the first stays unless another is better by more than chance may be."""
    values = []
    found: dict[tuple[float, float], list[Any]] = {}
    for how in choices:
        trial = Searcher(searcher.index, how, searcher.encoder)
        if (how.k1, how.b) not in found:
            found[how.k1, how.b] = candidates(trial, questions)
        values.append(ndcg(trial, questions, found[how.k1, how.b]))
    at = int(np.argmax(values))
    return choices[at] if values[at] > values[0] + MARGIN else choices[0]


def candidates(searcher: Searcher, questions: Questions) -> list[Any]:
    """Return the candidates of each question."""
    vectors = searcher.encoder([one.query for one in questions]) if searcher.how.meanings and searcher.encoder else None
    return [
        searcher.candidates({"query": one.query, "k": 50}, None if vectors is None else vectors[n])
        for n, one in enumerate(questions)
    ]


def ndcg(searcher: Searcher, questions: Questions, found: Sequence[Any]) -> float:
    """Return NDCG@10 over questions whose candidates are known."""
    answers = [ids_of(searcher, searcher.ranked(*one)[0], pair.by) for one, pair in zip(found, questions, strict=True)]
    return ranking.ndcg_at_10([one.right for one in questions], answers) if questions else 0.0


def ids_of(searcher: Searcher, numbers: Any, by: str) -> list[str]:
    """Return the ids that a ranking stands for, each once."""
    if by == "document":
        return list(dict.fromkeys(searcher.index.document_of(numbers)))
    found = (searcher.index.passage(n) for n in numbers[:50].tolist())
    return [passage_id(document.id, passage.start) for document, passage in found]


def known(train: Lesson, dev: Questions) -> list[Pair]:
    """Return the questions to choose by: those of dev, and what people judged for training."""
    return [*dev, *(one for one in train.pairs if train.rules["judged"])]


def positives(train: Lesson, index: Index, questions: Questions) -> list[tuple[str, str]]:
    """Return (question, right passage) of what may be learned from; of a document, its passage nearest by words."""
    searcher = Searcher(index, How())
    texts: dict[str, str] = {}
    for document, passages in train.papers():
        texts |= {passage_id(document.id, one.start): known_by(document, one) for one in passages}
    made = []
    for one in questions:
        for right in sorted(one.right):
            if one.by == "passage":
                made.append((one.query, texts.get(right, "")))
            else:
                hits = searcher.predict([{"query": one.query, "k": 1, "filters": {"document": right}}])[0]
                made += [(one.query, texts[str(hit["id"])]) for hit in hits]
    return [(question, text) for question, text in made if text]


def checker(net: Any, text: Any, dev: Sequence[tuple[str, str]]) -> Callable[[], float]:
    """Return a function that says how well an encoder finds the right one of the passages of dev, 0 to 1."""
    passages = list(dict.fromkeys(passage for _, passage in dev))

    def check() -> float:
        a = network.compute(net, text, [question for question, _ in dev], pooled=True, exact=False)
        b = network.compute(net, text, passages, pooled=True, exact=False)
        scores = (a / np.linalg.norm(a, axis=1, keepdims=True)) @ (b / np.linalg.norm(b, axis=1, keepdims=True)).T
        right = np.array([passages.index(passage) for _, passage in dev])
        places = (scores > scores[np.arange(len(dev)), right][:, None]).sum(axis=1)
        return float((1 / (1 + places)).mean())

    return check
