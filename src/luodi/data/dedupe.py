"""Exact duplicates and conflicting labels: found, listed with the line of their twin, and kept apart from the exam."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import Any

from luodi.contracts import record


@record
class Dropped:
    """A row that is left out because of another one."""

    index: int
    reason: str


def fingerprint(x: Any) -> bytes:
    """Return 16 bytes that are the same for texts which differ only by case or white space.

    >>> fingerprint("Two  Words") == fingerprint("two words")
    True
    """
    text = x if isinstance(x, str) else repr(x)
    return hashlib.blake2b(" ".join(text.lower().split()).encode(), digest_size=16).digest()


def find(rows: Sequence[tuple[bytes, Any, str]], *, kept: dict[bytes, str]) -> list[Dropped]:
    """Return the rows to leave out, in their order.

    A row is (fingerprint, y, where). Rows whose fingerprint is in `kept` (the test file, say) are left out. Of rows
    with the same text and label the first stays. Where labels differ, the most frequent one stays; without a most
    frequent one, none of the rows does, since nobody knows which is right.
    """
    by_text: dict[bytes, list[int]] = {}
    for index, (print_, _, _) in enumerate(rows):
        by_text.setdefault(print_, []).append(index)
    dropped = [one for print_, indexes in by_text.items() for one in _of_one_text(rows, indexes, twin=kept.get(print_))]
    return sorted(dropped, key=lambda one: one.index)


def _of_one_text(rows: Sequence[tuple[bytes, Any, str]], indexes: Sequence[int], *, twin: str | None) -> list[Dropped]:
    if twin is not None:
        return [Dropped(index=index, reason=f"stands in {twin} too") for index in indexes]
    if len(indexes) == 1:
        return []
    counts = Counter(rows[index][1] for index in indexes)
    (winner, most), *others = counts.most_common()
    if others and others[0][1] == most:
        where = " and ".join(rows[index][2] for index in indexes[:2])
        return [Dropped(index=index, reason=f"the same text has different labels in {where}") for index in indexes]
    stays = next(index for index in indexes if rows[index][1] == winner)
    return [
        Dropped(
            index=index,
            reason=f"duplicate of {rows[stays][2]}"
            if rows[index][1] == winner
            else f"the label differs from the same text in {rows[stays][2]}",
        )
        for index in indexes
        if index != stays
    ]
