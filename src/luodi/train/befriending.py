"""Friends as neighbours: whose items count for whom, and how much."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import sparse

from luodi.contracts import Facts
from luodi.runtime.rows import Rows
from luodi.runtime.scorers import Friends
from luodi.train.choosing import few, ndcg
from luodi.train.lesson import Lesson, friends_of, matrix, numbered

N_FRIENDS = 100
SECOND = (0.0, 0.1, 0.3)
"""How much friends of friends count, tried on dev."""
LIKENESS = 5.0  # how much more a friend with the very same items counts than one with nothing in common


def friends(lesson: Lesson, dev: Sequence[tuple[Any, Any]]) -> tuple[Friends, Facts]:
    """Return each user's friends with their weights, and what everybody had, weighed against fame.

    One step of propagation over the graph is A, two are A + s·A²; s is chosen on dev. Source: Ma et al. 2011,
    "Recommender Systems with Social Regularization", section 4 (likeness between friends as a weight).
    """
    events = lesson.train
    x = matrix(events)
    links = friends_of(lesson.log)
    n = len(events.users)
    graph = sparse.csr_matrix((links.values, links.columns, links.starts), shape=(n, n))
    had = _had(x)
    questions, again = few(numbered(lesson, dev)), lesson.rules.again
    tried = []
    for second in SECOND:
        scorer = Friends(_weighed(graph, x, second), had)
        tried.append((ndcg(scorer, questions, again=again), scorer, second))
    best = max(tried, key=lambda one: one[0])
    return best[1], {"second_step": best[2], "dev": round(best[0], 5)}


def no_links(lesson: Any) -> str | None:
    """Say why friends are no candidate without links."""
    return None if len(lesson.log.links) else "there are no links between users ([define] tables)"


def _had(x: sparse.csr_matrix) -> Rows:
    """Return what users had: each event over the root of its user's and its item's number of events."""
    per_user, per_item = (np.maximum(1, np.asarray(x.sum(axis=axis)).ravel()) for axis in (1, 0))
    rows = np.repeat(np.arange(x.shape[0]), np.diff(x.indptr))
    values = 1 / np.sqrt(per_user[rows]) / per_item[x.indices] ** 0.25
    return Rows(x.indptr.astype(np.int64), x.indices.astype(np.int32), values.astype(np.float32), x.shape[1])


def _weighed(graph: sparse.csr_matrix, x: sparse.csr_matrix, second: float) -> Rows:
    reach = (graph + second * (graph @ graph)).tocsr() if second else graph.tocsr()
    reach.setdiag(0)
    reach.eliminate_zeros()
    norm = np.sqrt(np.maximum(1, np.asarray(x.sum(axis=1)).ravel()))
    unit = sparse.diags(1 / norm) @ x
    rows = np.repeat(np.arange(reach.shape[0]), np.diff(reach.indptr))
    likeness = np.empty(len(rows), dtype=np.float64)
    for start in range(0, len(rows), 100_000):
        at = slice(start, start + 100_000)
        likeness[at] = np.asarray(unit[rows[at]].multiply(unit[reach.indices[at]]).sum(axis=1)).ravel()
    values = reach.data * (1 + LIKENESS * likeness)
    order = np.lexsort((-values, rows))
    firsts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=reach.shape[0]))])
    kept = order[np.arange(len(order)) - firsts[rows[order]] < N_FRIENDS]
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows[kept], minlength=reach.shape[0]))])
    return Rows(
        starts.astype(np.int64), reach.indices[kept].astype(np.int32), values[kept].astype(np.float32), len(norm)
    )
