"""What people, and moments, of a kind ask for more often than others: counts, held back where they are few."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from luodi.contracts import Facts
from luodi.metrics import ranking
from luodi.runtime.scorer_people import People
from luodi.runtime.scorers import Floats
from luodi.runtime.traits import Traits
from luodi.train import counting
from luodi.train.choosing import Asked, few, ndcg
from luodi.train.events import Events
from luodi.train.lesson import Lesson, matrix, numbered

STRENGTHS = (1.0, 3.0, 10.0, 30.0, 100.0)
"""Events' worth of "as everybody" that are added to each count, tried on dev."""
WEIGHTS = (0.0, 0.25, 0.5, 1.0)
"""Of a column, tried on dev; at 0 it has no part, and is not told as a reason."""
FIRST = 0.5
POOL, POOLED_AT = 200, 10.0
"""So many items of popularity, and of each trait at this strength, are looked at while settings are tried."""
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
    pools = _Pools(questions, base[items], _lifts(counts, POOLED_AT), items, again=again)
    settings, best = [STRENGTHS[0], *[FIRST] * n], -1.0
    for at in [*range(n + 1), *range(n + 1)]:  # twice, since what one is worth depends on the others
        lifts = _lifts(counts, settings[0])
        for value in WEIGHTS if at else STRENGTHS:
            other = [*settings[:at], value, *settings[at + 1 :]]
            found = pools.ndcg(lifts if at else _lifts(counts, value), _per_trait(traits, other[1:]))
            if found > best:
                best, settings = found, other
    strength, *weights = settings
    lifts = _lifts(counts, strength)
    told = (counts.people >= lesson.rules.min_together) & (lifts >= TOLD)
    made = People(base, items, lifts, told, _per_trait(traits, weights))
    found_out = {one.name: weight for one, weight in zip(traits.columns, weights, strict=True)}
    facts = {"half_life": faded["half_life"], "strength": strength, "weights": found_out}
    return made, facts | {"dev": round(ndcg(made, questions, again=again), 5)}


def _lifts(counts: Counts, strength: float) -> Floats:
    made = np.log((counts.there + strength) / (counts.expected + strength))
    return made.astype(np.float32)


def _per_trait(traits: Traits, weights: Sequence[float]) -> Floats:
    return np.repeat(np.array(weights, dtype=np.float32), np.diff(traits.starts))


class _Pools:
    """Of each question the items that may come out on top, so that trying a set of weights costs little."""

    def __init__(
        self, questions: Sequence[Asked], base: Floats, lifts: Floats, items: NDArray[np.int32], *, again: bool
    ) -> None:
        self.base, self.made = base, list[tuple[NDArray[Any], NDArray[Any], NDArray[np.bool_]]]()
        self.n_gold = np.array([max(1, len(one.gold)) for one in questions])
        common, of_trait = _best_first(base), [_best_first(base + one)[:POOL] for one in lifts]
        for visit, gold in questions:
            pool = np.unique(
                np.concatenate([common[: POOL + len(visit.history)], *(of_trait[one] for one in visit.traits)])
            )
            pool = pool if again else pool[~np.isin(items[pool], visit.history)]
            self.made.append((visit.traits, pool, np.isin(items[pool], gold)))

    def ndcg(self, lifts: Floats, weights: Floats) -> float:
        """Return NDCG@10 with these lifts, and a weight per trait."""
        right = np.zeros((len(self.made), 10), dtype=bool)
        for row, (traits, pool, gold) in zip(right, self.made, strict=True):
            scores = self.base[pool] + weights[traits] @ lifts[np.ix_(traits, pool)]
            best = np.argsort(-scores, kind="stable")[:10]
            row[: len(best)] = gold[best]
        return float(ranking.each("ndcg_at_10", right, self.n_gold).mean()) if len(right) else 0.0


def _best_first(scores: Floats) -> NDArray[Any]:
    return np.argsort(-scores, kind="stable")


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
