"""Which terms stand in which passages, and how often: arrays that BM25 is summed from, and that passages leave again.

Source: Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and Beyond", section 3.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from luodi.runtime.terms import key

K1, B = 1.6, 0.6  # within the range of Robertson and Zaragoza 2009, section 3.5; models choose on dev
NAMES = ("keys", "starts", "rows", "counts", "lengths")
Arrays = Mapping[str, NDArray[Any]]


class Postings:
    """`keys` (n_terms,) sorted; `rows` and `counts` from `starts[t]` to `starts[t + 1]`; `lengths` (n_passages,)."""

    def __init__(self, arrays: Arrays) -> None:
        self.keys, self.starts, self.rows, self.counts, self.lengths = (arrays[name] for name in NAMES)

    def __len__(self) -> int:
        return len(self.lengths)

    @classmethod
    def of(cls, passages: Sequence[Sequence[str]]) -> Self:
        """Count the terms of each passage."""
        numbers: dict[str, int] = {}
        flat = np.fromiter((numbers.setdefault(t, len(numbers)) for one in passages for t in one), np.int64)
        lengths = np.array([len(one) for one in passages], dtype=np.int32)
        hashed = np.fromiter((key(term) for term in numbers), np.uint64, len(numbers))
        order = np.argsort(hashed)
        place = np.empty_like(order)
        place[order] = np.arange(len(order))
        row = np.repeat(np.arange(len(passages)), lengths)
        pairs, counts = np.unique(place[flat] * max(1, len(passages)) + row, return_counts=True)
        term, rows = np.divmod(pairs, max(1, len(passages)))
        starts = np.searchsorted(term, np.arange(len(hashed) + 1)).astype(np.int64)
        tf = np.minimum(counts, 255).astype(np.uint8)
        return cls(
            {"keys": hashed[order], "starts": starts, "rows": rows.astype(np.int32), "counts": tf, "lengths": lengths}
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        return {name: np.asarray(getattr(self, name)) for name in NAMES}

    def find(self, hashed: int) -> slice:
        """Return where the postings of a term stand; an empty slice where it has none."""
        at = int(np.searchsorted(self.keys, np.uint64(hashed)))
        if at == len(self.keys) or int(self.keys[at]) != hashed:
            return slice(0, 0)
        return slice(int(self.starts[at]), int(self.starts[at + 1]))

    def score(
        self, weights: Mapping[int, float], mean_length: float, *, k1: float = K1, b: float = B
    ) -> NDArray[np.float32]:
        """Return BM25 of every passage, shape (n,): `weights` are terms' hashes to their inverse frequencies."""
        scores = np.zeros(len(self), dtype=np.float32)
        norms = (k1 * (1 - b + b / max(mean_length, 1e-9) * self.lengths)).astype(np.float32)
        for hashed, weight in weights.items():
            at = self.find(hashed)
            rows, tf = self.rows[at], self.counts[at].astype(np.float32)
            scores[rows] += np.float32(weight * (k1 + 1)) * tf / (tf + norms[rows])
        return scores

    def only(self, keep: NDArray[np.bool_]) -> Self:
        """Return the postings of some passages; terms that stand in no other are gone."""
        number = np.cumsum(keep) - 1
        staying = keep[self.rows]
        term = np.repeat(np.arange(len(self.keys)), np.diff(self.starts))[staying]
        n = np.bincount(term, minlength=len(self.keys))
        known = n > 0
        starts = np.concatenate([[0], np.cumsum(n[known])]).astype(np.int64)
        return type(self)(
            {
                "keys": self.keys[known],
                "starts": starts,
                "rows": number[self.rows[staying]].astype(np.int32),
                "counts": self.counts[staying],
                "lengths": self.lengths[keep],
            }
        )


def joined(parts: Sequence[Postings]) -> Postings:
    """Return one for several, their passages one after the other."""
    offsets = np.cumsum([0, *(len(one) for one in parts)])
    keys = np.concatenate([np.repeat(one.keys, np.diff(one.starts)) for one in parts])
    rows = np.concatenate([one.rows + at for one, at in zip(parts, offsets[:-1], strict=True)])
    counts = np.concatenate([one.counts for one in parts])
    order = np.lexsort((rows, keys))
    known, first = np.unique(keys[order], return_index=True)
    arrays = {
        "keys": known,
        "starts": np.append(first, len(keys)).astype(np.int64),
        "rows": rows[order].astype(np.int32),
        "counts": counts[order],
        "lengths": np.concatenate([one.lengths for one in parts]),
    }
    return Postings(arrays)
