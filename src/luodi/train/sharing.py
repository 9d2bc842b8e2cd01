"""What people share: which values of a table, or of a log's columns, become traits. Learned on the training part."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from luodi.runtime.rows import Rows
from luodi.runtime.traits import Column, Ints, Traits, number, parts_of, words_of
from luodi.train.events import Events, Gatherer, nobody

MOST = 50
"""So many traits a column, those that most people share."""
N_RANGES = 6
CODES = 12  # up to so many different numbers are names of groups, as 1 and 2, or the days of a week
LONG = 2.0  # words a cell, from which on different cells are texts
MOSTLY = 0.5
"""A word that more people have says nothing of them; a column of which fewer cells are shared is read by its words."""


def shared(
    log: Events,
    train: Events,
    gatherer: Gatherer,
    about: Mapping[str, Sequence[str]],
    whose: Sequence[str],
    *,
    least: int,
) -> tuple[Events, Events]:
    """Return a log and its training part with the traits that `least` people of the training part share.

    `about` are the columns of a table of people, `whose` the user of each of its rows.
    """
    number_of = {name: n for n, name in enumerate(log.users)}
    users = [number_of[one] for one in whose]
    moments = []
    for n, (name, values) in enumerate(gatherer.context.items()):
        pairs = np.unique(np.stack([train.moments[:, n], train.user], axis=1), axis=0)  # (n, 2): value, person
        cells = list(values)
        made = column(name, [cells[one] for one in pairs[:, 0]], pairs[:, 1].tolist(), least=least, texts=False)
        moments += [] if made is None else [made]
    traits = Traits(of_people(about, users, np.unique(train.user).tolist(), least), moments)
    people = rows_of(about, users, traits, len(log.users)) if about else nobody(len(traits))
    first, second = (
        replace(one, traits=traits, people=people, moments=_moments(one.moments, traits, gatherer))
        for one in (log, train)
    )
    return first, second


def _moments(codes: Ints, traits: Traits, gatherer: Gatherer) -> Ints:
    """Return the trait of each event in each column that has any, from the numbers of the values."""
    made = []
    for column in traits.context:
        at, values = list(gatherer.context).index(column.name), gatherer.context[column.name]
        found = [traits.of({column.name: value}, context=True) for value in values]
        trait = np.array([one[0] if len(one) else -1 for one in found], dtype=np.int32)
        made.append(trait[codes[:, at]])
    return np.stack(made, axis=1) if made else np.zeros((0, 0), dtype=np.int32)


def column(name: str, cells: Sequence[Any], who: Sequence[int], *, least: int, texts: bool = True) -> Column | None:
    """Return how a column is told in traits, each shared by `least` people; `None` where there is no such trait.

    `who` is the number of the person that each cell is of. Without `texts`, no column is read by its words.
    """
    written = ["" if one is None else str(one).strip() for one in cells]
    there = [(text, person) for text, person in zip(written, who, strict=True) if text]
    different = {text for text, _ in there}
    values = [number(one) for one in different]
    if len(different) > CODES and all(one is not None for one in values):
        return _ranges(name, there, least)
    found = _shared(there, parts_of, least)
    covered = sum(text in found or bool(parts_of(text) & found.keys()) for text, _ in there)
    long = sum(len(words_of(one)) for one in different) > LONG * len(different)
    if texts and long and covered < MOSTLY * len(there):
        people = len({person for _, person in there})
        words = _shared(there, words_of, least)
        names = [one for one, n in words.items() if n <= MOSTLY * people][:MOST]
        return Column(name=name, by="words", names=tuple(names)) if names else None
    return Column(name=name, by="values", names=tuple(found)[:MOST]) if found else None


def of_people(
    table: Mapping[str, Sequence[Any]], users: Sequence[int], known: Sequence[int], least: int
) -> list[Column]:
    """Return the columns of a table of people, learned from those `users` that are `known` to the training part."""
    trained = set(known)
    rows = [n for n, one in enumerate(users) if one in trained]
    made = (
        column(name, [cells[n] for n in rows], [users[n] for n in rows], least=least) for name, cells in table.items()
    )
    return [one for one in made if one is not None]


def rows_of(table: Mapping[str, Sequence[Any]], users: Sequence[int], traits: Traits, n_users: int) -> Rows:
    """Return the traits of each user; of a user with two rows, those of the last."""
    last = {user: n for n, user in enumerate(users)}
    pairs = [
        (user, int(trait))
        for user, n in last.items()
        for trait in traits.of({name: cells[n] for name, cells in table.items()})
    ]
    both = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return Rows.of_pairs(both[:, 0], both[:, 1], np.ones(len(both)), (n_users, len(traits)))


def _ranges(name: str, there: Sequence[tuple[str, int]], least: int) -> Column | None:
    """Cut a number into ranges with about as many people in each; those with too few people are none of their own."""
    of = {person: number(text) for text, person in there}
    values = np.array([one for one in of.values() if one is not None])
    n = min(N_RANGES, len(values) // max(1, least))
    if n < 2:
        return None
    cuts = np.unique(np.quantile(values, np.arange(1, n) / n, method="higher"))
    edges: list[float] = []
    for cut in sorted(
        {float(f"{one:.3g}") for one in cuts}
    ):  # as many people between the last edge and this one, and as many left above it
        below = int(((values >= (edges[-1] if edges else -np.inf)) & (values < cut)).sum())
        if below >= least and int((values >= cut).sum()) >= least:
            edges.append(float(cut))
    if not edges:
        return None
    between = [f"{a:g} to {b:g}" for a, b in pairwise(edges)]
    names = (f"below {edges[0]:g}", *between, f"{edges[-1]:g} or more")
    return Column(name=name, by="ranges", names=names, edges=tuple(edges))


def _shared(there: Sequence[tuple[str, int]], cut: Callable[[str], set[str]], least: int) -> dict[str, int]:
    """Return the parts of cells that enough people have, with their number, most first."""
    n = Counter(part for part, _ in {(part, person) for text, person in there for part in cut(text)})
    return {part: count for part, count in sorted(n.items(), key=lambda one: (-one[1], one[0])) if count >= least}
