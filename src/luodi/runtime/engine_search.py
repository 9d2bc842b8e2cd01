"""Search: words and meanings find candidates, their orders are joined, and the first may be read once more."""

import itertools
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from luodi.contracts import Hit, record
from luodi.runtime.encoders import Embedder, Light
from luodi.runtime.fusion import fuse
from luodi.runtime.index import Index
from luodi.runtime.judge import Judge
from luodi.runtime.passages import known_by, passage_id
from luodi.runtime.segment import Encode
from luodi.runtime.session import read_about, write_about
from luodi.runtime.terms import spans, terms

INDEX, ENCODER, LIGHT, JUDGE = "index", "encoder", "light", "judge"
CANDIDATES = 100  # of each kind; more than will be shown, since a document may have many passages
Query = Mapping[str, Any]
"""`query`, and as far as they are needed `k`, `filters`, `by`: of `luodi.tasks.semantic_search.Request`."""
Ints = NDArray[np.int64]
Floats = NDArray[np.float32]


@record
class How:
    """What was found out on dev about how to rank."""

    words: bool = True
    meanings: bool = False
    k1: float = 1.6
    b: float = 0.6
    """BM25: how soon more of a word counts no more, and how much long passages count less."""
    by: str = "rank"
    share: float = 0.5
    """How two orders are joined: by "rank" or by "score", and the share of the dense one."""
    again: int = 0
    """So many of the first candidates are read once more, together with the question."""
    trust: float = 0.0
    """The share of that second reading in their order."""
    k: int = 10


