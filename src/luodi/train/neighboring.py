"""Items beside items: cosines of who had them, and the closed form of a linear autoencoder."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import lapack

from luodi.contracts import Facts
from luodi.runtime.rows import Rows
from luodi.runtime.scorers import Neighbors
from luodi.train.choosing import few, ndcg
from luodi.train.lesson import Lesson, matrix, numbered, top_rows

N_NEIGHBORS = 200
FADES = (1.0, 0.9, 0.75, 0.6, 0.45)
SHRINK = 3.0  # co-counts below this are mostly chance; a guess, no finding
MAX_ITEMS = 20_000  # the inverse of EASE takes n² memory and n³ time: here 1.6 GB and a few minutes
ROWS = 512
PENALTIES = (20.0, 100.0, 500.0)
SMALL = 4_000  # so many items and fewer, every penalty is tried


def item_knn(lesson: Lesson, dev: Sequence[tuple[Any, Any]]) -> tuple[Neighbors, Facts]:
    """Return cosines between items, shrunk where few people are behind them; `fade` is chosen on dev.

    Source: Deshpande and Karypis 2004, "Item-Based Top-N Recommendation Algorithms", section 4.
    """
    x = matrix(lesson.train)
    n_users = np.asarray(x.sum(axis=0)).ravel()

    def cosine(block: sparse.csr_matrix, at: slice) -> sparse.csr_matrix:
        made = block.astype(np.float32)
        rows = np.repeat(np.arange(block.shape[0]), np.diff(block.indptr)) + at.start
        together = block.data
        made.data = together / np.sqrt(n_users[rows] * n_users[block.indices]) * (together / (together + SHRINK))
        return made

    return _faded(top_rows(x, N_NEIGHBORS, cosine, least=0.5), lesson, dev)


def ease(lesson: Lesson, dev: Sequence[tuple[Any, Any]]) -> tuple[Neighbors, Facts]:
    """Return the weights of an item-to-item linear model with nothing on its diagonal.

    Source: Steck 2019, "Embarrassingly Shallow Autoencoders for Sparse Data", equation 8.
    """
    x = matrix(lesson.train)
    n_items = x.shape[1]
    penalties = PENALTIES if n_items <= SMALL else PENALTIES[1:2]
    tried = []
    for penalty in penalties:
        rows = _kept(_inverse(x, penalty))
        scorer, facts = _faded(rows, lesson, dev)
        tried.append((facts["dev"], scorer, facts | {"penalty": penalty}))
    best = max(tried, key=lambda one: one[0])
    return best[1], best[2]


def too_many_items(lesson: Any) -> str | None:
    """Say why EASE is no candidate for a large catalogue."""
    n = len(lesson.log.items)
    return f"its matrix of {n:,} by {n:,} items is too large" if n > MAX_ITEMS else None


def _inverse(x: sparse.csr_matrix, penalty: float) -> NDArray[np.float32]:
    """Return the upper triangle of (XᵀX + penalty)⁻¹, made in the place of one matrix."""
    gram = np.asfortranarray((x.T @ x).toarray(order="F"), dtype=np.float32)
    gram[np.diag_indices(len(gram))] += penalty
    factor, failed = lapack.spotrf(gram, lower=0, clean=0, overwrite_a=1)
    assert not failed, "a penalty above 0 makes the matrix positive definite"
    inverse, failed = lapack.spotri(factor, lower=0, overwrite_c=1)
    assert not failed, "its factor can be inverted"
    return inverse  # type: ignore[no-any-return]


def _kept(upper: NDArray[np.float32]) -> Rows:
    """Return the largest weights of each row, by size; the rest adds little. Weights are -Pᵢⱼ / Pⱼⱼ."""
    n = len(upper)
    k = min(N_NEIGHBORS, n)
    diagonal = np.diag(upper).copy()
    columns, values = np.empty((n, k), dtype=np.int32), np.empty((n, k), dtype=np.float32)
    for start in range(0, n, ROWS):
        at = np.arange(start, min(n, start + ROWS))
        block = np.where(np.arange(n) >= at[:, None], upper[at], upper[:, at].T)  # the other triangle is its mirror
        block /= -diagonal
        block[np.arange(len(at)), at] = 0
        best = np.sort(np.argpartition(-np.abs(block), k - 1, axis=1)[:, :k], axis=1)
        columns[at], values[at] = best, np.take_along_axis(block, best, axis=1)
    starts = np.arange(0, n * k + 1, k, dtype=np.int64)
    return Rows(starts, columns.ravel(), values.ravel(), n)


def _faded(rows: Rows, lesson: Lesson, dev: Sequence[tuple[Any, Any]]) -> tuple[Neighbors, Facts]:
    questions = few(numbered(lesson, dev))
    again = lesson.rules.again
    tried = {fade: ndcg(Neighbors(rows, fade=fade), questions, again=again) for fade in FADES}
    fade = max(tried, key=lambda one: (tried[one], one))
    return Neighbors(rows, fade=fade), {"fade": fade, "dev": round(tried[fade], 5)}
