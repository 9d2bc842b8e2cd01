"""The nearest of many vectors: all are looked at in int8, and the first ones again in half precision.

Looking at every vector finds the right ones whatever the data is like, needs no time to build, and lets a vector go at
once; what a graph would save in looking, it takes in building (docs/logbook.md, 2026-11-24).
"""

import os

import numpy as np
from numpy.typing import NDArray
from usearch.compiled import MetricKind
from usearch.index import search

AT_ONCE = 131_072  # vectors of 384 int8: 50 MB of a mapped file at a time
CLIPPED = 4.5  # standard deviations of a component of a unit vector
AGAIN = 4  # so many times k are looked at in half precision
Floats = NDArray[np.float32]


def packed(vectors: Floats) -> tuple[NDArray[np.int8], NDArray[np.float16]]:
    """Return unit vectors in int8, all on one scale so that distances compare, and in half precision."""
    scale = np.float32(127 * np.sqrt(vectors.shape[1]) / CLIPPED)
    return np.clip(np.rint(vectors * scale), -127, 127).astype(np.int8), vectors.astype(np.float16)


def nearest(
    query: Floats,
    small: NDArray[np.int8],
    exact: NDArray[np.float16],
    k: int,
    allowed: NDArray[np.int64] | None = None,
) -> tuple[NDArray[np.int64], Floats]:
    """Return numbers and cosines of the k nearest, best first. `allowed` are the only rows to look at."""
    asked = packed(query[None])[0]
    n = len(small) if allowed is None else len(allowed)
    found: list[NDArray[np.int64]] = []
    for start in range(0, n, AT_ONCE):
        rows = slice(start, start + AT_ONCE)
        block = small[rows] if allowed is None else small[allowed[rows]]
        # Of unit vectors the nearest by angle are the nearest by distance, which int8 sums twice as fast.
        threads = max(1, len(os.sched_getaffinity(0))) if len(block) > 4_096 else 1
        count = min(AGAIN * k, len(block))
        keys = search(np.ascontiguousarray(block), asked, count, MetricKind.L2sq, exact=True, threads=threads).keys
        numbers = np.asarray(keys, dtype=np.int64).ravel() + start
        found.append(numbers if allowed is None else allowed[numbers])
    if not found:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
    candidates = np.concatenate(found)
    cosines = exact[candidates].astype(np.float32) @ query
    best = np.lexsort((candidates, -cosines))[:k]
    return candidates[best], cosines[best]
