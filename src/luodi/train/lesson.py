"""What a recommender learns from: the events before dev and exam, the whole log to be remembered, and the rules."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from luodi.contracts import record
from luodi.runtime.engine_recommender import Recommender, Rules
from luodi.runtime.rows import Rows
from luodi.runtime.scorers import Scorer, Visit
from luodi.runtime.shelf import Shelf
from luodi.runtime.traits import of_user
from luodi.store import read_json
from luodi.train.choosing import Asked
from luodi.train.events import Events

RULES = "rules.json"
N_COMPANIONS = 30
REMEMBERED = 1_000
"""Events per user that a service remembers; of longer histories the last ones."""
BLOCK = 4_000_000  # products of co-occurrence that are held at a time


@record
class Lesson:
    """A log, cut."""

    train: Events
    log: Events
    rules: Rules

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `prepare` left in its folder."""
        rules = Rules(**read_json(folder / RULES))
        return cls(train=Events.load(folder / "train"), log=Events.load(folder / "log"), rules=rules)

    def recommender(self, scorer: Scorer) -> Recommender:
        """Return a scorer with the shelf it is to serve from."""
        return Recommender(scorer, shelf_of(self), self.rules)


def shelf_of(lesson: Lesson) -> Shelf:
    """Return names, table, histories of the whole log, companions by the training events, friends."""
    log = lesson.log
    starts = log.starts
    n = np.minimum(np.diff(starts), REMEMBERED)
    keep = np.arange(len(log)) >= np.repeat(starts[1:] - n, np.diff(starts))
    item = log.item[keep]
    bounds = np.concatenate([[0], np.cumsum(n)])
    histories = Rows(bounds, item, np.ones(len(item), dtype=np.float32), len(log.items))
    friends = friends_of(log) if len(log.links) else None
    counts = np.bincount(lesson.train.item, minlength=len(log.items)).astype(np.float32)
    people = log.people if len(log.people) else None
    return Shelf(
        log.items, log.table, log.users, histories, companions(lesson.train), counts, friends,
        traits=log.traits, people=people,
    )  # fmt: skip


def friends_of(events: Events) -> Rows:
    """Return each user's friends, both ways."""
    both = np.concatenate([events.links, events.links[:, ::-1]])
    n = len(events.users)
    made = Rows.of_pairs(both[:, 0], both[:, 1], np.ones(len(both)), (n, n))
    return Rows(made.starts, made.columns, np.ones_like(made.values), n)


def matrix(events: Events, *, weighted: bool = False) -> sparse.csr_matrix:
    """Return users by items, 1 (or the sum of weights) where there is an event."""
    shape = (len(events.users), len(events.items))
    made = sparse.csr_matrix((events.weight.astype(np.float32), (events.user, events.item)), shape=shape)
    made.sum_duplicates()
    if not weighted:
        made.data[:] = 1.0
    return made


def companions(events: Events) -> Rows:
    """Return for each item those that most users have beside it, with the number of users."""
    x = matrix(events)
    return top_rows(x, N_COMPANIONS, lambda block, _: block)


def top_rows(x: sparse.csr_matrix, k: int, score: Any, *, least: float = 1.5) -> Rows:
    """Return for each item its k highest `score(co-counts, rows)` of those with a co-count above `least`.

    `score` takes a sparse block of co-counts, shape (n, n_items), and the slice of items its rows are, and returns a
    block with the same places filled. Blocks are cut so that memory stays flat however many items there are.
    """
    turned = x.T.tocsr()
    n_items = x.shape[1]
    per_user = np.diff(x.indptr)
    cost = np.add.reduceat(
        np.concatenate([per_user[turned.indices], [0]]), np.minimum(turned.indptr[:-1], len(turned.indices))
    ) * (np.diff(turned.indptr) > 0)
    ends = np.cumsum(cost)
    parts: list[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]] = []
    begin = 0
    while begin < n_items:
        done = ends[begin - 1] if begin else 0
        end = max(begin + 1, int(np.searchsorted(ends, done + BLOCK, side="right")))
        parts.append(_top(turned[begin:end] @ x, slice(begin, end), k, score, least))
        begin = end
    counts = np.concatenate([one[0] for one in parts]) if parts else np.zeros(0, dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    columns, values = (np.concatenate([one[n] for one in parts]) for n in (1, 2))
    return Rows(starts, columns.astype(np.int32), values.astype(np.float32), n_items)


def _top(block: sparse.csr_matrix, at: slice, k: int, score: Any, least: float) -> tuple[Any, Any, Any]:
    """Return numbers per row, columns and values of the k best places of each row, best first."""
    block = block.tocsr()
    counts = block.data
    rows = np.repeat(np.arange(block.shape[0]), np.diff(block.indptr))
    scored = score(block, at).data
    keep = (counts > least) & (rows + at.start != block.indices)
    rows, columns, values = rows[keep], block.indices[keep], scored[keep]
    order = np.lexsort((columns, -values, rows))
    rows, columns, values = rows[order], columns[order], values[order]
    firsts = np.searchsorted(rows, np.arange(block.shape[0]))
    kept = np.arange(len(rows)) - firsts[rows] < k
    return np.bincount(rows[kept], minlength=block.shape[0]), columns[kept], values[kept]


def numbered(lesson: Lesson, pairs: Sequence[tuple[Any, Any]]) -> list[Asked]:
    """Return dev pairs as visits and the right items, by number."""
    log = lesson.log
    users = {name: n for n, name in enumerate(log.users)}
    items = {name: n for n, name in enumerate(log.items)}
    made = []
    for x, y in pairs:
        user = users.get(x["user"], -1)
        history = np.array([items[one] for one in x["items"] or () if one in items], dtype=np.int32)
        traits = log.traits.visit(of_user(log.people, user), x.get("about") or {}, x.get("context") or {})
        gold = np.array([items[one] for one in y if one in items], dtype=np.int32)
        made.append(Asked(Visit(user, history, traits), gold))
    return made
