"""Exact duplicates and conflicting labels: found, listed with the line of their twin, and kept apart from the exam."""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Literal

from luodi.contracts import record
from luodi.text import squeezed

N_PRINT = 16
PARTS = ("train", "dev", "test")
Seen = Literal["test", "train", "keep"]


@record
class Dropped:
    """A row that is left out because of another one."""

    index: int
    reason: str
    seen: bool = False
    """Whether it would have been an exam question that training has met."""


def fingerprint(x: Any) -> bytes:
    """Return 16 bytes that are the same for texts which differ only by case or white space.

    >>> fingerprint("Two  Words") == fingerprint("two words")
    True
    """
    text = (x if isinstance(x, str) else repr(x)).lower()
    return hashlib.blake2b(squeezed(text).encode(), digest_size=N_PRINT).digest()


def twins(prints: bytes | bytearray) -> list[list[int]]:
    """Return the rows that share a fingerprint, as lists of two or more indexes in order; 16 bytes a row.

    >>> twins(fingerprint("a") + fingerprint("b") + fingerprint("A"))
    [[0, 2]]
    """
    import numpy as np

    halves = np.frombuffer(prints, np.uint64).reshape(-1, 2)
    order = np.lexsort((np.arange(len(halves)), halves[:, 1], halves[:, 0]))
    same = (halves[order[1:]] == halves[order[:-1]]).all(axis=1)
    ends = np.flatnonzero(np.diff(np.concatenate([[False], same, [False]]).astype(np.int8)))
    return sorted(order[a : b + 1].tolist() for a, b in zip(ends[::2], ends[1::2], strict=True))


def leave_out(
    groups: Sequence[Sequence[int]],
    *,
    part_of: Callable[[int], str],
    y_of: Callable[[int], Any],
    where: Callable[[int], Any],
    seen: Seen,
    several: bool = False,
) -> list[Dropped]:
    """Return the rows of equal texts to leave out, in their order.

    Within a part, the first of rows with one label stays. Where labels differ, the most frequent one stays; without a
    most frequent one, none of the rows does, since nobody knows which is right. An exam that was given keeps its
    repetitions. Across parts, `seen` says which side a text leaves that stands on both. With `several` a
    text may have several right answers: of a part only rows that say the same are left out.
    """
    dropped: list[Dropped] = []
    for indexes in groups:
        left: dict[str, list[int]] = {}
        for part in PARTS:
            members = [index for index in indexes if part_of(index) == part]
            judge = _repeated if several else _of_one_text
            gone = [] if part == "test" else judge(members, y_of, where)
            dropped += gone
            out = {one.index for one in gone}
            left[part] = [index for index in members if index not in out]
        dropped += _across(left, where, seen)
    return sorted(dropped, key=lambda one: one.index)


def _across(left: dict[str, list[int]], where: Callable[[int], Any], seen: Seen) -> list[Dropped]:
    if seen == "keep":
        return []
    order = PARTS if seen == "test" else tuple(reversed(PARTS))
    dropped: list[Dropped] = []
    stays: int | None = None
    for part in order:
        if stays is not None:
            reason = f"stands in {where(stays)} too"
            dropped += [Dropped(index=index, reason=reason, seen=seen == "test") for index in left[part]]
        elif left[part]:
            stays = left[part][0]
    return dropped


def _repeated(indexes: Sequence[int], y_of: Callable[[int], Any], where: Callable[[int], Any]) -> list[Dropped]:
    first: dict[Any, int] = {}
    return [
        Dropped(index=index, reason=f"duplicate of {where(stays)}")
        for index in indexes
        if (stays := first.setdefault(y_of(index), index)) != index
    ]


def _of_one_text(indexes: Sequence[int], y_of: Callable[[int], Any], where: Callable[[int], Any]) -> list[Dropped]:
    if len(indexes) < 2:
        return []
    counts = Counter(y_of(index) for index in indexes)
    (winner, most), *others = counts.most_common()
    if others and others[0][1] == most:
        places = " and ".join(str(where(index)) for index in indexes[:2])
        return [Dropped(index=index, reason=f"the same text has different labels in {places}") for index in indexes]
    stays = next(index for index in indexes if y_of(index) == winner)
    return [
        Dropped(
            index=index,
            reason=f"duplicate of {where(stays)}"
            if y_of(index) == winner
            else f"the label differs from the same text in {where(stays)}",
        )
        for index in indexes
        if index != stays
    ]
