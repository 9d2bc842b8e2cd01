"""Do people agree? Raw agreement, Cohen's kappa for two, Krippendorff's alpha for any number with gaps."""

from collections import Counter
from collections.abc import Hashable, Sequence

METRICS: tuple[str, ...] = ()


def raw(units: Sequence[Sequence[Hashable]]) -> float | None:
    """Return the share of pairs of judgements on one thing that are the same; `None` without a pair.

    Each unit holds the judgements on one thing, in any order.

    >>> raw([["a", "a"], ["a", "b"], ["a"]])
    0.5
    """
    same = sum(n * (n - 1) for unit in units for n in Counter(unit).values())
    pairs = sum(len(unit) * (len(unit) - 1) for unit in units)
    return same / pairs if pairs else None


def cohen_kappa(ours: Sequence[Hashable], theirs: Sequence[Hashable]) -> float | None:
    """Return by how much two reviewers agree beyond chance: 1 always, 0 as chance would; `None` without a thing.

    Where both give one and the same label to everything, chance explains all of it, and 1 is returned.
    Source: Cohen 1960, "A Coefficient of Agreement for Nominal Scales".

    >>> round(cohen_kappa(list("aabb"), list("aabc")), 3)
    0.6
    """
    assert len(ours) == len(theirs)
    n = len(ours)
    if not n:
        return None
    observed = sum(a == b for a, b in zip(ours, theirs, strict=True)) / n
    mine, other = Counter(ours), Counter(theirs)
    expected = sum(mine[label] * other[label] for label in mine) / n**2
    return 1.0 if expected == 1 else (observed - expected) / (1 - expected)


def krippendorff_alpha(units: Sequence[Sequence[Hashable]]) -> float | None:
    """Return the agreement of any number of reviewers beyond chance, nominal labels; `None` without a pair.

    Things that one person alone has judged say nothing. Where only one label was ever given, 1 is returned.
    Source: Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", part C.

    >>> round(krippendorff_alpha([["a", "a"], ["b", "b"], ["a", "b"], ["b", "b"]]), 4)
    0.5333
    """
    paired = [Counter(unit) for unit in units if len(unit) > 1]
    if not paired:
        return None
    totals = sum(paired, Counter[Hashable]())
    n = totals.total()
    disagree = sum(
        counts[label] * (counts.total() - counts[label]) / (counts.total() - 1) for counts in paired for label in counts
    )
    by_chance = sum(totals[label] * (n - totals[label]) for label in totals) / (n - 1)
    return 1.0 if by_chance == 0 else 1 - disagree / by_chance
