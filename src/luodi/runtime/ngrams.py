"""Every n-gram of many texts as 64-bit numbers, without a Python loop over them.

A polynomial hash of all prefixes of the joined texts gives the hash of any stretch from a to b as
(H[b] - H[a]) / P^a modulo 2^64 (Karp and Rabin 1987), so characters, words and pairs of words are all just arrays of
places. A vocabulary is then a sorted array of numbers: no strings, nothing of the user's text in it.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]

BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, so it has an inverse
INVERSE = np.uint64(pow(int(BASE), -1, 1 << 64))
SPACE = 32
TEXTS_AT_ONCE, CHARACTERS_AT_ONCE = 2_048, 500_000  # some hundred MB while they are sorted
LOOKED_UP_AT_ONCE = 256  # their n-grams stay in the cache
LETTER, MARK, BLANK, UNKNOWN = 1, 2, 0, 255
_KINDS = np.full(0x110000, UNKNOWN, np.uint8)  # of every character there can be; filled as they are met


def counts(texts: Sequence[str], channels: Sequence[str]) -> Iterator[tuple[I64, U64, I64]]:
    """Yield (row, n-gram, count) arrays, sorted by row, for some texts at a time.

    A channel is `chars:1-3`, `words:1-2`, `skips` (two characters around a third), `segments:1-2` (Chinese words by
    dictionary) or `tags:1-2` (their parts of speech).
    """
    for start, part in _parts(texts, TEXTS_AT_ONCE):
        rows, grams = _grams(part, channels)
        order = np.lexsort((grams, rows))
        rows, grams = rows[order], grams[order]
        new = np.ones(len(rows), dtype=np.bool_)
        new[1:] = (rows[1:] != rows[:-1]) | (grams[1:] != grams[:-1])
        first = np.flatnonzero(new)
        yield rows[first] + start, grams[first], np.diff(np.append(first, len(rows)))


def _parts(texts: Sequence[str], most: int) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield stretches of the texts, and where each begins: so many texts, or so many characters, and one at least."""
    start = n = 0
    for at, text in enumerate(texts):
        if at > start and (at - start >= most or n + len(text) > CHARACTERS_AT_ONCE):
            yield start, texts[start:at]
            start, n = at, 0
        n += len(text)
    if start < len(texts):
        yield start, texts[start:]


class Vocabulary:
    """Sorted n-grams, in which those of a text are looked up before they are counted: most texts have many others.

    Looked up by their first bits, since they are spread evenly; and one number for row and feature sorts ten times as
    fast as two (docs/logbook.md, 2026-11-24).
    """

    def __init__(self, grams: U64) -> None:
        self.grams = grams  # (n_features,), sorted
        bits = min(22, max(1, len(grams)).bit_length() + 2)
        self.shift = np.uint64(64 - bits)
        first = np.arange(1 << bits, dtype=np.uint64) << self.shift
        self.starts = np.append(np.searchsorted(grams, first), len(grams)).astype(np.int32)

    def find(self, grams: U64) -> I64:
        """Return the place of each n-gram, or -1."""
        begin = (grams >> self.shift).astype(np.int64)
        at, end = self.starts[begin], self.starts[begin + 1]
        found = np.full(len(grams), -1, dtype=np.int64)
        left = np.flatnonzero(at < end)
        while len(left):
            here = at[left]
            same = self.grams[here] == grams[left]
            found[left[same]] = here[same]
            at[left] += 1
            left = left[~same & (here + 1 < end[left])]
        return found

    def counts(self, texts: Sequence[str], channels: Sequence[str]) -> Iterator[tuple[I64, I64, I64]]:
        """Yield (row, feature, count) arrays, sorted by row and feature, for some texts at a time."""
        size = max(1, len(self.grams))
        for start, part in _parts(texts, LOOKED_UP_AT_ONCE):
            rows, grams = _grams(part, channels)
            at = self.find(grams)
            known = at >= 0
            both, n = np.unique(rows[known] * size + at[known], return_counts=True)
            row, feature = np.divmod(both, size)
            yield row + start, feature, n


def normalize(text: str) -> str:
    """Fold width and case and squeeze white space; one space at both ends marks the borders.

    >>> normalize("Ａ  b")
    ' a b '
    """
    return " " + re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text).lower()).strip() + " "


def places(normal: str, channels: Sequence[str]) -> tuple[I64, I64, U64]:
    """Return start, end and n-gram of every stretch of one normalized text, in no order."""
    starts, ends, grams = zip(*_stretches(_page([normal]), channels), strict=True)
    return np.concatenate(starts), np.concatenate(ends), np.concatenate(grams)


def _grams(texts: Sequence[str], channels: Sequence[str]) -> tuple[I64, U64]:
    page = _page([normalize(text) for text in texts])
    starts, _, grams = zip(*_stretches(page, channels), strict=True)
    return page.row[np.concatenate(starts)], np.concatenate(grams)


