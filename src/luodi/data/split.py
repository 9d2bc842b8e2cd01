"""Which rows are learned from, chosen by, and examined on: stratified, grouped, and the same after every run."""

import hashlib
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence


def split(units: Sequence[tuple[str, Hashable]], shares: Mapping[str, tuple[float, int]], *, seed: int) -> list[str]:
    """Return "train" or the name of a share for each (group, stratum).

    `shares` maps a name to (share of all rows, at most so many rows), met to half a row per stratum. All rows of a
    group go to one side, placed by the stratum of its first row. Within a stratum the order is a hash of seed and
    group, so a row stays where it is when others are added, but for the few at the boundary. Every stratum keeps a
    group in training.

    >>> split([("a", 0), ("b", 0), ("c", 0), ("a", 0)], {"test": (0.25, 10)}, seed=1)
    ['test', 'train', 'train', 'test']
    """
    groups: dict[str, list[int]] = defaultdict(list)
    for index, (group, _) in enumerate(units):
        groups[group].append(index)
    strata: dict[Hashable, list[str]] = defaultdict(list)
    for group, indexes in groups.items():
        strata[units[indexes[0]][1]].append(group)
    parts = ["train"] * len(units)
    for names in strata.values():
        ordered = sorted(names, key=lambda group: hashlib.sha256(f"{seed}/{group}".encode()).digest())
        n_rows = sum(len(groups[group]) for group in ordered)
        for group, part in zip(ordered, _sides(ordered, groups, n_rows, shares, len(units)), strict=True):
            for index in groups[group]:
                parts[index] = part
    return parts


def _sides(
    ordered: Sequence[str],
    groups: Mapping[str, Sequence[int]],
    n_rows: int,
    shares: Mapping[str, tuple[float, int]],
    n_all: int,
) -> list[str]:
    """Fill each share with the next groups until it has its rows; the rest, at least one group, is for training."""
    sides: list[str] = []
    for name, (share, at_most) in shares.items():
        wanted = round(n_rows * min(share, at_most / n_all))
        taken = 0
        while taken < wanted and len(sides) < len(ordered) - 1:
            taken += len(groups[ordered[len(sides)]])
            sides.append(name)
    return sides + ["train"] * (len(ordered) - len(sides))
