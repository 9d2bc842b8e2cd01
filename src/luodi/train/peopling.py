"""What people, and moments, of a kind ask for more often than others: counts, held back where they are few."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from luodi.contracts import Facts
from luodi.runtime.scorer_people import People
from luodi.train import counting
from luodi.train.choosing import few, ndcg
from luodi.train.events import Events
from luodi.train.lesson import Lesson, matrix, numbered

STRENGTHS = (1.0, 3.0, 10.0, 30.0, 100.0)
"""Events' worth of "as everybody" that are added to each count, tried on dev."""
WEIGHTS = (0.0, 0.25, 0.5, 1.0)
"""Of a column, tried on dev; at 0 it has no part, and is not told as a reason."""
FIRST = 0.5
MOST_ITEMS, MOST_CELLS = 50_000, 10_000_000
"""Items that traits have a say in, the most touched ones: few events cannot be told from chance; and all counts."""
LEAST = 0.1  # the events that an item without one counts for
TOLD = float(np.log(1.2))
"""A trait is told as a reason where people who have it ask for an item a fifth more often than others."""
Doubles = NDArray[np.float64]


@dataclass
class Counts:
    """Of each trait (rows) and item (columns): events that are there, those to be expected, and people."""

    there: Doubles
    expected: Doubles
    people: NDArray[np.int64]


def people(lesson: Lesson, dev: Sequence[tuple[Any, Any]]) -> tuple[People, Facts]:
    """Return popularity with what the traits of a visit add; strength and weights do best on dev.

    With `there` events of an item among those of a trait, and `expected` if the trait did not matter, what the trait
    adds is log((there + strength) / (expected + strength)): the mean of the rate under a gamma prior around 1.
    Source: DuMouchel 1999, "Bayesian Data Mining in Large Frequency Tables",
    whose prior is a mixture of two.
    """
    popular, faded = counting.popular(lesson, dev)
    base = np.log(np.expm1(popular.counts) + LEAST).astype(np.float32)
    touched = np.bincount(lesson.train.item, minlength=len(base))
    most = min(MOST_ITEMS, MOST_CELLS // len(lesson.log.traits), int((touched > 0).sum()))
    items = np.sort(np.argsort(-touched, kind="stable")[:most]).astype(np.int32)
    counts = counted(lesson.train, items)
    questions, again = few(numbered(lesson, dev)), lesson.rules.again
    traits, n = lesson.log.traits, len(lesson.log.traits.columns)

    def made(strength: float, weights: Sequence[float]) -> tuple[float, People]:
        lifts = np.log((counts.there + strength) / (counts.expected + strength))
        told = (counts.people >= lesson.rules.min_together) & (lifts >= TOLD)
        per_trait = np.repeat(np.array(weights, dtype=np.float32), np.diff(traits.starts))
        scorer = People(base, items, lifts.astype(np.float32), told, per_trait)
        return ndcg(scorer, questions, again=again), scorer

    settings = [STRENGTHS[0], *[FIRST] * n]
    best = made(settings[0], settings[1:])
    for at in [*range(n + 1), *range(n + 1)]:  # twice, since what one is worth depends on the others
        for value in WEIGHTS if at else STRENGTHS:
            other = [*settings[:at], value, *settings[at + 1 :]]
            found = made(other[0], other[1:])
            if found[0] > best[0]:
                best, settings = found, other
    strength, *weights = settings
    found_out = {one.name: weight for one, weight in zip(traits.columns, weights, strict=True)}
    return best[1], {
        "half_life": faded["half_life"],
        "strength": strength,
        "weights": found_out,
        "dev": round(best[0], 5),
    }


def no_people(lesson: Any) -> str | None:
    """Say why people are no candidate: nothing is known of them, or of moments, that enough of them share."""
    if len(lesson.log.traits):
        return None
    return "there is no table of users and no context with values that enough people share ([define] tables, [options])"


def counted(events: Events, items: NDArray[np.int32]) -> Counts:
    """Return the counts of these items for each trait of people, and then of moments."""
    halves = [half for half in (_of_people(events, items), _of_moments(events, items)) if half is not None]
    there, expected, who = ([getattr(one, name) for one in halves] for name in ("there", "expected", "people"))
    return Counts(np.concatenate(there), np.concatenate(expected), np.concatenate(who))


def _of_people(events: Events, items: NDArray[np.int32]) -> Counts | None:
    traits, n = events.traits, events.traits.n_about
    if not n:
        return None
    x = matrix(events).astype(np.float64)  # (n_users, n_items)
    rows = events.people
    shape = (len(events.users), n)
    has = sparse.csr_matrix((np.ones(len(rows.columns)), rows.columns, rows.starts), shape=shape)
    there = (has.T @ x[:, items]).toarray()
    expected = np.zeros_like(there)
    of_user = np.asarray(x.sum(axis=1)).ravel()
    for column in range(len(traits.about)):
        mine = slice(traits.starts[column], traits.starts[column + 1])
        known = np.asarray(has[:, mine].sum(axis=1)).ravel() > 0
        share = (known @ x[:, items]) / max(1.0, of_user[known].sum())  # of the items, among all who say something
        expected[mine] = np.outer(has[:, mine].T @ of_user, share)
    return Counts(there, expected, there.astype(np.int64))


def _of_moments(events: Events, items: NDArray[np.int32]) -> Counts | None:
    traits = events.traits
    n = len(traits) - traits.n_about
    if not n:
        return None
    place = np.full(len(events.items), -1, dtype=np.int64)
    place[items] = np.arange(len(items))
    there, expected = np.zeros((n, len(items))), np.zeros((n, len(items)))
    who = np.zeros((n, len(items)), dtype=np.int64)
    at = place[events.item]
    for column, moment in enumerate(events.moments.T, start=len(traits.about)):
        mine = slice(traits.starts[column] - traits.n_about, traits.starts[column + 1] - traits.n_about)
        known = moment >= 0
        trait, item, user = moment[known] - traits.n_about, at[known], events.user[known]
        kept = item >= 0
        np.add.at(there, (trait[kept], item[kept]), 1)
        share = np.bincount(item[kept], minlength=len(items)) / max(1, len(item))
        expected[mine] = np.outer(np.bincount(trait, minlength=n)[mine], share)
        once = np.unique(np.stack([trait[kept], item[kept], user[kept]]), axis=1)
        np.add.at(who, (once[0], once[1]), 1)
    return Counts(there, expected, who)
