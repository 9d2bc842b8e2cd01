"""The k best of very many, and k of them that are not all alike."""

import numpy as np
from numpy.typing import NDArray

from luodi.runtime.shelf import Shelf

BLOCK = 64
Floats = NDArray[np.float32]


def best_of(scores: Floats, k: int, allowed: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the numbers of the k best allowed items, best first; of equals the one with the lower number.

    The k best lie in the k blocks with the highest maxima, so that only those have to be sorted.
    """
    n_blocks = -(-len(scores) // BLOCK)
    padded = np.full(n_blocks * BLOCK, -np.inf, dtype=np.float32)
    masked = padded[: len(scores)]
    np.copyto(masked, scores, where=allowed)
    if n_blocks > 4 * k:
        highest = padded.reshape(n_blocks, BLOCK).max(axis=1)
        # Of blocks with the same maximum any may be cut off, and so an equal with a lower number: rare, and no worse.
        chosen = np.sort(np.argpartition(-highest, k)[:k])
        among = (chosen[:, None] * BLOCK + np.arange(BLOCK)).ravel()
        among = among[among < len(masked)]
    else:
        among = np.arange(len(masked))
    order = among[np.argsort(-masked[among], kind="stable")[:k]]
    return order[masked[order] > -np.inf]


def spread(items: NDArray[np.int64], scores: Floats, shelf: Shelf, *, k: int, diversity: float) -> NDArray[np.int64]:
    """Return k of the items, each chosen for its score less its likeness to those before it.

    `diversity` is 0 (scores alone) to 1 (likeness alone). Two items are alike by half if they share a category, and by
    half if they go together. Source: Carbonell and Goldstein 1998, "The Use of MMR", section 2.
    """
    if not len(items):
        return items
    low, high = float(scores.min()), float(scores.max())
    relevance = (scores - low) / max(1e-9, high - low)
    categories = shelf.groups("category")[items]
    alike = np.zeros(len(items), dtype=np.float32)
    chosen: list[int] = []
    for _ in range(min(k, len(items))):
        value = (1 - diversity) * relevance - diversity * alike
        value[chosen] = -np.inf
        pick = int(np.argmax(value))
        chosen.append(pick)
        together = np.isin(items, shelf.companions.row(int(items[pick]))[0])
        same = (categories == categories[pick]) & (categories >= 0)
        alike = np.maximum(alike, 0.5 * same + 0.5 * together)
    return items[chosen]
