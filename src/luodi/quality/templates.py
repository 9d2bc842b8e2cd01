"""Templates: texts that are the same but for numbers and names.

Words that many rows share are constant, all others are blanks, and rows with the same constants in the same order have
one template (Vaarandi 2003, "A Data Clustering Algorithm for Mining Patterns from Event Logs"). One pass to count the
words, one to build the templates: the time is linear in the text.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from luodi.contracts import record
from luodi.quality import near
from luodi.runtime import ngrams

SUPPORT, MIN_SUPPORT = 0.002, 5  # a word is constant from this share of the rows on
MIN_ROWS = 10  # fewer rows alike are near-duplicates, not a template
MIN_CONSTANTS, MIN_SHARE_CONSTANT = 4, 0.5
N_TOP, N_EXAMPLES = 10, 3
TEXTS_AT_ONCE = 4_096
PATTERN_CHARACTERS = 200
NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")

U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]


@record
class Template:
    """Rows that were made from one pattern."""

    pattern: str
    """The constant words, folded, with … for each blank."""
    n_rows: int
    share: float
    rows: tuple[int, ...]
    """Some of them."""


@record
class Templates:
    """The templates of a table."""

    top: tuple[Template, ...]
    """The ten with most rows."""
    n_templates: int
    share: float
    """The share of rows that any template of ten rows or more has."""
    of_row: I64
    """The first row of each row's template, shape (n,); itself where it has none."""


def find(texts: Sequence[str], *, min_rows: int = MIN_ROWS) -> Templates:
    """Return the templates that at least `min_rows` rows were made from.

    A pattern needs four constant words, and half of its words must be constant; a Chinese character is a word here.
    """
    n = len(texts)
    counted = Counter[int]()
    for _, row, token in _chunks(texts):
        pairs = np.unique(np.stack([row.astype(np.uint64), token]), axis=1)
        counted.update(dict(zip(*(one.tolist() for one in np.unique(pairs[1], return_counts=True)), strict=True)))
    least = max(MIN_SUPPORT, SUPPORT * n)
    constants = np.array(sorted(token for token, rows in counted.items() if rows >= least), dtype=np.uint64)
    codes, fits = np.arange(n).astype(np.uint64), np.zeros(n, np.bool_)
    if len(constants):
        for start, row, token in _chunks(texts):
            code, fit = _codes(row, token, constants)
            codes[start : start + len(code)], fits[start : start + len(code)] = code, fit
    alike = np.flatnonzero(fits)
    _, first, which, sizes = np.unique(codes[alike], return_index=True, return_inverse=True, return_counts=True)
    large = sizes >= min_rows
    of_row = np.arange(n)
    of_row[alike] = np.where(large[which], alike[first][which], alike)
    order = [int(one) for one in np.lexsort((first, -sizes)) if large[one]]
    top = tuple(
        Template(
            pattern=_pattern(texts[int(alike[first[one]])], constants),
            n_rows=int(sizes[one]),
            share=round(float(sizes[one]) / n, 4),
            rows=tuple(alike[which == one][:N_EXAMPLES].tolist()),
        )
        for one in order[:N_TOP]
    )
    share = float(sizes[large].sum()) / max(1, n)
    return Templates(top=top, n_templates=int(large.sum()), share=round(share, 4), of_row=of_row)


def _chunks(texts: Sequence[str]) -> Iterator[tuple[int, I64, U64]]:
    """Yield (first row, row within the chunk, token) for some thousand texts at a time; every number is one token."""
    for start in range(0, len(texts), TEXTS_AT_ONCE):
        part = [NUMBER.sub("0", text) for text in texts[start : start + TEXTS_AT_ONCE]]
        yield start, *near.tokens(part)


def _codes(row: I64, token: U64, constants: U64) -> tuple[U64, NDArray[np.bool_]]:
    """Return for each text of a chunk the hash of its pattern, and whether that is worth the name."""
    constant = constants[np.minimum(np.searchsorted(constants, token), len(constants) - 1)] == token
    n_all, n_constant = np.bincount(row), np.bincount(row, weights=constant)
    fit = (n_constant >= MIN_CONSTANTS) & (n_constant >= MIN_SHARE_CONSTANT * n_all)
    blank = ~constant
    again = np.append(False, blank[1:] & blank[:-1] & (row[1:] == row[:-1]))  # a run of blanks is one
    kept = ~again
    row, piece = row[kept], np.where(constant, token, np.uint64(1))[kept]
    starts = np.searchsorted(row, np.arange(len(n_all)))
    place = np.arange(len(row)) - starts[row]
    powers = np.multiply.accumulate(np.full(int(place.max()) + 1, near.BASE))
    return np.add.reduceat(ngrams.mix(piece) * powers[place], starts), fit


def _pattern(text: str, constants: U64) -> str:
    """Return a text with … for each run of words that are not constant."""
    words = near.words(NUMBER.sub("0", text))
    _, token = near.tokens([" ".join(words)])
    known = np.isin(token, constants)
    kept = [word if one else "…" for word, one in zip(words, known, strict=True)]
    folded = [word for n, word in enumerate(kept) if word != "…" or n == 0 or kept[n - 1] != "…"]
    return " ".join(folded)[:PATTERN_CHARACTERS]
