"""Why a model answered so: what each word of a text adds to a label.

Where the model is a sum, its exact parts ("weights"). Otherwise what the label's log-odds lose when a word is left out
("occlusion": Zeiler and Fergus 2014, "Visualizing and Understanding Convolutional Networks", section 4.2; of words, Li
et al. 2016, "Understanding Neural Networks through Representation Erasure"). A long text is first taken apart in
pieces, and those that matter most are taken apart further.
"""

import math
import re
import unicodedata
from collections.abc import Awaitable, Callable, Iterator, Sequence
from itertools import pairwise

from luodi.contracts import Kind, Scores, record
from luodi.runtime.weights import Parts
from luodi.text import squeezed

MOST_ASKED = 128
"""Texts that the model is asked for one explanation."""
N_PIECES = 48
FINER, AT_ONCE = 8, 4  # a piece is cut into so many; so many pieces in one round
LEAST = 1e-6  # a probability is held away from 0 and 1 by this much, so that its log-odds are a number
NOTHING = "."  # what is asked when nothing is left; an empty text is no request

Ask = Callable[[Sequence[str]], Awaitable[Sequence[float]]]
"""From variants of a text to the label's log-odds in each."""


@record
class Token:
    """A word, or what stands for one."""

    text: str
    start: int
    end: int
    weight: float


def units(text: str) -> list[tuple[int, int]]:
    """Return start and end of each word, Chinese word, or run of marks; together they are all but the white space.

    >>> [("don't stop, 退款！"[a:b]) for a, b in units("don't stop, 退款！")]
    ["don't", 'stop', ',', '退款', '！']
    """
    made = []
    for found in re.finditer(r"\S+", text):
        for start, end, wide in _runs(found.group()):
            start, end = start + found.start(), end + found.start()
            made += _segments(text, start, end) if wide else [(start, end)]
    return made


def _runs(text: str) -> Iterator[tuple[int, int, bool]]:
    """Yield start and end of each run of one sort, and whether it is Chinese."""
    sorts = [_sort(one) for one in text]
    for at in range(1, len(text) - 1):  # an apostrophe or a hyphen within a word is part of it
        if text[at] in "'’-" and sorts[at - 1] == sorts[at + 1] == "word":
            sorts[at] = "word"
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or sorts[at] != sorts[start]:
            yield start, at, sorts[start] == "wide"
            start = at


def _sort(one: str) -> str:
    point = ord(one)
    if (0x2E80 <= point <= 0x9FFF and one.isalnum()) or 0xF900 <= point <= 0xFAFF or point >= 0x20000:
        return "wide"
    return "word" if unicodedata.category(one)[0] in "LNM" or one == "_" else "mark"


def _segments(text: str, start: int, end: int) -> list[tuple[int, int]]:
    import rjieba

    made = []
    for word in rjieba.cut(text[start:end]):
        made.append((start, start + len(word)))
        start += len(word)
    return made


def summed(text: str, parts: Parts) -> list[Token]:
    """Return each word with the sum over its characters."""
    return [
        Token(text=text[start:end], start=start, end=end, weight=float(parts.characters[start:end].sum()))
        for start, end in units(text)
    ]


async def occluded(text: str, ask: Ask, *, most: int = MOST_ASKED) -> list[Token]:
    """Return each word with what the label's log-odds lose without it.

    In a text of more than `most` words some share the weight of the piece that they stand in.
    """
    found = units(text)
    if not found:
        return []
    (whole,) = await ask([text])

    async def lost(pieces: Sequence[range]) -> list[float]:
        without = [_without(text, found[piece.start][0], found[piece.stop - 1][1]) for piece in pieces]
        return [whole - one for one in await ask(without)]

    pieces = _cut(range(len(found)), N_PIECES if len(found) > most else len(found))
    weighed = dict(zip(pieces, await lost(pieces), strict=True))
    left = most - len(pieces)
    while left > 0:
        coarse = sorted((one for one in weighed if len(one) > 1), key=lambda one: -abs(weighed[one]))[:AT_ONCE]
        finer = [one for piece in coarse for one in _cut(piece, FINER)]
        if not finer:
            break
        for piece in coarse:
            del weighed[piece]
        weighed |= zip(finer, await lost(finer), strict=True)
        left -= len(finer)
    share = {n: weight / len(piece) for piece, weight in weighed.items() for n in piece}
    return [Token(text=text[a:b], start=a, end=b, weight=share[n]) for n, (a, b) in enumerate(found)]


def _cut(whole: range, n: int) -> list[range]:
    """Cut a range into at most n of about equal length.

    >>> _cut(range(0, 7), 3)
    [range(0, 2), range(2, 4), range(4, 7)]
    """
    n = min(n, len(whole))
    edges = [whole.start + len(whole) * k // n for k in range(n + 1)]
    return [range(a, b) for a, b in pairwise(edges)]


def _without(text: str, start: int, end: int) -> str:
    return squeezed(text[:start] + text[end:]) or NOTHING


def log_odds(scores: Scores, label: str) -> float:
    """Return the logarithm of a label's odds.

    >>> log_odds({"a": 0.5}, "a")
    0.0
    """
    p = min(1 - LEAST, max(LEAST, scores[label]))
    return math.log(p / (1 - p))


def lead(kind: Kind, scores: Scores, label: str) -> float:
    """Return the label's calibrated logit, less the mean of the others where one label is chosen."""
    if kind == "tag":
        return log_odds(scores, label)
    others = [math.log(max(LEAST, p)) for name, p in scores.items() if name != label]
    return math.log(max(LEAST, scores[label])) - (sum(others) / len(others) if others else 0.0)
