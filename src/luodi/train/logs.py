"""From rows of a log to events, and from events to what is learned and what is asked."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from luodi.contracts import record
from luodi.train.events import Events, Gatherer, Question, by_time, leave_one_out

__all__ = ["Cut", "Gatherer", "cut", "key_of", "names", "take", "when"]


@record
class Cut:
    """A log, the part of it to learn from, and the questions about the rest."""

    log: Events
    train: Events
    dev: Sequence[Question]
    test: Sequence[Question]


def take(
    gatherer: Gatherer,
    row: Mapping[str, str],
    n: int,
    *,
    kinds: Mapping[str, float],
    min_weight: float | None,
    forgotten: Collection[str] = (),
) -> str | None:
    """Add the event of a row, or return why it is left out. `n` stands in for a missing time.

    `forgotten` are the keys of users that nothing may be learned from.
    """
    user, item = row["user"].strip(), row["item"].strip()
    if not user or not item:
        return "no user" if not user else "no item"
    if forgotten and key_of(user) in forgotten:
        return "a forgotten user"
    weight = 1.0
    if kinds:
        kind = row.get("kind", "").strip()
        if kind not in kinds:
            return f"an event of kind {kind!r}"
        weight = kinds[kind]
    if row.get("weight"):
        try:
            weight *= float(row["weight"])
        except ValueError:
            return "a weight that is no number"
    if min_weight is not None and weight < min_weight:
        return "weighs less than min_weight"
    if not weight > 0:  # not a number, too
        return "weighs nothing"
    time = when(row.get("time", ""), n)
    if time is None:
        return "a time that is neither seconds nor a date"
    gatherer.add(user, item, time, weight, [row.get(name, "").strip() for name in gatherer.context])
    return None


def key_of(user: str) -> str:
    """Return what stands for a user in a table of those to forget: 32 hexadecimal digits.

    >>> len(key_of("ann")), key_of("ann") == key_of("bob")
    (32, False)
    """
    return hashlib.blake2b(f"user/{user}".encode(), digest_size=16).hexdigest()


def when(text: str, n: int) -> int | None:
    """Return a moment in seconds; `n` where there is no text, `None` where it is not understood.

    >>> when("86400", 0), when("1970-01-02", 0), when("", 5), when("soon", 0)
    (86400, 86400, 5, None)
    """
    text = text.strip()
    if not text:
        return n
    if text.isdecimal() and len(text) < 18:
        return int(text)
    try:
        value = float(text)
        return int(value) if abs(value) < 1e17 else None
    except ValueError:
        pass
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())


def cut(log: Events, how: str, *, dev: float, test: float, again: bool) -> Cut:
    """Cut a log by "time" or by "leave-one-out"."""
    if how == "time":
        train, first, second = by_time(log, dev=dev, test=test, again=again)
    else:
        train, first, second = leave_one_out(log)
    return Cut(log=log, train=train, dev=first, test=second)


def names(events: Events, items: NDArray[np.int32]) -> tuple[str, ...]:
    """Return the ids of items."""
    return tuple(events.items[n] for n in items)


def sample(questions: Sequence[Question], n: int, *, seed: int) -> list[Question]:
    """Return at most n of the questions, evenly by chance, in their order."""
    if len(questions) <= n:
        return list(questions)
    chosen = np.sort(np.random.default_rng(seed).choice(len(questions), n, replace=False))
    return [questions[at] for at in chosen]


def with_table(log: Events, ids: Sequence[str], columns: Mapping[str, Sequence[Any]]) -> Events:
    """Return the log with the columns of an item table; its items that nobody touched yet come last."""
    known = {name: n for n, name in enumerate(log.items)}
    new = [one for one in dict.fromkeys(ids) if one not in known]
    items = (*log.items, *new)
    known |= {name: n for n, name in enumerate(new, start=len(log.items))}
    table: dict[str, list[Any]] = {name: [""] * len(items) for name in columns}
    for row, item in enumerate(ids):
        for name, cells in columns.items():
            table[name][known[item]] = cells[row]
    return replace(log, items=items, table=table)


def with_users(log: Events, users: Sequence[str]) -> Events:
    """Return the log with people who have a row in a table of people; those who did nothing yet come last."""
    known = set(log.users)
    return replace(log, users=(*log.users, *(one for one in dict.fromkeys(users) if one not in known)))
