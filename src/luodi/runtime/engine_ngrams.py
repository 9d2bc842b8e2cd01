"""A linear model over hashed n-grams: a sorted array, a table of weights, and a sum. Numpy alone."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from luodi.contracts import Kind, Scores
from luodi.runtime import ngrams
from luodi.runtime.head import to_scores
from luodi.runtime.session import read_about, write_about

F32 = NDArray[np.float32]
ROWS_AT_ONCE = 64


class Ngrams:
    """logits = scale * (normalized TF-IDF) @ weight + bias."""

    def __init__(
        self,
        kind: Kind,
        labels: Sequence[str],
        channels: Sequence[str],
        vocabulary: NDArray[np.uint64],
        weight: NDArray[np.float16],
        norm_weight: F32,
        bias: F32,
    ) -> None:
        assert weight.shape == (len(vocabulary), len(labels))
        self.kind, self.labels, self.channels = kind, tuple(labels), tuple(channels)
        self.vocabulary, self.weight = vocabulary, weight  # (n_features,), (n_features, n_labels)
        self.known = ngrams.Vocabulary(vocabulary)
        self.norm_weight, self.bias = norm_weight, bias  # inverse document frequency; (n_labels,)

    def predict(self, xs: Sequence[str]) -> list[Scores]:
        return to_scores(self.kind, self.labels, self.logits(xs)) if xs else []

    def logits(self, xs: Sequence[str]) -> F32:
        """Return the logits, shape (n, n_labels)."""
        out = np.tile(self.bias, (len(xs), 1))
        for row, feature, n in self.known.counts(xs, self.channels):
            value = normalized(row, feature, n, self.norm_weight)
            for low in range(int(row[0]) if len(row) else 0, int(row[-1]) + 1 if len(row) else 0, ROWS_AT_ONCE):
                part = slice(*np.searchsorted(row, [low, low + ROWS_AT_ONCE]))
                if part.start == part.stop:
                    continue
                added = self.weight[feature[part]].astype(np.float32) * value[part, None]
                starts = np.flatnonzero(np.diff(row[part], prepend=-1))
                out[row[part][starts]] += np.add.reduceat(added, starts, axis=0)
        return out

    def save(self, folder: Path) -> None:
        write_about(folder, "engine_ngrams", kind=self.kind, labels=self.labels, channels=self.channels)
        arrays: dict[str, NDArray[Any]] = {
            "vocabulary": self.vocabulary,
            "weight": self.weight,
            "norm_weight": self.norm_weight,
            "bias": self.bias,
        }
        save_file(arrays, folder / "ngrams.safetensors")

    @classmethod
    def load(cls, folder: Path) -> Self:
        about, arrays = read_about(folder), load_file(folder / "ngrams.safetensors")
        return cls(about["kind"], about["labels"], about["channels"], **arrays)


def weigh(
    rows: NDArray[np.int64],
    grams: NDArray[np.uint64],
    n: NDArray[np.int64],
    vocabulary: NDArray[np.uint64],
    norm_weight: F32,
) -> tuple[NDArray[np.int64], NDArray[np.int64], F32]:
    """Return row, feature and normalized TF-IDF value of the n-grams that the vocabulary knows."""
    at = np.minimum(np.searchsorted(vocabulary, grams), len(vocabulary) - 1)
    known = vocabulary[at] == grams
    row, feature = rows[known], at[known]
    return row, feature, normalized(row, feature, n[known], norm_weight)


def normalized(row: NDArray[np.int64], feature: NDArray[np.int64], n: NDArray[np.int64], norm_weight: F32) -> F32:
    """Return the TF-IDF values of counted features, each row's of length 1; rows are sorted."""
    value: F32 = (1 + np.log(n)).astype(np.float32) * norm_weight[feature]
    if not len(row):
        return value
    length = np.sqrt(np.bincount(row - row[0], weights=value.astype(np.float64) ** 2))
    value /= np.maximum(length, 1e-9).astype(np.float32)[row - row[0]]
    return value


ENGINE = Ngrams
