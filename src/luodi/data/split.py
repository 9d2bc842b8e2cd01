"""Which rows are learned from, chosen by, and examined on: the same rows on the same side after every run.

A row's place is 64 bits of a hash of seed and content (or group), so which side it falls on depends on nothing else:
rows that are added later move no other row. `parts` cuts by place, `stratified` meets each label's share exactly and
moves a few rows at the border for it, `by_time` examines on the newest rows.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence

Shares = Mapping[str, tuple[float, int]]
"""Part to (share of all rows, at most so many rows), the exam first."""
SPAN = 1 << 64


def parts(places: Sequence[int], strata: Sequence[Hashable], shares: Shares) -> list[str]:
    """Return "train" or the name of a share for each row, by its place alone.

    Rows of one group have one place. Where a share would hold more rows than it may, it is halved until it does not:
    rows leave the exam for training when the table doubles, and never the other way. A stratum that would have no row
    in training keeps its highest place there.

    >>> parts([0, SPAN // 2, SPAN - 1], ["a", "a", "a"], {"test": (0.2, 10)})
    ['test', 'train', 'train']
    """
    sides = ["train"] * len(places)
    start = 0.0
    for name, (share, at_most) in shares.items():
        end = start + SPAN * _halved(share, at_most, len(places))
        inside = [n for n, place in enumerate(places) if start <= place < end]
        for n in _lowest(inside, places, at_most):
            sides[n] = name
        start = end
    return _with_all_shares(_with_all_strata(sides, places, strata), places, strata, list(shares))


def stratified(places: Sequence[int], strata: Sequence[Hashable], shares: Shares) -> list[str]:
    """Return the same, with each stratum's share met to half a row and every stratum in training.

    A group is placed by the stratum of its first row. Rows near a border change sides when others are added.

    >>> stratified([3, 1, 2, 3], [0, 0, 0, 0], {"test": (0.25, 10)})
    ['train', 'test', 'train', 'train']
    """
    groups: dict[int, list[int]] = defaultdict(list)
    for index, place in enumerate(places):
        groups[place].append(index)
    by_stratum: dict[Hashable, list[int]] = defaultdict(list)
    for place, indexes in groups.items():
        by_stratum[strata[indexes[0]]].append(place)
    sides = ["train"] * len(places)
    for members in by_stratum.values():
        ordered = sorted(members)
        sizes = [len(groups[place]) for place in ordered]
        for place, side in zip(ordered, _quotas(sizes, shares, len(places)), strict=True):
            for index in groups[place]:
                sides[index] = side
    return sides


def by_time(times: Sequence[float], places: Sequence[int], shares: Shares) -> list[str]:
    """Return the same, with the newest rows in the first share, those before them in the next, the oldest in training.

    Rows of one group go with the newest of them; rows without a time (not a number) are the oldest.

    >>> by_time([1.0, 3.0, 2.0, float("nan")], [9, 8, 7, 6], {"test": (0.25, 10)})
    ['train', 'test', 'train', 'train']
    """
    newest: dict[int, float] = {}
    for time, place in zip(times, places, strict=True):
        newest[place] = max(newest.get(place, -math.inf), -math.inf if math.isnan(time) else time)
    order = sorted(range(len(times)), key=lambda n: (-newest[places[n]], places[n]))
    sides = ["train"] * len(times)
    start = 0
    for name, (share, at_most) in shares.items():
        end = start + min(round(share * len(times)), at_most)
        while 0 < end < len(order) and places[order[end]] == places[order[end - 1]]:
            end += 1
        for index in order[start:end]:
            sides[index] = name
        start = max(start, end)
    return sides


def _halved(share: float, at_most: int, n: int) -> float:
    while share * n > at_most:
        share /= 2
    return share


def _with_all_strata(sides: list[str], places: Sequence[int], strata: Sequence[Hashable]) -> list[str]:
    learned = {stratum for side, stratum in zip(sides, strata, strict=True) if side == "train"}
    highest: dict[Hashable, int] = {}
    for place, stratum in zip(places, strata, strict=True):
        if stratum not in learned:
            highest[stratum] = max(place, highest.get(stratum, -1))
    kept = set(highest.values())
    return ["train" if place in kept else side for side, place in zip(sides, places, strict=True)] if kept else sides


def _with_all_shares(
    sides: list[str], places: Sequence[int], strata: Sequence[Hashable], names: Sequence[str]
) -> list[str]:
    """Give a share that chance left empty, as it may in a small table, the lowest place that training can spare."""
    for name in names:
        if name in sides:
            continue
        rows: dict[int, list[int]] = defaultdict(list)
        for n, side in enumerate(sides):
            if side == "train":
                rows[places[n]].append(n)
        left = Counter(strata[n] for found in rows.values() for n in found)
        for place in sorted(rows):
            taken = Counter(strata[n] for n in rows[place])
            if all(left[stratum] > n for stratum, n in taken.items()):
                for n in rows[place]:
                    sides[n] = name
                break
    return sides


def _lowest(rows: list[int], places: Sequence[int], at_most: int) -> list[int]:
    """Return the rows of the lowest places, whole groups, at most so many."""
    if len(rows) <= at_most:
        return rows
    ordered = sorted(rows, key=lambda n: places[n])
    while at_most and places[ordered[at_most]] == places[ordered[at_most - 1]]:
        at_most -= 1
    return ordered[:at_most]


def _quotas(sizes: Sequence[int], shares: Shares, n_all: int) -> list[str]:
    """Fill each share with the next groups until it has its rows; the rest, at least one group, is for training."""
    sides: list[str] = []
    for name, (share, at_most) in shares.items():
        wanted = round(sum(sizes) * min(share, at_most / n_all))
        taken = 0
        while taken < wanted and len(sides) < len(sizes) - 1:
            taken += sizes[len(sides)]
            sides.append(name)
    return sides + ["train"] * (len(sizes) - len(sides))
