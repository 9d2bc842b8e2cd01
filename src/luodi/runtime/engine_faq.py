"""The nearest known question decides: by words, by pieces of words, by meaning, and by what a linear head has learned.

No text of a question is in it: words are hashes, meanings are vectors.
"""

import math
import re
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from luodi.contracts import Scores
from luodi.runtime.encoders import Embedder
from luodi.runtime.head import to_scores
from luodi.runtime.postings import NAMES, Postings
from luodi.runtime.session import read_about, write_about
from luodi.runtime.terms import HAN as WIDE
from luodi.runtime.terms import key, terms

ARRAYS, ENCODER = "questions.safetensors", "encoder"
PIECE = 3
HAN = re.compile(f"[{WIDE}]")
Floats = NDArray[np.float32]


def pieces(text: str) -> list[str]:
    """Return every run of three characters, which typing errors and endings leave alone, and each Chinese character.

    >>> pieces("Cards")
    [' ca', 'car', 'ard', 'rds', 'ds ']
    """
    folded = f" {' '.join(text.casefold().split())} "
    return [folded[n : n + PIECE] for n in range(max(1, len(folded) - PIECE + 1))] + HAN.findall(folded)


CUTS = {"words": terms, "pieces": pieces}


class Faq:
    """`owner` (n_questions,) is the number of each question's answer; channels that are not there count nothing."""

    def __init__(
        self,
        labels: Sequence[str],
        owner: NDArray[np.int32],
        postings: Mapping[str, Postings],
        weights: Mapping[str, float],
        *,
        encoder: Embedder | None = None,
        vectors: Floats | None = None,
        head: tuple[Floats, Floats] | None = None,
    ) -> None:
        self.labels, self.owner, self.postings, self.weights = tuple(labels), owner, dict(postings), dict(weights)
        self.encoder, self.vectors, self.head = encoder, vectors, head

    def predict(self, xs: Sequence[str]) -> list[Scores]:
        return to_scores("classify", self.labels, self.logits(xs)) if xs else []

    def logits(self, xs: Sequence[str]) -> Floats:
        """Return the weighted sum of all channels, shape (n, n_labels)."""
        total = np.zeros((len(xs), len(self.labels)), dtype=np.float32)
        for name, one in self.channels(xs).items():
            total += np.float32(self.weights.get(name, 0.0)) * one
        return total

    def channels(self, xs: Sequence[str]) -> dict[str, Floats]:
        """Return what each channel says of each answer, shape (n, n_labels) each; likeness lies between 0 and 1."""
        made = {name: np.stack([self._alike(name, x) for x in xs]) for name in self.postings}
        if self.encoder is not None:
            asked = self.encoder(xs)
            if self.vectors is not None:
                made["meaning"] = self._by_answer(asked @ self.vectors.T)
            if self.head is not None:
                logits = asked @ self.head[0] + self.head[1]
                shifted = logits - logits.max(axis=1, keepdims=True)
                made["linear"] = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        return made

    def _alike(self, name: str, x: str) -> Floats:
        """Return BM25 of the nearest question of each answer, as a share of what a question of all these words has."""
        postings = self.postings[name]
        n, weights, most = len(postings), {}, 0.0
        for hashed, times in Counter(map(key, CUTS[name](x))).items():
            found = postings.find(hashed)
            df = found.stop - found.start
            weight = times * math.log(1 + (n - df + 0.5) / (df + 0.5))
            most += weight
            if df:
                weights[hashed] = weight
        mean = float(postings.lengths.mean()) if n else 1.0
        return np.asarray(self._by_answer((postings.score(weights, mean) / max(most, 1e-9))[None])[0])

    def _by_answer(self, scores: Floats) -> Floats:
        """Return the best of each answer's questions, shape (n, n_labels)."""
        made = np.zeros((len(scores), len(self.labels)), dtype=np.float32)
        starts = np.searchsorted(self.owner, np.arange(len(self.labels)))
        made[:] = np.maximum.reduceat(scores, starts, axis=1)
        return made

    def save(self, folder: Path) -> None:
        """Write `session.json`, arrays, and the encoder where there is one."""
        write_about(folder, "engine_faq", labels=self.labels, weights=self.weights, channels=sorted(self.postings))
        arrays: dict[str, NDArray[Any]] = {"owner": self.owner}
        for name, one in self.postings.items():
            arrays |= {f"{name}/{part}": array for part, array in one.arrays().items()}
        if self.vectors is not None:
            arrays["vectors"] = self.vectors.astype(np.float16)
        if self.head is not None:
            arrays |= {"head/weight": self.head[0], "head/bias": self.head[1]}
        save_file({name: np.ascontiguousarray(one) for name, one in arrays.items()}, folder / ARRAYS)
        if self.encoder is not None:
            shutil.copytree(self.encoder.session.folder, folder / ENCODER)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote."""
        about, arrays = read_about(folder), load_file(folder / ARRAYS)
        postings = {name: Postings({part: arrays[f"{name}/{part}"] for part in NAMES}) for name in about["channels"]}
        vectors = arrays["vectors"].astype(np.float32) if "vectors" in arrays else None
        head = (arrays["head/weight"], arrays["head/bias"]) if "head/weight" in arrays else None
        encoder = Embedder.load(folder / ENCODER) if (folder / ENCODER).is_dir() else None
        return cls(
            about["labels"], arrays["owner"], postings, about["weights"], encoder=encoder, vectors=vectors, head=head
        )


ENGINE = Faq
