"""Which item takes which place, once all are scored: shares for groups, and places that chance fills to learn from."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from luodi.runtime.best import best_of
from luodi.runtime.shelf import Shelf

Floats = NDArray[np.float32]
Items = NDArray[np.int64]
Shares = Mapping[str, Mapping[str, float]]
"""Column of the item table to its values, each with the least share of exposure that it gets in every list."""
LEAST_POOL, POOL_PLACES = 100, 10
"""What chance draws from: the best 10 items for each place, and at least 100."""


def groups_of(shelf: Shelf, least: Shares, newcomers: float) -> list[tuple[NDArray[np.bool_], float]]:
    """Return which items belong to each group that is owed something, and its share."""
    made = [(shelf.where(column, [value]), share) for column, all_ in least.items() for value, share in all_.items()]
    return made + ([(shelf.counts == 0, newcomers)] if newcomers else [])


def with_shares(
    ranked: Items,
    scores: Floats,
    allowed: NDArray[np.bool_],
    owed: Sequence[tuple[NDArray[np.bool_], float]],
    *,
    k: int,
) -> Items:
    """Return k items in which each group has at least its share of exposure, as far as it has items to show.

    A place counts 1 / log2(place + 1). A group's best item takes a place as soon as that is not more than its share,
    or where its share could not be reached any more otherwise; all other places go to the best that are left.
    Source: Geyik, Ambler and Kenthapadi 2019, "Fairness-Aware Ranking in Search & Recommendation Systems", section 4
    (greedy, with least counts), here with the exposure of Singh and Joachims 2018 in the place of counts.
    """
    groups = [_Group(best_of(scores, k, allowed & mine[: len(scores)]), share) for mine, share in owed]
    weights = 1 / np.log2(np.arange(2, k + 2))
    made: list[int] = []
    taken = set[int]()
    rest = [int(one) for one in ranked]
    for place in range(k):
        wanting = [one for one in groups if one.wants(weights, place, taken)]
        item = max(wanting, key=lambda one: one.behind(weights, place)).next(taken) if wanting else None
        if item is None:
            item = next((one for one in rest if one not in taken), None)
        if item is None:
            break
        made.append(item)
        taken.add(item)
        for one in groups:
            if item in one.members:
                one.exposure += float(weights[place])
    return np.array(made, dtype=np.int64)


class _Group:
    """The best items of a group, the share it is owed, and the exposure it has so far."""

    def __init__(self, best: Items, share: float) -> None:
        self.best, self.share, self.exposure = [int(one) for one in best], share, 0.0
        self.members = frozenset(self.best)

    def next(self, taken: set[int]) -> int | None:
        """Return the best item that has no place yet."""
        return next((one for one in self.best if one not in taken), None)

    def behind(self, weights: NDArray[np.float64], place: int) -> float:
        """Return how much exposure is missing, were this the last place."""
        return self.share * float(weights[: place + 1].sum()) - self.exposure

    def wants(self, weights: NDArray[np.float64], place: int, taken: set[int]) -> bool:
        """Say whether this place should be the group's."""
        if self.next(taken) is None or self.exposure >= self.share * float(weights.sum()):
            return False
        due = self.behind(weights, place) >= float(weights[place])
        return due or self.exposure + float(weights[place + 1 :].sum()) < self.share * float(weights.sum())


def with_chance(
    ranked: Items, pool: Items, *, share: float, rng: np.random.Generator
) -> tuple[Items, Floats, NDArray[np.bool_]]:
    """Return the list with some places filled by chance, each item's propensity, and which were drawn.

    Each place is given to chance with the probability `share`; it draws from those of `pool` that are not in the list.
    An item's propensity is the probability that a place of the list, chosen evenly, holds it: what an off-policy
    estimate divides by. Source: Horvitz and Thompson 1952.
    """
    k = len(ranked)
    others = pool[~np.isin(pool, ranked)]
    if not share or not k or len(others) < k:
        return ranked, np.full(k, 1 / max(1, k), dtype=np.float32), np.zeros(k, dtype=bool)
    drawn = rng.random(k) < share
    made = np.where(drawn, rng.permutation(others)[:k], ranked)
    chances = np.where(drawn, share / len(others), (1 - share) / k).astype(np.float32)
    return made, chances, drawn


def pool_size(k: int) -> int:
    """Return from how many of the best items chance draws.

    >>> pool_size(5), pool_size(20)
    (100, 200)
    """
    return max(LEAST_POOL, POOL_PLACES * k)