class Searcher:
    """An index with what ranks it."""

    def __init__(
        self,
        index: Index,
        how: How,
        encoder: Embedder | None = None,
        *,
        light: Light | None = None,
        judge: Judge | None = None,
    ) -> None:
        self.index, self.how, self.encoder, self.light, self.judge = index, how, encoder, light, judge

    def reads(self) -> Encode | None:
        """Return what makes vectors of passages; `None` where only words count."""
        return self.light or self.encoder

    def predict(self, xs: Sequence[Query]) -> list[list[Hit]]:
        """Return for each query its hits, best first."""
        queries = [str(x.get("query") or "") for x in xs]
        vectors = self.encoder(queries) if self.how.meanings and self.encoder else None
        found = [self.ranked(*self.candidates(x, None if vectors is None else vectors[n])) for n, x in enumerate(xs)]
        if self.judge and self.how.again:
            firsts = [numbers[: self.how.again] for numbers, _ in found]
            judged = self.read(self.judge, queries, firsts)
            found = [self.joined(*each, scores) for each, scores in zip(found, judged, strict=True)]
        return [self._hits(x, *each) for x, each in zip(xs, found, strict=True)]

    def candidates(self, x: Query, vector: Floats | None) -> tuple[Ints, Floats, Floats]:
        """Return passages, their BM25 and their cosine (zeros where only one of both is used)."""
        query, k = str(x.get("query") or ""), max(CANDIDATES, 4 * int(x.get("k") or self.how.k))
        allowed = self.index.where(x.get("filters") or {})
        found = [np.zeros(0, dtype=np.int64)]
        words = np.zeros(0, dtype=np.float32)
        if self.how.words:
            words = self.index.lexical(terms(query), k1=self.how.k1, b=self.how.b)
            found.append(_best(words, k, allowed))
        if vector is not None and vector.any():
            found.append(self.index.nearest(vector, k, allowed)[0])
        numbers = np.unique(np.concatenate(found))
        lexical = words[numbers] if self.how.words else np.zeros(len(numbers), dtype=np.float32)
        dense = np.zeros(len(numbers), dtype=np.float32) if vector is None else self.index.cosines(vector, numbers)
        return numbers, lexical, dense

    def _hits(self, x: Query, numbers: Ints, scores: Floats) -> list[Hit]:
        k = int(x.get("k") or self.how.k)
        if x.get("by") == "document":
            firsts = dict[str, int]()
            for n, one in enumerate(self.index.document_of(numbers)):
                firsts.setdefault(one, n)
            at = list(firsts.values())[:k]
            numbers, scores = numbers[at], scores[at]
        wanted = frozenset(terms(str(x.get("query") or "")))
        shown = zip(numbers[:k].tolist(), scores[:k].tolist(), strict=True)
        return [self._hit(n, score, wanted, whole=x.get("by") == "document") for n, score in shown]

    def ranked(self, numbers: Ints, lexical: Floats, dense: Floats) -> tuple[Ints, Floats]:
        """Return candidates in order, with the score they stand by; ties in the order of the index."""
        both = self.how.words and self.how.meanings
        scores = fuse(lexical, dense, {"by": self.how.by, "share": self.how.share}) if both else lexical + dense
        order = np.lexsort((numbers, -scores))
        return numbers[order], scores[order]

    def read(self, judge: Judge, queries: Sequence[str], found: Sequence[Ints]) -> list[Floats]:
        """Return what a judge says of the passages of each query; all are read together, which is quick."""
        pairs = [(query, text) for query, numbers in zip(queries, found, strict=True) for text in self.texts(numbers)]
        scores, ends = judge(pairs), itertools.accumulate(len(numbers) for numbers in found)
        return [scores[end - len(numbers) : end] for end, numbers in zip(ends, found, strict=True)]

    def joined(self, numbers: Ints, scores: Floats, judged: Floats) -> tuple[Ints, Floats]:
        """Return candidates in the order that joins theirs and a judge's of the first; the rest stays behind."""
        n = len(judged)
        if not n:
            return numbers, scores
        better = fuse(scores[:n], judged, {"by": "score", "share": self.how.trust})
        order = np.argsort(-better, kind="stable")
        rest = scores[n:] - (scores[n] if len(scores) > n else 0)  # the worst that was read stands at 0 or above
        return np.concatenate([numbers[:n][order], numbers[n:]]), np.concatenate([better[order], rest])

    def texts(self, numbers: Ints) -> list[str]:
        """Return passages as models read them."""
        return [known_by(*self.index.passage(n)) for n in numbers.tolist()]

    def _hit(self, number: int, score: float, wanted: frozenset[str], *, whole: bool) -> Hit:
        document, passage = self.index.passage(number)
        hit: dict[str, Any] = {
            "id": document.id if whole else passage_id(document.id, passage.start),
            "score": round(score, 5),
            "document": document.id,
            "title": document.title,
            "heading": passage.heading,
            "page": passage.page,
            "start": passage.start,
            "end": passage.end,
            "text": passage.text,
            "highlights": highlights(passage.text, wanted),
        }
        return hit  # type: ignore[return-value]

    def about(self) -> dict[str, Any]:
        """Say how it ranks, and over how much."""
        return {"how": asdict(self.how), "documents": len(self.index.documents), "passages": len(self.index)}

    def save(self, folder: Path) -> None:
        """Write `session.json` and copy index and networks."""
        write_about(folder, "engine_search", how=asdict(self.how))
        sources = {INDEX: self.index.folder}
        sources |= {ENCODER: self.encoder.session.folder} if self.encoder else {}
        sources |= {LIGHT: self.light.folder} if self.light else {}
        sources |= {JUDGE: self.judge.session.folder} if self.judge else {}
        for name, source in sources.items():
            shutil.copytree(source, folder / name)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote."""
        encoder = Embedder.load(folder / ENCODER) if (folder / ENCODER).is_dir() else None
        light = Light(folder / LIGHT) if (folder / LIGHT).is_dir() else None
        judge = Judge.load(folder / JUDGE) if (folder / JUDGE).is_dir() else None
        return cls(Index.open(folder / INDEX), How(**read_about(folder)["how"]), encoder, light=light, judge=judge)


def highlights(text: str, wanted: frozenset[str]) -> list[list[int]]:
    """Return the places of the asked words, [start, end] each, joined where they touch.

    >>> highlights("Refunds are refunded.", frozenset({"refund"}))
    [[0, 7], [12, 20]]
    """
    found: list[list[int]] = []
    for term, start, end in sorted(spans(text), key=lambda one: one[1]):
        if term in wanted:
            if found and start <= found[-1][1]:
                found[-1][1] = max(end, found[-1][1])
            else:
                found.append([start, end])
    return found


def _best(scores: Floats, k: int, allowed: Ints | None) -> Ints:
    """Return the k best passages that share a word with the question; ties in the order of the index."""
    numbers = np.flatnonzero(scores > 0) if allowed is None else allowed[scores[allowed] > 0]
    if len(numbers) > k:
        kept = scores[numbers]
        edge = np.partition(kept, -k)[-k]
        numbers = numbers[kept >= edge]
    return numbers[np.lexsort((numbers, -scores[numbers]))][:k]


ENGINE = Searcher
