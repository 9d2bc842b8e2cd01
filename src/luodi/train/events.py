"""A log of events as arrays: who did something to what, and when. As records, ten million would not fit.

Users and items are numbered in the order in which they are first met; a number is a row of every table beside the log.
"""

import json
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from luodi.contracts import record
from luodi.runtime.rows import Rows
from luodi.runtime.traits import NO_TRAITS, Traits

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
    event: int
    """The row of that event in the log: what was so at that moment is known to whoever asks."""


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
    traits: Traits = NO_TRAITS
    """What people and moments have in common."""
    people: Rows = field(default_factory=lambda: nobody(0))
    """The traits of each user, by the table of people; no row where there is none."""
    moments: Ints = field(default_factory=lambda: np.zeros((0, 0), dtype=np.int32))
    """The trait of each event in each column of its context, −1 for none; shape (n_events, n_columns)."""

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
        return replace(
            self,
            user=self.user[keep],
            item=self.item[keep],
            time=self.time[keep],
            weight=self.weight[keep],
            moments=self.moments[keep] if self.moments.size else self.moments,
        )

    def save(self, folder: Path) -> None:
        """Write arrays as safetensors and names as JSON."""
        arrays = {"user": self.user, "item": self.item, "time": self.time, "weight": self.weight, "links": self.links}
        arrays |= {"moments": self.moments}
        arrays |= {f"people/{key}": one for key, one in self.people.arrays().items()}
        save_file({name: np.ascontiguousarray(one) for name, one in arrays.items()}, folder / ARRAYS)
        _write(folder / NAMES, {"users": self.users, "items": self.items, "traits": self.traits.as_json()})
        _write(folder / TABLE, dict(self.table))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote."""
        names = json.loads((folder / NAMES).read_text(encoding="utf-8"))
        table = json.loads((folder / TABLE).read_text(encoding="utf-8"))
        arrays = load_file(folder / ARRAYS)
        traits = Traits.made_of(names["traits"])
        people = {key.removeprefix("people/"): arrays.pop(key) for key in list(arrays) if key.startswith("people/")}
        return cls(
            users=tuple(names["users"]), items=tuple(names["items"]), table=table, traits=traits,
            people=Rows.made_of(people, len(traits)), **arrays,
        )  # fmt: skip


class Gatherer:
    """Takes events one by one, and numbers users and items as they come."""

    def __init__(self, context: Sequence[str] = ()) -> None:
        self.users, self.items = dict[str, int](), dict[str, int]()
        self.context = {name: dict[str, int]() for name in context}
        """The values of each column of the context, numbered as they come."""
        self._context = [array("i") for _ in context]
        self._user, self._item, self._time, self._weight = array("i"), array("i"), array("q"), array("f")

    def add(self, user: str, item: str, time: int, weight: float = 1.0, context: Sequence[str] = ()) -> None:
        """Take one event."""
        for codes, values, value in zip(self._context, self.context.values(), context, strict=True):
            codes.append(values.setdefault(value, len(values)))
        self._user.append(self.users.setdefault(user, len(self.users)))
        self._item.append(self.items.setdefault(item, len(self.items)))
        self._time.append(time)
        self._weight.append(weight)

    def __len__(self) -> int:
        return len(self._user)

    def events(self, table: Mapping[str, Sequence[Any]] | None = None, links: Iterable[Sequence[int]] = ()) -> Events:
        """Return the log so far; events of one user at one time stay in the order in which they came.

        Its moments are the numbers of `context` yet, and no traits: these are learned once the log is cut.
        """
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
            moments=np.stack([np.frombuffer(one, dtype=np.int32)[order] for one in self._context], axis=1)
            if self._context
            else np.zeros((0, 0), dtype=np.int32),
        )


def nobody(n_traits: int) -> Rows:
    """Return the traits of no user."""
    return Rows(np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32), n_traits)


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
        dev.append(Question(int(user), mine[:-2], mine[-2:-1], int(events.time[end - 2]), int(end - 2)))
        test.append(Question(int(user), mine[:-1], mine[-1:], int(events.time[end - 1]), int(end - 1)))
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
            made.append(Question(int(user), history, gold, int(when[asked]), int(starts[user]) + asked))
    return made


def _write(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
