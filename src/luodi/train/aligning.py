"""Which pieces of a text became which of its translation, learned from the pairs alone.

Source: Brown et al. 1993, "The Mathematics of Statistical Machine Translation", section 4 (model 1); Dyer, Chahuneau
and Smith 2013, "A Simple, Fast, and Effective Reparameterization of IBM Model 2", for places: what stands at a third of
a text stands at about a third of its translation. Both directions have to agree (Liang, Taskar and Klein 2006).
"""

import random
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from luodi.log import progress

Row = Sequence[int]
Floats = NDArray[np.float64]
Links = NDArray[np.uint8]
"""Of a pair: for each piece of the translation where in the text it comes from, (theirs, ours).

Rows sum to about `WHOLE`, or to 0 for a piece that comes from nowhere. Small numbers, as there is one for each cell."""
WHOLE = 255
ROUNDS, FIRST_WITHOUT_PLACES = 10, 5
DIAGONAL, NOWHERE = 4.0, 0.08
RARE = 2.0
"""A piece that was met a few times is not sure of what it became: so much is taken from each that it may have been."""
LEAST = 0.25
MOST_CELLS = 6_000_000
"""Pairs of pieces that are learned from: 150 MB; of more pairs of texts some."""
CHUNK = 100  # pairs whose cells are in memory together: of the longest ones 4 million


def align(pairs: Sequence[tuple[Row, Row]], *, n_pieces: int, starts: Sequence[bool], seed: int) -> list[Links]:
    """Return the links of each pair. `starts` says of each piece whether a word begins with it: one is linked whole."""
    there = _Direction(n_pieces, _some(pairs, seed))
    back = _Direction(n_pieces, _some([(theirs, ours) for ours, theirs in pairs], seed))
    made: list[Links] = []
    for start in progress(range(0, len(pairs), CHUNK), total=-(-len(pairs) // CHUNK), doing="finding what became what"):
        part = pairs[start : start + CHUNK]
        forward, backward = there.links(part), back.links([(theirs, ours) for ours, theirs in part])
        for (_, theirs), one, other in zip(part, forward, backward, strict=True):
            made.append(_agreed(one, other.T, [starts[piece] for piece in theirs]))
    return made


class _Direction:
    """How likely a piece of one language becomes one of the other."""

    def __init__(self, n_pieces: int, pairs: Sequence[tuple[Row, Row]]) -> None:
        self.n_pieces = n_pieces
        cells = _Cells(pairs, n_pieces)
        self.keys, at = np.unique(cells.keys, return_inverse=True)
        givers = self.keys // n_pieces
        self.table = np.full(len(self.keys), 1.0)
        for n in range(ROUNDS):
            share = cells.share(self.table[at], placed=n >= FIRST_WITHOUT_PLACES)
            counts = np.bincount(at, share, minlength=len(self.keys))
            self.table = counts / (np.bincount(givers, counts)[givers] + RARE)

    def links(self, pairs: Sequence[tuple[Row, Row]]) -> Iterator[Floats]:
        """Yield for each pair how likely each piece of the second comes from each of the first, (second, first)."""
        cells = _Cells(pairs, self.n_pieces)
        at = np.minimum(np.searchsorted(self.keys, cells.keys), len(self.keys) - 1)
        found = np.where(self.keys[at] == cells.keys, self.table[at], 1e-9)
        share, start = cells.share(found, placed=True), 0
        for ours, theirs in pairs:
            end = start + len(theirs) * (len(ours) + 1)
            yield share[start:end].reshape(len(theirs), len(ours) + 1)[:, 1:]
            start = end


class _Cells:
    """Each piece of a translation with each of its text and with none, one after the other, of some pairs."""

    def __init__(self, pairs: Sequence[tuple[Row, Row]], n_pieces: int) -> None:
        keys, near, widths = [], [], []
        for ours, theirs in pairs:
            given, made = np.array([0, *(one + 1 for one in ours)], dtype=np.int64), np.array(theirs, dtype=np.int64)
            keys.append((given[None] * n_pieces + made[:, None]).ravel())
            weight = np.exp(-DIAGONAL * np.abs(_places(len(ours)) - _places(len(made))[:, None]))
            weight *= (1 - NOWHERE) / np.maximum(weight.sum(axis=1, keepdims=True), 1e-9)
            near.append(np.hstack([np.full((len(made), 1), NOWHERE), weight]).ravel())
            widths += [len(given)] * len(made)
        self.keys, self.near = np.concatenate(keys), np.concatenate(near)
        self.rows = np.repeat(np.arange(len(widths)), widths)

    def share(self, likely: Floats, *, placed: bool) -> Floats:
        """Return how much of each piece of a translation comes from each of its text, so that a piece sums to 1."""
        weighed = likely * self.near if placed else likely
        made: Floats = weighed / np.bincount(self.rows, weighed)[self.rows]
        return made


def _places(n: int) -> Floats:
    """Return where each of n pieces stands in its text, between 0 and 1."""
    return (np.arange(n) + 0.5) / max(1, n)


def _some(pairs: Sequence[tuple[Row, Row]], seed: int) -> list[tuple[Row, Row]]:
    """Return pairs, in an order by chance, of as many cells as there is room for."""
    room, taken = MOST_CELLS, list[tuple[Row, Row]]()
    for ours, theirs in random.Random(seed).sample(pairs, len(pairs)):
        room -= (len(ours) + 1) * len(theirs)
        if taken and room < 0:
            break
        taken.append((ours, theirs))
    return taken


def _agreed(forward: Floats, backward: Floats, starts: Sequence[bool]) -> Links:
    """Return the links on which both directions agree; the pieces of a word have one row between them."""
    joint = np.sqrt(forward * backward)
    words = np.cumsum([n == 0 or one for n, one in enumerate(starts)], dtype=np.int64) - 1
    whole = np.zeros((int(words[-1]) + 1 if len(words) else 0, joint.shape[1]))
    np.maximum.at(whole, words, joint)
    whole[whole < LEAST] = 0.0
    shares = whole / np.maximum(whole.sum(axis=1, keepdims=True), 1e-9)
    made: Links = np.rint(WHOLE * shares[words]).astype(np.uint8)
    return made
