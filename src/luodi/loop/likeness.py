"""Texts that are nearly the same as one that was seen lately."""

from collections import deque
from collections.abc import Sequence

from luodi.quality import near

SAME = 0.8  # Jaccard similarity of tokens and pairs of tokens
MOST_KEPT = 2_000
MOST_RIVALS = 8  # compared with each text


class Recent:
    """Remembers the last texts, in memory alone."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._kept: deque[tuple[str, tuple[tuple[int, int], ...]]] = deque()
        self._by_band: dict[tuple[int, int], str] = {}
        self._most = most

    def are_new(self, texts: Sequence[str]) -> list[bool]:
        """Say of each text whether it is like none before it; those that are new are remembered."""
        return [self._is_new(text, enumerate(bands)) for text, bands in zip(texts, _signed(texts), strict=True)]

    def _is_new(self, text: str, bands: "enumerate[int]") -> bool:
        keys = tuple(bands)
        rivals = list(dict.fromkeys(self._by_band[key] for key in keys if key in self._by_band))[:MOST_RIVALS]
        if any(near.jaccard(text, rival) >= SAME for rival in rivals):
            return False
        self._by_band.update(dict.fromkeys(keys, text))
        self._kept.append((text, keys))
        if len(self._kept) > self._most:
            old, theirs = self._kept.popleft()
            for key in theirs:
                if self._by_band.get(key) == old:
                    del self._by_band[key]
        return True


def _signed(texts: Sequence[str]) -> list[list[int]]:
    return near.signatures(texts).tolist() if texts else []


def families(texts: Sequence[str], threshold: float = SAME) -> list[int]:
    """Return for each text the place of the first one that a chain of near-duplicates links it to.

    >>> families(["the parcel is late", "nothing alike", "The parcel is late!"])
    [0, 1, 0]
    """
    if not texts:
        return []
    found = near.clusters(near.signatures(texts), lambda rows: [texts[row] for row in rows], threshold=threshold)
    return [int(one) for one in found.cluster]
