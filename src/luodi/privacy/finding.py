"""A place in a text that holds personal data, and how places that overlap are settled."""

from bisect import bisect_left
from collections.abc import Iterable

from luodi.contracts import record


@record
class Finding:
    """What was found, and where: `text[start:end] == value`, in characters of the text as it was given."""

    kind: str
    """`email`, `phone`, `person`, …: a key of `luodi.privacy.find.KINDS`, or `person`, `organization`, `address`."""
    start: int
    end: int
    value: str
    score: float
    """How sure it is, 0 to 1: 1.0 where a checksum holds, less where only shape and context speak for it."""


def without_overlaps(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings none of which overlap, in the order of the text: the surer one stays, then the longer one.

    >>> short = Finding(kind="phone", start=3, end=9, value="123456", score=0.6)
    >>> long = Finding(kind="bank_card", start=0, end=9, value="000123456", score=1.0)
    >>> without_overlaps([short, long]) == [long]
    True
    """
    best_first = sorted(findings, key=lambda one: (-one.score, one.start - one.end, one.start))
    kept: list[Finding] = []
    taken: list[tuple[int, int]] = []  # sorted, disjoint
    for one in best_first:
        at = bisect_left(taken, (one.start, one.end))
        before_is_clear = at == 0 or taken[at - 1][1] <= one.start
        after_is_clear = at == len(taken) or one.end <= taken[at][0]
        if before_is_clear and after_is_clear:
            taken.insert(at, (one.start, one.end))
            kept.append(one)
    return sorted(kept, key=lambda one: one.start)
