"""What the Chinese tagger sees of each character: itself, its neighbors, the dictionary word around it."""

import unicodedata
from collections.abc import Sequence

import numpy as np
import rjieba
from numpy.typing import NDArray

FIRST, LAST = 0x4E00, 0x9FFF  # CJK Unified Ideographs
N_OTHER = 1_024
N_CHARACTERS = LAST - FIRST + 1 + N_OTHER
N_PAIRS, N_WORDS, N_PARTS = 1 << 15, 1 << 14, 256
TABLES = ((N_CHARACTERS, 64), (N_PAIRS, 32), (N_WORDS, 32), (N_PARTS, 24))
COLUMNS = (0, 1, 1, 2, 2, 2, 3)
MULTIPLIER = 0x9E3779B97F4A7C15  # Knuth 1998, volume 3, section 6.4: the golden ratio in 64 bits
PARTS = (  # the parts of speech that the dictionary knows
    "a ad ag an b c d df dg e eng f g h i j k l m mg mq n ng nr nrfg nrt ns nt nz o p q r rg rr rz s t tg "
    "u ud ug uj ul uv uz v vd vg vi vn vq x y z zg"
)
PART_OF = {part: n for n, part in enumerate(PARTS.split())}


def features(text: str) -> NDArray[np.int32]:
    """Return the feature numbers of each character, shape (len(text), len(COLUMNS))."""
    out = np.zeros((len(text), len(COLUMNS)), np.int32)
    if not text:
        return out
    points = np.array([ord(one) for one in narrow(text)], np.uint64)
    out[:, 0] = np.where((points >= FIRST) & (points <= LAST), points - FIRST, LAST - FIRST + 1 + points % N_OTHER)
    ends = np.concatenate([[0], points, [0]]).astype(np.uint64)
    pairs = _bucket(ends[:-1] * np.uint64(0x110000) + ends[1:], 15)
    out[:, 1], out[:, 2] = pairs[:-1], pairs[1:]
    words = rjieba.tag(text)
    hashes = np.concatenate([[0], _bucket(np.array([_number(word) for word, _ in words], np.uint64), 14), [0]])
    lengths = np.array([len(word) for word, _ in words])
    index = np.repeat(np.arange(len(words)), lengths)
    out[:, 3], out[:, 4], out[:, 5] = hashes[index], hashes[index + 1], hashes[index + 2]
    place = np.arange(len(text)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    last = place == lengths[index] - 1
    parts = np.array([PART_OF.get(part, len(PART_OF)) for _, part in words])
    out[:, 6] = parts[index] * 4 + np.where(place == 0, 0, 1) + np.where(last, 2, 0)
    return out


def narrow(text: str) -> str:
    """Return full-width letters, digits and punctuation as ASCII, one character for one; letters small, any digit 0.

    >>> narrow("ＡＢ１，王")
    'ab0,王'
    """
    return "".join(_narrow(one) for one in text)


def _narrow(character: str) -> str:
    simple = unicodedata.normalize("NFKC", character).lower()
    if len(simple) != 1:
        return character
    return "0" if simple.isdigit() else simple


def _number(word: str) -> int:
    """Return a polynomial hash of a word; digits of any value count as one."""
    value = 7
    for one in word.lower():
        value = (value * 1_000_003 + (48 if one.isdigit() else ord(one))) & 0xFFFF_FFFF_FFFF_FFFF
    return value


def _bucket(values: NDArray[np.uint64], bits: int) -> NDArray[np.int64]:
    return ((values * np.uint64(MULTIPLIER)) >> np.uint64(64 - bits)).astype(np.int64)


def cut(text: str, longest: int = 120) -> Sequence[tuple[int, int]]:
    """Return (start, end) of the pieces that are tagged one by one: sentences, or what fits."""
    pieces, start, soft = [], 0, 0
    for n, one in enumerate(text):
        if one in "\n。！？!?；;" or n + 1 - start >= longest:
            stop = n + 1 if one in "\n。！？!?；;" or soft <= start else soft
            pieces.append((start, stop))
            start = stop
        elif one in "，,、 ：:":
            soft = n + 1
    return [*pieces, (start, len(text))] if start < len(text) else pieces
