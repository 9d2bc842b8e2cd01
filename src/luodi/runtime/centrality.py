"""How central each sentence of a document is: PageRank over how alike its sentences are.

Sources: Mihalcea and Tarau 2004, "TextRank: Bringing Order into Texts"; Erkan and Radev 2004, "LexRank".
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
BLOCK = 256  # sentences that are compared with each other at a time, which bounds memory and time in long documents
DAMPING, ROUNDS = 0.85, 30  # Mihalcea and Tarau 2004, section 2; more rounds change nothing in the fourth decimal


def page_rank(weights: Floats, wanted: NDArray[np.floating] | None = None) -> NDArray[np.float64]:
    """Return how central each node of a graph is, mean 1; `weights` have shape (n, n) and are the same both ways.

    `wanted`, shape (n,), says where a walk begins anew; left out, anywhere. Source: Haveliwala 2002, "Topic-sensitive
    PageRank".

    >>> [round(float(one), 2) for one in page_rank(np.array([[0, 1, 1], [1, 0, 0], [1, 0, 0]], dtype=np.float32))]
    [1.46, 0.77, 0.77]
    """
    n = len(weights)
    out = weights.sum(axis=1)
    steps = weights.astype(np.float64) / np.where(out > 0, out, 1.0)[:, None]
    begin = np.ones(n) if wanted is None or not wanted.sum() else np.asarray(wanted) * n / wanted.sum()
    rank = np.ones(n)
    for _ in range(ROUNDS):
        rank = (1 - DAMPING) * begin + DAMPING * (rank @ steps + float(rank[out <= 0].sum()) / max(1, n))
    return rank


def counts(block: Sequence[Sequence[str]]) -> tuple[Floats, list[str]]:
    """Return how often each sentence has each term, shape (n, n_terms), and the terms."""
    local = {term: i for i, term in enumerate(dict.fromkeys(term for each in block for term in each))}
    made = np.zeros((len(block), len(local)), dtype=np.float32)
    for i, each in enumerate(block):
        for term in each:
            made[i, local[term]] += 1
    return made, list(local)


def cosines(rows: Floats) -> Floats:
    """Return how alike rows are, shape (n, n), each with itself 0."""
    unit = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    made = unit @ unit.T
    np.fill_diagonal(made, 0.0)
    return np.asarray(made, dtype=np.float32)


def overlaps(rows: Floats) -> Floats:
    """Return how alike sentences are, shape (n, n): shared terms over the logarithms of both lengths.

    Source: Mihalcea and Tarau 2004, section 4.1.
    """
    there = (rows > 0).astype(np.float32)
    lengths = np.log(np.maximum(1, rows.sum(axis=1)))
    sums = lengths[:, None] + lengths[None, :]
    made = (there @ there.T) / np.where(sums > 0, sums, np.inf)
    np.fill_diagonal(made, 0.0)
    return np.asarray(made, dtype=np.float32)