def _page(normal: Sequence[str]) -> "_Page":
    points = np.frombuffer("".join(normal).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    return _Page(normal, points, np.repeat(np.arange(len(normal)), np.array([len(text) for text in normal])))


def _stretches(page: "_Page", channels: Sequence[str]) -> Iterator[tuple[I64, I64, U64]]:
    for n, channel in enumerate(channels):
        kind, _, span = channel.partition(":")
        low, _, high = span.partition("-")
        for size in range(int(low or 1), int(high or low or 1) + 1):
            start, end, gram = getattr(page, kind)(size)
            yield start, end, mix(gram + np.uint64((n + 1) * 1_000 + size))


class _Page:
    """Texts laid end to end, with the hashes of all their prefixes."""

    def __init__(self, texts: Sequence[str], points: U64, row: I64) -> None:
        n = len(points)
        self.texts, self.points, self.row, self.n = texts, points, row, n
        powers, self.inverses = _powers(n + 1)
        self.prefix = np.zeros(n + 1, np.uint64)
        np.cumsum((points + np.uint64(1)) * powers[:n], out=self.prefix[1:])

    def stretch(self, a: I64, b: I64) -> tuple[I64, I64, U64]:
        """Return start, end and hash of the stretches [a, b) that stay within one text."""
        inside = self.row[a] == self.row[b - 1]
        a, b = a[inside], b[inside]
        return a, b, (self.prefix[b] - self.prefix[a]) * self.inverses[a]

    def chars(self, size: int) -> tuple[I64, I64, U64]:
        a = np.arange(max(0, self.n - size + 1))
        if size == 1:
            a = a[self.points[a] != SPACE]
        return self.stretch(a, a + size)

    def skips(self, size: int) -> tuple[I64, I64, U64]:
        a = np.arange(max(0, self.n - 2))
        a = a[self.row[a] == self.row[a + 2]]
        return a, a + 3, self.points[a] * BASE * BASE + self.points[a + 2] * INVERSE

    def words(self, size: int) -> tuple[I64, I64, U64]:
        """A word is a run of letters and digits; a Chinese character or a mark is one by itself."""
        kinds = _kinds(self.points)
        before, after = np.roll(kinds, 1), np.roll(kinds, -1)
        start = np.flatnonzero((kinds == MARK) | ((kinds == LETTER) & (before != LETTER)))
        end = np.flatnonzero((kinds == MARK) | ((kinds == LETTER) & (after != LETTER))) + 1
        return self.stretch(start[: max(0, len(start) - size + 1)], end[size - 1 :])

    def segments(self, size: int) -> tuple[I64, I64, U64]:
        import rjieba

        words = [word for text in self.texts for word in rjieba.cut(text)]
        end = np.cumsum(np.array([len(word) for word in words], dtype=np.int64))
        start = end - np.array([len(word) for word in words], dtype=np.int64)
        real = np.array([not word.isspace() for word in words], dtype=np.bool_)
        start, end = start[real], end[real]
        return self.stretch(start[: max(0, len(start) - size + 1)], end[size - 1 :])

    def tags(self, size: int) -> tuple[I64, I64, U64]:
        import rjieba

        tagged = [(len(word), _number(tag)) for text in self.texts for word, tag in rjieba.tag(text)]
        flat = np.array([tag for _, tag in tagged], dtype=np.uint64)
        end = np.cumsum(np.array([length for length, _ in tagged], dtype=np.int64))
        start = end - np.array([length for length, _ in tagged], dtype=np.int64)
        n = max(0, len(flat) - size + 1)
        gram = np.zeros(n, np.uint64)
        for k in range(size):
            gram = gram * BASE + flat[k : k + n]
        start, end = start[:n], end[size - 1 : size - 1 + n]
        inside = self.row[start] == self.row[end - 1]
        return start[inside], end[inside], gram[inside]


@cache
def _number(tag: str) -> int:
    return int.from_bytes(tag.encode()[:8], "big")


_POWERS: list[tuple[U64, U64]] = []


def _powers(n: int) -> tuple[U64, U64]:
    """Return the first n powers of the base and of its inverse; kept, since every call needs them."""
    if not _POWERS or len(_POWERS[0][0]) < n:
        size = 1 << max(12, (n - 1).bit_length())
        made = []
        for base in (BASE, INVERSE):
            powers = np.full(size, base, np.uint64)
            powers[0] = 1
            made.append(np.multiply.accumulate(powers))
        _POWERS[:] = [(made[0], made[1])]
    return _POWERS[0][0][:n], _POWERS[0][1][:n]


def _kinds(points: U64) -> NDArray[np.uint8]:
    """Tell letters, marks and blanks apart, looking each different character up once."""
    kinds = _KINDS[points]
    for point in np.unique(points[kinds == UNKNOWN]).tolist():
        _KINDS[point] = _kind(point)
        kinds[points == point] = _KINDS[point]
    return kinds


def _kind(point: int) -> int:
    letter = chr(point)
    if letter.isspace():
        return BLANK
    wide = 0x2E80 <= point <= 0x9FFF or 0xF900 <= point <= 0xFAFF or point >= 0x20000
    return LETTER if letter.isalnum() and not wide else MARK


def mix(h: U64) -> U64:
    """Spread the bits (the finalizer of Steele, Lea and Flood 2014, "SplitMix")."""
    h = (h ^ (h >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    h = (h ^ (h >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return h ^ (h >> np.uint64(31))
