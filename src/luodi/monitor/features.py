"""What is counted of a request: its length, its scripts, its words. Each request becomes one row of numbers.

Words are hashed into bins (Weinberger et al. 2009, "Feature Hashing for Large Scale Multitask Learning"), and of each
bin only is kept whether the text has a word in it. That is no embedding of meaning: a topic shows by its vocabulary, a
paraphrase in the same words does not show.
"""

import base64
import re
import unicodedata
import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

N_WORDS = 2_048  # bins; with fewer, more of a topic's words share theirs with a frequent word
N_KNOWN = 1 << 17  # bits for the words of the training rows: 16 kB
MOST_CHARACTERS = 2_000  # of a text; its beginning says what it is about, and a long one must not cost much
SCRIPTS = ("latin", "latin with marks", "han", "kana", "hangul", "cyrillic", "arabic", "other")
RANGES = ((0x4E00, 0x9FFF, 2), (0x3400, 0x4DBF, 2), (0x3040, 0x30FF, 3), (0xAC00, 0xD7AF, 4), (0x0400, 0x052F, 5),
          (0x0600, 0x06FF, 6))  # fmt: skip
TOKENS = re.compile(r"[\u3400-\u9fff\u3040-\u30ff]+|[^\W\d_]+")


def words(text: str) -> set[int]:
    """Return the hashes of the words of a text. Digits are no words.

    Of Chinese and Japanese, each pair of neighbouring characters is a word.

    >>> len(words("a parcel, a PARCEL")), len(words("快递没到"))
    (2, 3)
    """
    return {zlib.crc32(one.encode()) for one in _tokens(text[:MOST_CHARACTERS].lower())}


def _tokens(text: str) -> Iterator[str]:
    for token in TOKENS.findall(text):
        if token[0] < "\u3040" or token[0] > "\u9fff" or len(token) == 1:
            yield token
        else:
            yield from (token[n : n + 2] for n in range(len(token) - 1))


def scripts(text: str) -> F64:
    """Return the share of each of `SCRIPTS` among the letters; all zero without a letter."""
    counts = np.zeros(len(SCRIPTS))
    for letter in text[:500]:
        if letter.isalpha():
            counts[_script(letter)] += 1
    made: F64 = counts / max(1.0, counts.sum())
    return made


@cache
def _script(letter: str) -> int:
    code = ord(letter)
    if code < 128:
        return 0
    found = next((which for low, high, which in RANGES if low <= code <= high), None)
    if found is not None:
        return found
    return 1 if unicodedata.name(letter, "").startswith("LATIN") else len(SCRIPTS) - 1


def present(hashes: Sequence[set[int]]) -> F32:
    """Return for each set of words which bins it touches, 0 or 1, shape (n, 2048)."""
    rows = np.zeros((len(hashes), N_WORDS), np.float32)
    for row, one in zip(rows, hashes, strict=True):
        row[[h % N_WORDS for h in one]] = 1
    return rows


class Known:
    """The words of the training rows, as bits: a word that was never there is told as unknown, but for collisions."""

    def __init__(self, bits: NDArray[np.uint8]) -> None:
        self.bits = bits

    @classmethod
    def learn(cls, hashes: Iterable[set[int]]) -> "Known":
        """Remember the words of some rows."""
        present = np.zeros(N_KNOWN, np.uint8)
        for one in hashes:
            present[[h % N_KNOWN for h in one]] = 1
        return cls(np.packbits(present))

    def unknown(self, one: set[int]) -> float:
        """Return the share of words that are unknown, 0 to 1; 0 where there is no word."""
        if not one:
            return 0.0
        h = np.fromiter(one, np.int64, len(one)) % N_KNOWN
        return float(1.0 - (self.bits[h >> 3] >> (7 - (h & 7)) & 1).mean())

    def as_text(self) -> str:
        """Return the bits for a JSON file."""
        return packed(np.frombuffer(zlib.compress(self.bits.tobytes(), 9), np.uint8))

    @classmethod
    def from_text(cls, text: str) -> "Known":
        """Return what `as_text` wrote."""
        return cls(np.frombuffer(zlib.decompress(base64.b64decode(text)), np.uint8))


def packed(values: NDArray[Any]) -> str:
    """Return the bytes of an array as text."""
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode("ascii")


def unpacked(text: str, kind: Any) -> F64:
    """Return the numbers that `packed` wrote, as float64."""
    return np.frombuffer(base64.b64decode(text), kind).astype(np.float64)
