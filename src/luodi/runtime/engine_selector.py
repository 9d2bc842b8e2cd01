"""Summaries of whole sentences: each is given a worth, and the best that say different things are taken, in order."""

import math
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from luodi import sentences
from luodi.contracts import Draft, record
from luodi.runtime import boosted, centrality, outline, salience
from luodi.runtime.encoders import Embedder
from luodi.runtime.salience import Rarity, Read
from luodi.runtime.session import read_about, write_about
from luodi.runtime.terms import terms

ENCODER, RARITY, LINE = "encoder", "rarity.safetensors", "line.safetensors"
MOST_COMPARED = 200  # sentences: those of the highest worth are held against those that were taken
KEPT = 4  # documents that were read last
Floats = NDArray[np.floating]


@record
class Length:
    """How long a summary should be, by how long its text is: the logarithm of one is linear in that of the other."""

    unit: str = "words"
    """"words" or "sentences"."""
    slope: float = 0.0
    intercept: float = 0.0
    least: float = 1.0
    most: float = 1e9
    times: float = 1.0
    """Found on dev: a little more than people wrote may hold more of what they wrote."""

    def of(self, n: float) -> float:
        """Return the length for a text of so many units."""
        wanted = math.exp(self.intercept + self.slope * math.log(max(1.0, n)))
        return min(self.most, max(self.least, wanted)) * self.times


@record
class How:
    """What was found out on dev."""

    by: str = "place"
    """"place", "rank", "trees" or "line"."""
    length: Length = Length()
    apart: float = 0.0
    """How much what was said already lowers a sentence's worth: Carbonell and Goldstein 1998, "MMR"."""
    sure: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0)
    """From the mean worth of what was taken, how it stands out, and the logarithm of the text's length, and 1, to a
    logit of the summary's quality."""


