"""A log of events as arrays: who did something to what, and when. As records, ten million would not fit.

Users and items are numbered in the order in which they are first met; a number is a row of every table beside the log.
"""

import json
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from luodi.contracts import record

Ints = NDArray[np.int32]
Floats = NDArray[np.float32]
SEED = 7  # of the moments that are asked about: the same log asks the same
ARRAYS, NAMES, TABLE = "events.safetensors", "events.json", "items.json"


class Question(NamedTuple):
    """One user at one moment: what was known then, and what came next."""

    user: int
    history: Ints
    """Items before that moment, oldest first."""
    gold: Ints
    at: int
    """When the first of the right ones happened."""


@record
class Events:
    """Events in the order of users, and of time within a user."""

    users: tuple[str, ...]
    items: tuple[str, ...]
    user: Ints
    """Shape (n_events,), ascending."""
    item: Ints
    time: NDArray[np.int64]
    """Seconds, or whatever the log counts in; only order and distance matter."""
    weight: Floats
    table: Mapping[str, Sequence[Any]]
    """Columns of the item table by name, a value per item; empty where there is none."""
    links: Ints
    """Pairs of users, shape (n_links, 2); empty where there are none."""

    def __len__(self) -> int:
        return len(self.user)

    @property
    def starts(self) -> NDArray[np.int64]:
        """Where each user's events begin, and at last where they all end; shape (n_users + 1,)."""
        counts = np.bincount(self.user, minlength=len(self.users))
        return np.concatenate([[0], np.cumsum(counts)])

    def histories(self) -> Iterator[Ints]:
        """Yield each user's items, oldest first."""
        starts = self.starts
        for n in range(len(self.users)):
            yield self.item[starts[n] : starts[n + 1]]

    def only(self, keep: NDArray[np.bool_]) -> "Events":
        """Return the events where `keep` is true; users, items and tables stay as they are."""
        return Events(
            users=self.users,
            items=self.items,
            user=self.user[keep],
            item=self.item[keep],
            time=self.time[keep],
            weight=self.weight[keep],
            table=self.table,
            links=self.links,
        )

    def save(self, folder: Path) -> None:
        """Write arrays as safetensors and names as JSON."""
        arrays = {"user": self.user, "item": self.item, "time": self.time, "weight": self.weight, "links": self.links}
        save_file({name: np.ascontiguousarray(one) for name, one in arrays.items()}, folder / ARRAYS)
        _write(folder / NAMES, {"users": self.users, "items": self.items})
        _write(folder / TABLE, dict(self.table))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote."""
        names = json.loads((folder / NAMES).read_text(encoding="utf-8"))
        table = json.loads((folder / TABLE).read_text(encoding="utf-8"))
        arrays = load_file(folder / ARRAYS)
        return cls(users=tuple(names["users"]), items=tuple(names["items"]), table=table, **arrays)


class Gatherer:
    """Takes events one by one, and numbers users and items as they come."""

    def __init__(self) -> None:
        self.users, self.items = dict[str, int](), dict[str, int]()
        self._user, self._item, self._time, self._weight = array("i"), array("i"), array("q"), array("f")

    def add(self, user: str, item: str, time: int, weight: float = 1.0) -> None:
        """Take one event."""
        self._user.append(self.users.setdefault(user, len(self.users)))
        self._item.append(self.items.setdefault(item, len(self.items)))
        self._time.append(time)
        self._weight.append(weight)

    def __len__(self) -> int:
        return len(self._user)

    def events(self, table: Mapping[str, Sequence[Any]] | None = None, links: Iterable[Sequence[int]] = ()) -> Events:
        """Return the log so far; events of one user at one time stay in the order in which they came."""
        user, time = np.frombuffer(self._user, dtype=np.int32), np.frombuffer(self._time, dtype=np.int64)
        order = np.lexsort((time, user))
        pairs = np.array(list(links), dtype=np.int32).reshape(-1, 2)
        return Events(
            users=tuple(self.users),
            items=tuple(self.items),
            user=user[order],
            item=np.frombuffer(self._item, dtype=np.int32)[order],
            time=time[order],
            weight=np.frombuffer(self._weight, dtype=np.float32)[order],
            table=table or {},
            links=pairs,
        )


def leave_one_out(events: Events) -> tuple[Events, list[Question], list[Question]]:
    """Return what to learn from, and the questions of dev and test: each user's last event but one, and the last.

    Users with fewer than three events are learned from whole. Source: Kang and McAuley 2018, section IV.A.
    """
    starts = events.starts
    n = np.diff(starts)
    asked = np.flatnonzero(n >= 3)
    keep = np.ones(len(events), dtype=bool)
    keep[starts[asked + 1] - 1] = False
    keep[starts[asked + 1] - 2] = False
    dev, test = [], []
    for user in asked:
        mine = events.item[starts[user] : starts[user + 1]]
        end = starts[user + 1]
        dev.append(Question(int(user), mine[:-2], mine[-2:-1], int(events.time[end - 2])))
        test.append(Question(int(user), mine[:-1], mine[-1:], int(events.time[end - 1])))
    return events.only(keep), dev, test


def by_time(
    events: Events, *, dev: float, test: float, again: bool = False
) -> tuple[Events, list[Question], list[Question]]:
    """Return what to learn from, and for dev and test a question per user who did something in that window.

    The last `test` of all events are the exam, the `dev` before them are to choose by; the windows are cut at moments,
    so nothing is learned from what happens after one that is asked about. A question is asked at one of the user's
    events in the window, chosen by chance: all before it is known, it and the rest of the window are the answer. So new
    users are asked about too, some of them with an empty history. What a user had done before counts as an answer only
    with `again`.
    """
    first, second = (int(np.quantile(events.time, at, method="higher")) for at in (1 - test - dev, 1 - test))
    end = int(events.time.max()) + 1 if len(events) else 0
    return (
        events.only(events.time < first),
        _window(events, first, second, again=again),
        _window(events, second, end, again=again),
    )


def _window(events: Events, begin: int, end: int, *, again: bool) -> list[Question]:
    made = []
    starts = events.starts
    inside = (events.time >= begin) & (events.time < end)
    users, n_inside = np.unique(events.user[inside], return_counts=True)
    chances = np.random.default_rng(SEED).random(len(users))
    for user, n, chance in zip(users, n_inside, chances, strict=True):
        at = slice(starts[user], starts[user + 1])
        mine, when = events.item[at], events.time[at]
        first = int((when < begin).sum())
        asked = first + int(chance * n)
        history, gold = mine[:asked], mine[asked : first + n]
        gold = np.unique(gold if again else gold[~np.isin(gold, history)]).astype(np.int32)
        if len(gold):
            made.append(Question(int(user), history, gold, int(when[asked])))
    return made


def _write(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
