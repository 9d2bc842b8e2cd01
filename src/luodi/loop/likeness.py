"""Texts that are nearly the same as one that was seen lately."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from luodi.quality import near

SAME = 0.8  # Jaccard similarity of tokens and pairs of tokens
MOST_KEPT = 2_000
MOST_RIVALS = 8  # compared with each text


class Recent:
    """Remembers the last texts, in memory alone: half a megabyte of signatures, and the texts."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._texts = [""] * most
        self._bands = np.zeros((most, near.N_BANDS), np.uint32)  # a row for each text, the oldest written over
        self._n = 0

    def are_new(self, texts: Sequence[str]) -> list[bool]:
        """Say of each text whether it is like none before it; those that are new are remembered."""
        return [self._is_new(text, bands) for text, bands in zip(texts, near.signatures(texts), strict=True)]

    def _is_new(self, text: str, bands: NDArray[np.uint32]) -> bool:
        shared = (self._bands[: self._n] == bands).sum(axis=1)
        rivals = np.argsort(-shared, kind="stable")[:MOST_RIVALS]
        if any(shared[n] and near.jaccard(text, self._texts[n]) >= SAME for n in rivals):
            return False
        place = self._n % len(self._texts)
        self._texts[place], self._bands[place] = text, bands
        self._n += 1
        return True


def families(texts: Sequence[str], threshold: float = SAME) -> list[int]:
    """Return for each text the place of the first one that a chain of near-duplicates links it to.

    >>> families(["the parcel is late", "nothing alike", "The parcel is late!"])
    [0, 1, 0]
    """
    if not texts:
        return []
    found = near.clusters(near.signatures(texts), lambda rows: [texts[row] for row in rows], threshold=threshold)
    return [int(one) for one in found.cluster]
