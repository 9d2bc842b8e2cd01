"""Which texts to label next: those that a model is unsure of, and that are not like one another.

Uncertainty alone asks for fifty versions of one question; distance alone asks for oddities. The product of both is
chosen from, greedily. Source: Settles 2009, "Active Learning Literature Survey", sections 3.1 (margin) and 3.6 (density
and diversity); what it brings is measured by `python -m bench.active` (docs/logbook.md, 2026-11-24).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from luodi.contracts import Kind, Scores
from luodi.metrics.calibration import confidence
from luodi.runtime import ngrams

F32 = NDArray[np.float32]

WIDTH = 2_048  # hashed n-grams share a cell now and then, which hides few differences among some hundred texts
CHANNELS = ("words:1-1", "chars:3-3")
CHINESE = ("chars:1-2",)
POOL = 20  # times as many texts as asked for are looked at closely: the most uncertain ones
SAME = 0.8  # cosine; texts this close are mostly one text in two wordings (a guess, from looking at some)


def uncertainty(kind: Kind, scores: Scores) -> float:
    """Return how unsure a model is, 0 to 1: how close the two best labels are; of tags, how unsure the whole set is.

    >>> round(uncertainty("classify", {"a": 0.5, "b": 0.4, "c": 0.1}), 6)
    0.9
    """
    if kind == "classify":
        first, second = [*sorted(scores.values(), reverse=True), 0.0][:2]
        return 1 - (first - second)
    return 1 - confidence(kind, scores)


def vectors(texts: Sequence[str], *, chinese: bool = False) -> F32:
    """Return what n-grams a text holds, shape (n, 2048), each row of length 1, or 0 for a text without any."""
    made = np.zeros((len(texts), WIDTH), dtype=np.float32)
    for rows, grams, n in ngrams.counts(texts, CHINESE if chinese else CHANNELS):
        np.add.at(made, (rows, (grams % np.uint64(WIDTH)).astype(np.int64)), np.sqrt(n.astype(np.float32)))
    made /= np.maximum(np.sqrt((made**2).sum(axis=1, keepdims=True)), 1e-9)
    return made


def pick(unsure: Sequence[float], texts: Sequence[str], n: int, *, chinese: bool = False) -> list[int]:
    """Return the places of up to n texts, the most worth a label first; fewer where the rest says the same again."""
    order = np.argsort(-np.asarray(unsure), kind="stable")[: POOL * n]
    found = vectors([texts[i] for i in order], chinese=chinese)
    worth = np.asarray(unsure, dtype=np.float32)[order]
    likeness = np.zeros(len(order), dtype=np.float32)
    chosen: list[int] = []
    while len(chosen) < min(n, len(order)):
        value = np.where(likeness > SAME, -1.0, worth * (1 - likeness))
        value[chosen] = -1.0
        best = int(np.argmax(value))
        if value[best] < 0:
            break
        chosen.append(best)
        likeness = np.maximum(likeness, found @ found[best])
    return [int(order[i]) for i in chosen]
