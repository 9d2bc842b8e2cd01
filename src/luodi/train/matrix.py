"""Texts as a sparse matrix of weighed n-grams, in memory that has a limit however many texts there are.

Which n-grams are kept is known only when all were seen, so the texts are gone through twice: n-grams are counted, then
looked up. Of texts that would fill more than `MOST_ENTRIES` cells an even part is taken (`affordable`).
"""

import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from luodi.runtime import ngrams
from luodi.runtime.engine_ngrams import F32, normalized
from luodi.train.answers import even_part

MIN_ROWS_OF_A_FEATURE = 2  # an n-gram of one row cannot generalize, and is most of them
MAX_CELLS = 30_000_000  # features x labels: 60 MB of weights
MOST_ENTRIES = 60_000_000  # rows x their n-grams: with the solver's copies below 4 GB (docs/logbook.md, 2026-12-01)
MERGED_AT_ONCE = 8_000_000  # n-grams: some 200 MB while they are sorted
ASKED = 500  # texts by which the number of entries is guessed

U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]


class Matrix:
    """Texts as normalized TF-IDF over the n-grams of the training texts."""

    def __init__(self, texts: Sequence[str], channels: Sequence[str], *, n_labels: int) -> None:
        seen, n = in_how_many(texts, channels)
        least = MIN_ROWS_OF_A_FEATURE if len(texts) > 20 else 1
        room = max(1_000, MAX_CELLS // n_labels)
        if (n >= least).sum() > room:
            least = max(least, int(np.sort(n)[-room]) + 1)
        keep = n >= min(least, int(n.max(initial=1)))  # texts that share nothing have but what is in one of them
        self.channels = tuple(channels)
        self.vocabulary = seen[keep]
        # smoothed as if one more text held every n-gram (scikit-learn, TfidfTransformer)
        self.idf = (np.log((1 + len(texts)) / (1 + n[keep])) + 1).astype(np.float32)
        self.x = self.transform(texts)  # (n, n_features)

    def transform(self, texts: Sequence[str]) -> sp.csr_matrix:
        """Return the rows of texts, those of the training or others."""
        features: list[NDArray[np.int32]] = [np.zeros(0, np.int32)]
        values: list[F32] = [np.zeros(0, np.float32)]
        starts = np.zeros(len(texts) + 1, np.int64)
        for row, feature, n in ngrams.Vocabulary(self.vocabulary).counts(texts, self.channels):
            features.append(feature.astype(np.int32))
            values.append(normalized(row, feature, n, self.idf))
            at, length = np.unique(row, return_counts=True)
            starts[at + 1] = length
        starts = np.cumsum(starts)
        if starts[-1] < np.iinfo(np.int32).max:
            starts = starts.astype(np.int32)
        shape = (len(texts), len(self.vocabulary))
        return sp.csr_matrix((np.concatenate(values), np.concatenate(features), starts), shape=shape)


def in_how_many(texts: Sequence[str], channels: Sequence[str]) -> tuple[U64, I64]:
    """Return every n-gram, sorted, and how many texts hold it."""
    seen, n = np.zeros(0, np.uint64), np.zeros(0, np.int64)
    waiting: list[U64] = []
    for _, grams, _ in ngrams.counts(texts, channels):
        waiting.append(grams)
        if sum(map(len, waiting)) >= max(MERGED_AT_ONCE, len(seen)):
            seen, n = _merged(seen, n, waiting)
            waiting = []
    return _merged(seen, n, waiting) if waiting else (seen, n)


def _merged(seen: U64, n: I64, more: Sequence[U64]) -> tuple[U64, I64]:
    added, times = np.unique(np.concatenate(more), return_counts=True)
    both = np.concatenate([seen, added])
    order = np.argsort(both, kind="stable")
    both, counts = both[order], np.concatenate([n, times])[order]
    first = np.flatnonzero(np.append(True, both[1:] != both[:-1])) if len(both) else np.zeros(0, np.int64)
    return both[first], np.add.reduceat(counts, first) if len(first) else counts


def affordable(train: Sequence[tuple[str, Any]], channels: Sequence[str], *, seed: int) -> Sequence[tuple[str, Any]]:
    """Return the rows if their n-grams fit into memory, else an even part of them with some rows of every label."""
    asked = random.Random(seed).sample(range(len(train)), k=min(ASKED, len(train)))
    entries = sum(len(grams) for _, grams, _ in ngrams.counts([train[at][0] for at in asked], channels))
    return even_part(train, int(MOST_ENTRIES / max(1.0, entries / max(1, len(asked)))), seed=seed)
