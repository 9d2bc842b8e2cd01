"""A translation memory: the translation of the sentence whose letters are most like those of the one to translate."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from luodi.contracts import Draft, Material
from luodi.runtime.keeping import MARK
from luodi.runtime.ngrams import Vocabulary, counts
from luodi.runtime.session import read_about, write_about
from luodi.runtime.translated import drafts

TEXTS, INDEX = "translations.json", "index.safetensors"
CHANNELS = ("chars:2-4", "words:1-1")
EMPTY = 1e-3
CANDIDATES, NEARLY = 50, 0.7


class Memory:
    """Translations, and which n-grams stand in the sentence of each, as weights of unit length."""

    def __init__(self, language: str, texts: Sequence[str], index: dict[str, NDArray[np.generic]]) -> None:
        self.language, self.texts, self.index = language, list(texts), index
        self.vocabulary = Vocabulary(index["grams"].astype(np.uint64))

    @classmethod
    def of(cls, pairs: Sequence[tuple[str, str]], *, language: str) -> Self:
        """Return the memory of some sentences and their translations, both with marks."""
        parts = list(counts(_bare([ours for ours, _ in pairs]), CHANNELS))
        rows, grams, n = (np.concatenate([part[k] for part in parts]) for k in range(3))
        known, number, spread = np.unique(grams, return_inverse=True, return_counts=True)
        idf = np.log(len(pairs) / spread + 1)
        weight = (1 + np.log(n)) * idf[number]
        length = np.sqrt(np.bincount(rows, weight**2, minlength=len(pairs)))
        weight = weight / np.maximum(length, 1e-9)[rows]
        order = np.argsort(number, kind="stable")
        index = {
            "grams": known,
            "starts": np.searchsorted(number[order], np.arange(len(known) + 1)).astype(np.int64),
            "rows": rows[order].astype(np.int32),
            "weights": weight[order].astype(np.float32),
            "idf": idf.astype(np.float32),
        }
        return cls(language, [theirs for _, theirs in pairs], index)

    def predict(self, xs: Sequence[Material]) -> list[Draft]:
        return drafts(xs, self.translate, language=self.language)

    def translate(self, sentences: Sequence[str]) -> list[tuple[str, float]]:
        """Return for each sentence the translation of the one nearest to it, and how near that is, 0 to 1."""
        made = [("", EMPTY)] * len(sentences)
        for rows, grams, n in counts(_bare(sentences), CHANNELS):
            features = self.vocabulary.find(grams)
            for row in np.unique(rows):
                at = rows == row
                made[int(row)] = self._nearest(features[at], n[at], _marks(sentences[int(row)]))
        return [(text or self.texts[0], score) for text, score in made]

    def _nearest(self, features: NDArray[np.int64], n: NDArray[np.int64], marks: list[str]) -> tuple[str, float]:
        """Return the nearest translation; of those about as near, one that carries over just as much."""
        starts, known = self.index["starts"], features >= 0
        # what no sentence has makes this one less like any of them
        idf = np.where(known, self.index["idf"][features], np.log(len(self.texts) + 1))
        weights = (1 + np.log(n)) * idf
        weights = weights / max(1e-9, float(np.sqrt((weights**2).sum())))
        likeness = np.zeros(len(self.texts))
        for feature, weight in zip(features[known], weights[known], strict=True):
            stretch = slice(int(starts[feature]), int(starts[feature + 1]))
            likeness[self.index["rows"][stretch]] += weight * self.index["weights"][stretch]
        best = int(likeness.argmax())
        near = [int(one) for one in np.argsort(-likeness, kind="stable")[:CANDIDATES]]
        same = (one for one in near if likeness[one] >= NEARLY * likeness[best] and _marks(self.texts[one]) == marks)
        best = next(same, best)
        return self.texts[best], float(min(1.0, max(EMPTY, likeness[best])))

    def save(self, folder: Path) -> None:
        (folder / TEXTS).write_text(json.dumps(self.texts, ensure_ascii=False), encoding="utf-8")
        save_file({name: np.ascontiguousarray(one) for name, one in self.index.items()}, folder / INDEX)
        write_about(folder, "engine_memory", language=self.language)

    @classmethod
    def load(cls, folder: Path) -> Self:
        texts = json.loads((folder / TEXTS).read_text(encoding="utf-8"))
        return cls(read_about(folder)["language"], texts, load_file(folder / INDEX))


def _bare(sentences: Sequence[str]) -> list[str]:
    """Return sentences without their marks, which tell none from another."""
    return [MARK.sub(" ", one) for one in sentences]


def _marks(text: str) -> list[str]:
    return sorted(one[0] for one in MARK.finditer(text))


ENGINE = Memory
