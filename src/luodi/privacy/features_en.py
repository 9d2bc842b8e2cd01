"""What the English tagger sees of each word: its meaning, its ends, its shape.

The meaning is a vector learned from elsewhere: that of the word in the starter encoder (all-MiniLM-L6-v2, Apache-2.0),
pressed into fewer dimensions. A word that the encoder does not know has those of its longest known beginning and end.
"""

import re
import unicodedata
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

TOKEN = re.compile(r"[^\W\d_]+|\d+|\n|[^\w\s]|_")
N_VECTORS, N_WORDS, N_AFFIXES, N_SHAPES = 30_524, 1 << 15, 1 << 13, 1_024
VECTOR = 80
TABLES = ((N_VECTORS, VECTOR), (N_WORDS, 24), (N_AFFIXES, 16), (N_SHAPES, 16))
COLUMNS = (0, 0, 1, 2, 2, 2, 2, 3)
MULTIPLIER = 0x9E3779B97F4A7C15
MASK = 0xFFFF_FFFF_FFFF_FFFF


class Vocabulary:
    """Which row of the vectors a word has; words are kept as 32-bit hashes, so no string is."""

    def __init__(self, keys: NDArray[np.uint32]) -> None:
        self.rows = {int(key): row for row, key in enumerate(keys) if key}
        self.of = lru_cache(maxsize=1 << 16)(self._of)

    def _of(self, word: str) -> tuple[int, ...]:
        """Return the features of a word that do not depend on where it stands."""
        plain = plain_of(word)
        known = self.rows.get(key(plain))
        if known is not None:
            first, last = known, 0
        else:
            first = self._longest(plain[:n] for n in range(len(plain) - 1, 0, -1))
            last = self._longest("##" + plain[n:] for n in range(1, len(plain)))
        ends = (plain[:2], "^" + plain[:3], plain[-2:] + "$", plain[-3:] + "$$")
        return first, last, bucket(plain, 15), *(bucket(end, 13) for end in ends), shape(word, known=known is not None)

    def _longest(self, pieces) -> int:  # type: ignore[no-untyped-def]
        return next((row for row in (self.rows.get(key(piece)) for piece in pieces) if row is not None), 0)

    def features(self, text: str) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Return features of shape (n_tokens, n_columns) and offsets of shape (n_tokens, 2)."""
        tokens = [(match.group(), match.start(), match.end()) for match in TOKEN.finditer(text)]
        out = np.zeros((len(tokens), len(COLUMNS)), np.int32)
        offsets = np.zeros((len(tokens), 2), np.int64)
        if not tokens:
            return out, offsets
        for row, (word, _, _) in enumerate(tokens):
            out[row] = self.of(word[:40])
        offsets[:] = [(start, end) for _, start, end in tokens]
        joined = np.zeros(len(tokens), bool)
        joined[1:] = offsets[1:, 0] == offsets[:-1, 1]
        out[:, -1] += np.where(joined, N_SHAPES // 2, 0)
        return out, offsets


@lru_cache(maxsize=1 << 16)
def plain_of(word: str) -> str:
    """Return a word in small letters without accents, digits as zeros only in long numbers.

    >>> plain_of("Škoda"), plain_of("2024"), plain_of("77058")
    ('skoda', '2024', '00000')
    """
    if word.isdigit():
        return word if len(word) < 5 else "0" * min(len(word), 12)
    return "".join(one for one in unicodedata.normalize("NFKD", word.lower()) if not unicodedata.combining(one)) or word


def shape(word: str, *, known: bool) -> int:
    """Return the number of a word's shape, below N_SHAPES / 2: case, kind of characters, length."""
    if word[0].isalpha():
        case = 0 if word.islower() else 1 if word.istitle() else 2 if word.isupper() else 3
        latin = 0 if word.isascii() else 1 if ord(word[0]) < 0x250 else 2
        return 1 + ((case * 3 + latin) * 6 + min(len(word), 6) - 1) * 2 + int(known)
    if word[0].isdigit():
        return 160 + min(len(word), 12)
    return 180 + min(ord(word[0]), 255)


def ends_line(features: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Say of each token whether it is a line break, shape (n_tokens,)."""
    out: NDArray[np.bool_] = features[:, -1] % (N_SHAPES // 2) == shape("\n", known=False)
    return out


def ends_sentence(features: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Say of each token whether it is a full stop, a question mark or an exclamation mark, shape (n_tokens,)."""
    marks = [shape(one, known=known) for one in ".?!" for known in (False, True)]
    out: NDArray[np.bool_] = np.isin(features[:, -1] % (N_SHAPES // 2), marks)
    return out


def key(word: str) -> int:
    """Return the 32-bit key of a word, never 0."""
    return _number(word) >> 32 or 1


def bucket(word: str, bits: int) -> int:
    return _number(word) >> (64 - bits)


def _number(word: str) -> int:
    value = 7
    for one in word:
        value = (value * 1_000_003 + ord(one)) & MASK
    return (value * MULTIPLIER) & MASK