class Selector:
    """x to a draft: `text`, and as far as they are given `form`, `query`, `max_sentences`, `max_characters`."""

    def __init__(
        self,
        how: How,
        *,
        rarity: Rarity | None = None,
        trees: boosted.Trees | None = None,
        line: NDArray[np.float32] | None = None,
        encoder: Embedder | None = None,
    ) -> None:
        # `line`: a weight for each feature, and one more to add
        self.how, self.trees, self.line, self.encoder = how, trees, line, encoder
        self._kept: dict[tuple[str, str], Read] = {}
        self.rarity = rarity or Rarity(1, np.zeros(1, dtype=np.int32))

    def predict(self, xs: Sequence[Mapping[str, Any]]) -> list[Draft]:
        """Return for each text its summary, and the numbers of the sentences that it is made of."""
        return [self.draft(x, self.read(x)) for x in xs]

    def read(self, x: Mapping[str, Any]) -> Read:
        """Cut a text into sentences, and compute what they mean where there is an encoder."""
        key = str(x["text"]), str(x.get("form") or "news")
        known = self._kept.get(key)
        if known is None:
            found = outline.read(*key)
            texts = [one.text for one in found.sentences]
            known = Read(found, self.encoder(texts) if self.encoder and texts else None)
            while len(self._kept) >= KEPT:  # several questions about one meeting follow each other
                self._kept.pop(next(iter(self._kept)), None)
            self._kept[key] = known
        return known

    def draft(self, x: Mapping[str, Any], read: Read) -> Draft:
        """Return the summary of what was read."""
        lines = read.outline.sentences
        if not lines:
            return Draft(text="", score=0.0, sources=[])
        worth = self.worth(x, read)
        taken = sorted(self.take(x, read, self.order(read, worth)))
        text = sentences.joined([lines[n].text for n in taken])
        made = Draft(text=text, score=self._score(worth, taken), sources=taken)
        each = int(x.get("section_sentences") or 0)
        return Draft(**made, sections=_sections(read, worth, each)) if each else made

    def worth(self, x: Mapping[str, Any], read: Read) -> Floats:
        """Return what each sentence is worth, shape (n,): between 0 and 1, and of trees a probability."""
        n = len(read.terms)
        query = str(x.get("query") or "")
        if self.how.by == "place":
            return np.linspace(1.0, 0.0, n, endpoint=False)
        if self.how.by == "rank":
            return _ranked(read, query)
        return self.judged(salience.features(read, self.rarity, *self.asked(x)))

    def judged(self, rows: NDArray[np.float32]) -> Floats:
        """Return the probability of each sentence with such features, shape (n,)."""
        if self.how.by == "trees" and self.trees:
            return self.trees.chances(rows)
        assert self.line is not None, "a selector that learned has trees or a line"
        return np.asarray(1 / (1 + np.exp(-(rows @ self.line[:-1] + self.line[-1]).clip(-30, 30))))

    def asked(self, x: Mapping[str, Any]) -> tuple[str, NDArray[np.float32] | None]:
        """Return what is asked of a text, and its vector where there is an encoder."""
        query = str(x.get("query") or "")
        return query, self.encoder([query])[0] if self.encoder and query else None

    def take(self, x: Mapping[str, Any], read: Read, order: Sequence[int]) -> list[int]:
        """Return the numbers of the sentences of the summary: of `order`, best first, as many as it may hold."""
        sizes = [len(words) for words in read.words]
        lengths = [len(one.text) for one in read.outline.sentences]
        most_sentences, most_characters = int(x.get("max_sentences") or 0), int(x.get("max_characters") or 0)
        by_words = self.how.length.unit == "words"
        wanted = self.how.length.of(sum(sizes) if by_words else len(sizes))
        taken, n_words, n_characters = list[int](), 0, 0
        for n in order:
            if most_sentences and len(taken) >= most_sentences:
                break
            if most_characters and n_characters + lengths[n] > most_characters:
                continue
            if not (most_sentences or most_characters) and taken:
                over = n_words + sizes[n] / 2 > wanted if by_words else len(taken) + 0.5 > wanted
                if over and by_words and n_words < wanted - sizes[n] / 2:
                    continue
                if over:
                    break
            taken.append(n)
            n_words, n_characters = n_words + sizes[n], n_characters + lengths[n] + 1
        return taken

    def order(self, read: Read, worth: Floats) -> list[int]:
        """Return sentences, the one of the highest worth first, less what those before it have said."""
        order = np.argsort(-worth, kind="stable")
        if not self.how.apart:
            return order.tolist()  # type: ignore[no-any-return]
        near = order[:MOST_COMPARED]
        alike = centrality.cosines(centrality.counts([read.terms[n] for n in near])[0])
        left, said = worth[near].astype(np.float64), np.zeros(len(near))
        span = float(worth.max() - worth.min()) or 1.0
        made = list[int]()
        for _ in range(len(near)):
            best = int(np.argmax(left - self.how.apart * span * said))
            made.append(int(near[best]))
            left[best] = -np.inf
            said = np.maximum(said, alike[best])
        return [*made, *order[MOST_COMPARED:].tolist()]

    def _score(self, worth: Floats, taken: Sequence[int]) -> float:
        logit = float(np.dot(self.how.sure, clues(worth, taken)))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))

    def save(self, folder: Path) -> None:
        write_about(folder, "engine_selector", how=asdict(self.how), rarity=self.rarity.n_documents)
        save_file({"counts": self.rarity.counts}, folder / RARITY)
        if self.how.by == "trees" and self.trees:
            self.trees.save(folder)
        if self.how.by == "line" and self.line is not None:
            save_file({"line": self.line}, folder / LINE)
        if self.encoder:
            shutil.copytree(self.encoder.session.folder, folder / ENCODER)

    @classmethod
    def load(cls, folder: Path) -> Self:
        about = read_about(folder)
        how = about["how"]
        rarity = Rarity(about["rarity"], load_file(folder / RARITY)["counts"])
        trees = boosted.Trees.load(folder) if (folder / boosted.FILE).exists() else None
        line = load_file(folder / LINE)["line"] if (folder / LINE).exists() else None
        encoder = Embedder.load(folder / ENCODER) if (folder / ENCODER).is_dir() else None
        made = How(**how | {"length": Length(**how["length"]), "sure": tuple(how["sure"])})
        return cls(made, rarity=rarity, trees=trees, line=line, encoder=encoder)


def clues(worth: Floats, taken: Sequence[int]) -> list[float]:
    """Return what tells a good summary from a bad one, before it is read."""
    if not taken:
        return [0.0, 0.0, 0.0, 1.0]
    mean, all_mean = float(worth[list(taken)].mean()), float(worth.mean())
    return [mean, mean - all_mean, math.log1p(len(worth)) / 5, 1.0]


def _sections(read: Read, worth: Floats, each: int) -> list[list[int]]:
    """Return the numbers of the best sentences of each section, in order."""
    members: dict[int, list[int]] = {}
    for n, one in enumerate(read.outline.sentences):
        members.setdefault(one.section, []).append(n)
    return [sorted(sorted(one, key=lambda n: (-worth[n], n))[:each]) for one in members.values()]


def _ranked(read: Read, query: str) -> Floats:
    """Return how central each sentence is to its document, and how much of what is asked it holds, between 0 and 1."""
    n = len(read.terms)
    asked = frozenset(terms(query))
    held = np.array([len(asked & set(each)) / max(1, len(asked)) for each in read.terms])
    made = np.zeros(n)
    for start in range(0, n, centrality.BLOCK):
        part = slice(start, start + centrality.BLOCK)
        alike = centrality.overlaps(centrality.counts(read.terms[part])[0])
        made[part] = centrality.page_rank(alike, held[part])
    made /= float(made.max(initial=0.0)) or 1.0
    return (made + held) / 2 if asked else made


ENGINE = Selector
