"""Is the promised precision kept? From answers that people judged, with an interval, however often one looks.

The test is an e-detector (Shin, Ramdas and Rinaldo 2023, "E-detectors: a nonparametric framework for sequential change
detection", of Shiryaev-Roberts type): as long as each judged answer is right with at least the promised probability,
it takes on average `PATIENCE` judged answers to a false alarm, whenever the change comes and however many looks are
taken.
"""

import math
from collections.abc import Sequence

from luodi.contracts import record

PATIENCE = 20_000  # judged answers to a false alarm; at 300 a week more than a year
ODDS = (1.5, 2.0, 3.0, 5.0, 10.0)  # the odds of a mistake, compared with those promised, that are looked for
RECENT = 500  # judged answers behind the interval that is shown
MIN_JUDGED = 20
Z = 1.96  # of an interval of 95 %


@record
class Kept:
    """What people's judgements say about a promise."""

    precision: float | None
    """Among the last judged answers; `None` where there are too few."""
    low: float
    high: float
    n: int
    broken: bool


def check(right: Sequence[bool], promised: float) -> Kept:
    """Return what judged answers, oldest first, say about a promised precision.

    >>> check([True] * 95 + [False] * 5, 0.9).broken, check([True, False] * 100, 0.9).broken
    (False, True)
    """
    recent = right[-RECENT:]
    low, high = wilson(sum(recent), len(recent))
    enough = len(recent) >= MIN_JUDGED
    return Kept(
        precision=sum(recent) / len(recent) if enough else None,
        low=low,
        high=high,
        n=len(recent),
        broken=enough and high < promised and _surprise(right, promised) >= PATIENCE,
    )


def _surprise(right: Sequence[bool], promised: float) -> float:
    """Return the largest value of the detector since it was last near zero."""
    wrong = 1 - promised
    bets = []
    for odds in ODDS:
        worse = wrong * odds / (promised + wrong * odds)
        bets.append(((1 - worse) / promised, worse / wrong))
    values = [0.0] * len(bets)
    for one in right:
        values = [(value + 1) * (good if one else bad) for value, (good, bad) in zip(values, bets, strict=True)]
    return sum(values) / len(values)


def wilson(k: int, n: int, *, z: float = Z) -> tuple[float, float]:
    """Return the interval of a share k of n, 95 % wide unless `z` says otherwise.

    Source: Wilson 1927, "Probable Inference, the Law of Succession, and Statistical Inference".

    >>> [round(one, 3) for one in wilson(90, 100)]
    [0.826, 0.945]
    >>> wilson(0, 0)
    (0.0, 1.0)
    """
    if not n:
        return 0.0, 1.0
    p = k / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)
