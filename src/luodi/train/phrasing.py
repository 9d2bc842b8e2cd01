"""Phrases that became each other, found in aligned pairs: to learn words from beside whole sentences.

Source: Koehn, Och and Marcu 2003, "Statistical Phrase-Based Translation", section 3.1: a phrase and its translation
have links to each other and to nothing else. Sen et al. 2021, "Neural Machine Translation of Low-Resource Languages
Using SMT Phrase Pair Injection", learn from such phrases beside the sentences.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from luodi.train.aligning import Links, Row

LONGEST = 5
"""Pieces of a text; its translation has at most two more."""
LEAST_TIMES, LEAST_SHARE = 2, 0.2
Phrase = tuple[tuple[int, ...], tuple[int, ...]]


def phrases(
    pairs: Sequence[tuple[Row, Row]], links: Sequence[Links], *, starts: Sequence[bool], marks: Sequence[bool]
) -> list[Phrase]:
    """Return phrases and their translations, each that was met more than once and is no rare one of its phrase.

    `starts` says of each piece whether a word begins with it, `marks` whether it is punctuation, which ends a phrase.
    """
    times = Counter(one for pair, link in zip(pairs, links, strict=True) for one in _of(*pair, link, starts, marks))
    given = Counter[tuple[int, ...]]()
    for (ours, _), n in times.items():
        given[ours] += n
    return sorted(one for one, n in times.items() if n >= LEAST_TIMES and n >= LEAST_SHARE * given[one[0]])


def _of(ours: Row, theirs: Row, links: Links, starts: Sequence[bool], marks: Sequence[bool]) -> Iterator[Phrase]:
    """Yield the phrases of a pair."""
    to, back = (_reach(one > 0) for one in (links.T, links))
    for first, piece in enumerate(ours):
        if to[first] is None or marks[piece]:
            continue
        low, high = len(theirs), -1
        for last in range(first, min(len(ours), first + LONGEST)):
            if marks[ours[last]]:
                break
            if (reached := to[last]) is None:
                continue
            low, high = min(low, reached[0]), max(high, reached[1])
            if high - low > LONGEST + 1:
                break
            inside = all(one is None or first <= one[0] <= one[1] <= last for one in back[low : high + 1])
            if inside and starts[theirs[low]] and (high + 1 == len(theirs) or starts[theirs[high + 1]]):
                yield tuple(ours[first : last + 1]), tuple(theirs[low : high + 1])


def _reach(linked: np.ndarray) -> list[tuple[int, int] | None]:
    """Return for each row the first and the last column that it is linked to."""
    found = [np.flatnonzero(row) for row in linked]
    return [(int(one[0]), int(one[-1])) if len(one) else None for one in found]
