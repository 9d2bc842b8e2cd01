"""Near-duplicates: texts that are the same but for a word, a mark, or the order of their clauses.

A token is a word, or a Chinese character; marks, case, width and white space count for nothing, digits do. Candidates
are found by MinHash over pairs of neighbouring tokens (Broder 1997, "On the resemblance and containment of documents")
in bands (Leskovec, Rajaraman and Ullman 2020, "Mining of Massive Datasets", section 3.4). Every candidate is then held
against the real thing: the Jaccard similarity of its tokens and pairs of tokens. What is reported has been compared.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from luodi.contracts import record
from luodi.runtime import ngrams

if TYPE_CHECKING:
    import scipy.sparse as sp  # a service that only serves has none, and asks for signatures and similarities alone

U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]
F32 = NDArray[np.float32]

THRESHOLD = 0.6  # a word changed in a headline of ten (docs/logbook.md, 2026-11-24)
N_BANDS = 32  # 128 bytes a row
WIDTH = 3  # hashes in a band, and two more for long texts, which share some pairs by chance
SHORT, LONG = 40, 80  # pairs of tokens; a text in between has bands of both widths, so that it can meet both sides
MAX_PAIRS = 192  # of a longer text a sample is hashed, the same pairs in each text that has them
TEXTS_AT_ONCE = 4_096
PAIRS_AT_ONCE, COMPARED_AT_ONCE, READ_AT_ONCE = 65_536, 2_048, 1_024
MOST_GRAMS = 40_000_000  # kept of the texts that are compared: 160 MB
WINDOW, CROWD, CROWD_WINDOW = 8, 64, 2  # neighbours a row is compared with; fewer where a band holds more than CROWD
ROUNDS = 16  # representatives a cluster may have; a row that is near none of them stays alone
MOST_MISSES, MOST_CROWD_MISSES = 24, 8  # a row that was compared in vain so often is not compared with its likes
MOST_REMEMBERED = 4_000_000  # pairs that were compared and are not alike

BASE = np.uint64(0x9E3779B97F4A7C15)
POWERS = np.multiply.accumulate(np.full(64, BASE))
N_HASHES = N_BANDS * WIDTH
MULTIPLIERS = np.random.default_rng(1_997).integers(1 << 63, size=N_HASHES, dtype=np.uint64) * np.uint64(2) + np.uint64(
    1
)
NO_LETTERS = re.compile(r"[\W_]+")


@record
class Near:
    """What is near what, for n rows."""

    cluster: I64
    """The first row of the cluster a row is in, shape (n,): a chain of near-duplicates links the two. For splits."""
    representative: I64
    """An earlier row of the cluster that a row itself is near, shape (n,); itself where there is none. For dropping."""
    similarity: F32
    """The Jaccard similarity of row and representative, shape (n,)."""


def signatures(texts: Sequence[str]) -> U32:
    """Return the bands of each text, shape (n, 32): texts that share a band are worth comparing.

    A row depends on its text alone, so chunks of texts may be signed in other processes and stacked.
    """
    out = np.empty((len(texts), N_BANDS), np.uint32)
    for start in range(0, len(texts), TEXTS_AT_ONCE):
        part = texts[start : start + TEXTS_AT_ONCE]
        out[start : start + len(part)] = _bands(*_pairs(*tokens(part)), len(part))
    return out


def clusters(bands: U32, text_of: Callable[[Sequence[int]], Sequence[str]], *, threshold: float = THRESHOLD) -> Near:
    """Return the near-duplicates among the rows of `bands`, which `signatures` made, shape (n, 32).

    `text_of` returns the texts of some rows. Rows are in one cluster when a chain of pairs of at least `threshold`
    links them. The work is linear in the rows: where very many share a band, each is compared with the first of them
    and with its neighbours, once they are sorted by the next band, and only until it was compared in vain 8 times.
    """
    n = len(bands)
    root, misses, rejected, grams = np.arange(n), np.zeros(n, np.uint32), np.empty(0, np.uint64), Grams(text_of, n)
    for band in range(bands.shape[1]):
        codes = _candidates(bands, band, root, misses)
        if len(rejected):
            codes = codes[rejected[np.minimum(np.searchsorted(rejected, codes), len(rejected) - 1)] != codes]
        vain = [rejected]
        for start in range(0, len(codes), PAIRS_AT_ONCE):
            part = codes[start : start + PAIRS_AT_ONCE]
            a, b = _rows_of(part, n)
            new = root[a] != root[b]
            alike = grams.similarities(a[new], b[new]) >= threshold
            root = _joined(root, a[new][alike], b[new][alike])
            vain.append(part[new][~alike])
            np.add.at(misses, np.concatenate([a[new][~alike], b[new][~alike]]), 1)
        rejected = np.sort(np.concatenate(vain))[:MOST_REMEMBERED]
    representative, similarity = _representatives(root, grams, threshold)
    return Near(cluster=root, representative=representative, similarity=similarity)


def jaccard(one: str, other: str) -> float:
    """Return the similarity of two texts as `clusters` measures it, 0 to 1.

    >>> jaccard("The parcel has not arrived.", "the parcel has NOT arrived")
    1.0
    >>> round(jaccard("快递三天了还没有到", "快递五天了还没有到"), 2)
    0.7
    """
    if one == other:
        return 1.0
    grams = Grams(lambda rows: [(one, other)[row] for row in rows], 2)
    mine, theirs = grams.of(0), grams.of(1)
    shared = len(np.intersect1d(mine, theirs, assume_unique=True))
    return shared / (len(mine) + len(theirs) - shared)


class Grams:
    """Tokens and pairs of tokens of the rows that were asked for: sorted hashes of 31 bits, four bytes each.

    A text is read and taken apart once, unless there are so many grams that the oldest must go.
    """

    def __init__(self, text_of: Callable[[Sequence[int]], Sequence[str]], n: int) -> None:
        self.text_of = text_of
        self.start, self.size = np.full(n, -1), np.zeros(n, np.int64)
        self.data, self.used = np.empty(0, np.int32), 0

    def similarities(self, a: I64, b: I64) -> F32:
        """Return the Jaccard similarity of tokens and pairs of tokens for the pairs of rows (a, b), shape (len(a),)."""
        out = np.empty(len(a), np.float32)
        for start in range(0, len(a), COMPARED_AT_ONCE):
            part = slice(start, start + COMPARED_AT_ONCE)
            self._read(np.unique(np.concatenate([a[part], b[part]])))
            left, right = self._matrix(a[part]), self._matrix(b[part])
            shared = np.diff(left.multiply(right).indptr)
            out[part] = shared / (self.size[a[part]] + self.size[b[part]] - shared)
        return out

    def of(self, row: int) -> NDArray[np.int32]:
        """Return the grams of one row, in order."""
        self._read(np.array([row]))
        return self.data[self.start[row] : self.start[row] + self.size[row]]

    def _matrix(self, rows: I64) -> "sp.csr_matrix":
        import scipy.sparse as sp

        size = self.size[rows]
        ends = np.concatenate([[0], np.cumsum(size)])
        column = self.data[np.repeat(self.start[rows] - ends[:-1], size) + np.arange(ends[-1])]
        return sp.csr_matrix((np.ones(len(column), np.int8), column, ends), shape=(len(rows), 2**31 - 1))

    def _read(self, rows: I64) -> None:
        """See to it that the grams of all these rows are there."""
        if self.used > MOST_GRAMS:
            self.start[:] = -1
            self.used = 0
        missing = rows[self.start[rows] < 0]
        for start in range(0, len(missing), READ_AT_ONCE):
            part = missing[start : start + READ_AT_ONCE]
            row, token = tokens(self.text_of(part.tolist()))
            pair_row, pair = _pairs(row, token)
            hashes = np.concatenate([token, pair]) >> np.uint64(33)
            codes = np.unique(np.concatenate([row, pair_row]).astype(np.uint64) << np.uint64(31) | hashes)
            size = np.bincount((codes >> np.uint64(31)).astype(np.int64), minlength=len(part))
            self.start[part], self.size[part] = self.used + np.cumsum(size) - size, size
            if self.used + len(codes) > len(self.data):
                self.data = np.append(self.data[: self.used], np.empty(self.used + 2 * len(codes), np.int32))
            self.data[self.used : self.used + len(codes)] = codes & np.uint64(2**31 - 1)
            self.used += len(codes)


def _joined(root: I64, a: I64, b: I64) -> I64:
    """Return the first row of each row's cluster, once the rows of the pairs (a, b) are in one."""
    import scipy.sparse as sp
    from scipy.sparse.csgraph import connected_components

    roots, where = np.unique(root[np.concatenate([a, b])], return_inverse=True)
    graph = sp.csr_matrix((np.ones(len(a), np.int8), tuple(np.split(where, 2))), shape=(len(roots), len(roots)))
    n_components, component = connected_components(graph, directed=False)
    first = np.full(n_components, len(root))
    np.minimum.at(first, component, roots)
    new = np.arange(len(root))
    new[roots] = first[component]
    joined: I64 = new[root]
    return joined


def _representatives(cluster: I64, grams: Grams, threshold: float) -> tuple[I64, F32]:
    """Let the first row of a cluster stand for all that are near it, then the first of the rest for its, and so on."""
    representative, similarity = np.arange(len(cluster)), np.ones(len(cluster), np.float32)
    rest = np.flatnonzero(cluster != representative)
    first = cluster[rest]
    for _ in range(ROUNDS):
        found = grams.similarities(first, rest)
        near = found >= threshold
        representative[rest[near]], similarity[rest[near]] = first[near], found[near]
        rest = rest[~near]
        _, start, which = np.unique(cluster[rest], return_index=True, return_inverse=True)
        first = rest[start][which]
        rest, first = rest[first != rest], first[first != rest]
    return representative, similarity


def _candidates(bands: U32, band: int, root: I64, misses: U32) -> U64:
    """Return pairs of rows worth comparing, not yet in one cluster, as first * n + second, in order."""
    n = len(bands)
    if n == 0:
        return np.empty(0, np.uint64)
    keys = bands[:, band].astype(np.uint64) << np.uint64(32) | bands[:, (band + 1) % bands.shape[1]]
    order = np.argsort(keys)
    key = keys[order] >> np.uint64(32)
    same = key[1:] == key[:-1]
    shares = np.append(False, same) | np.append(same, False)  # most bands are one row's alone
    order, key = order[shares], key[shares]
    if not len(order):
        return np.empty(0, np.uint64)
    starts = np.flatnonzero(np.append(True, key[1:] != key[:-1]))
    sizes = np.diff(np.append(starts, len(order)))
    first, crowd = np.repeat(starts, sizes), np.repeat(sizes > CROWD, sizes)
    limit = np.where(crowd, MOST_CROWD_MISSES, MOST_MISSES)
    made = []
    for distance in range(WINDOW + 1):  # 0 stands for the first of the band
        at = np.arange(len(order) - distance)
        left, right = (at, at + distance) if distance else (first, at)
        worth = (first[left] == first[right]) & (~crowd[left] | (distance <= CROWD_WINDOW))
        a, b = order[left[worth]], order[right[worth]]
        worth = (root[a] != root[b]) & (np.minimum(misses[a], misses[b]) < limit[left[worth]])
        a, b = a[worth], b[worth]
        made.append(np.minimum(a, b).astype(np.uint64) * np.uint64(n) + np.maximum(a, b).astype(np.uint64))
    codes: U64 = np.unique(np.concatenate(made))
    return codes


def _rows_of(codes: U64, n: int) -> tuple[I64, I64]:
    return (codes // np.uint64(n)).astype(np.int64), (codes % np.uint64(n)).astype(np.int64)


def tokens(texts: Sequence[str]) -> tuple[I64, U64]:
    """Return row and hash of every token, at least one for each text."""
    normal = [normalize(text) for text in texts]
    row = np.repeat(np.arange(len(texts)), [len(text) for text in normal])
    points = np.frombuffer("".join(normal).encode("utf-32-le", "surrogatepass"), np.uint32)
    letter = points != ord(" ")
    wide = _is_wide(points)
    starts = letter & (wide | ~_before(letter) | _before(wide))
    token = np.cumsum(starts)[letter] - 1
    first = np.flatnonzero(starts[letter])
    place = np.arange(len(token)) - first[token]
    letters = (points[letter].astype(np.uint64) + np.uint64(1)) * POWERS[place % len(POWERS)]
    return row[starts], ngrams.mix(np.add.reduceat(letters, first))


def normalize(text: str) -> str:
    """Keep letters and digits, folded; of a text without any, its marks. A space ends it.

    >>> normalize("Ｏrder #12-B!"), normalize(" !! ")
    ('order 12 b ', '!! ')
    """
    letters = NO_LETTERS.sub(" ", unicodedata.normalize("NFKC", text).lower()).strip()
    return (letters or " ".join(text.split()) or "\0") + " "


def words(text: str) -> list[str]:
    """Return the tokens of a text as strings, in order.

    >>> words("Order #12 已发货")
    ['order', '12', '已', '发', '货']
    """
    letters = normalize(text)
    wide = _is_wide(np.frombuffer(letters.encode("utf-32-le", "surrogatepass"), np.uint32))
    return "".join(f" {one} " if alone else one for one, alone in zip(letters, wide, strict=True)).split()


def _is_wide(points: U32) -> NDArray[np.bool_]:
    """Say which code points are a token by themselves: Chinese characters, and Japanese ones."""
    return (points >= 0x2E80) & (points <= 0x9FFF) | (points >= 0xF900) & (points <= 0xFAFF) | (points >= 0x20000)


def _before(flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
    shifted = np.roll(flags, 1)
    shifted[0] = False
    return shifted


def _pairs(row: I64, token: U64) -> tuple[I64, U64]:
    """Return row and hash of every pair of neighbours; a token that is alone in its text is a pair by itself."""
    same = row[1:] == row[:-1]
    alone = np.append(True, ~same) & np.append(~same, True)
    rows = np.concatenate([row[1:][same], row[alone]])
    pairs = np.concatenate([ngrams.mix(token[:-1][same] * BASE + token[1:][same]), token[alone]])
    order = np.argsort(rows, kind="stable")
    return rows[order], pairs[order]


def _bands(row: I64, pair: U64, n: int) -> U32:
    """Return the bands of n texts from their pairs, which are sorted by row."""
    n_pairs = np.bincount(row, minlength=n)
    share = np.minimum(1.0, MAX_PAIRS / n_pairs)
    kept = (pair >> np.uint64(11)).astype(np.float64) < share[row] * 2.0**53
    kept |= (np.bincount(row[kept], minlength=n) == 0)[row]  # few different pairs, over and over
    row, pair = row[kept], pair[kept]
    starts = np.searchsorted(row, np.arange(n))
    least = np.empty((N_HASHES, n), np.uint64)
    for k, multiplier in enumerate(MULTIPLIERS):
        least[k] = np.minimum.reduceat((pair * multiplier) >> np.uint64(32), starts)
    bands = np.empty((n, N_BANDS), np.uint32)
    for band in range(N_BANDS):
        k = band * WIDTH
        narrow = ngrams.mix((least[k] * BASE + least[k + 1]) * BASE + least[k + 2])
        wide = ngrams.mix((narrow * BASE + least[(k + 31) % N_HASHES]) * BASE + least[(k + 62) % N_HASHES])
        is_wide = n_pairs >= (SHORT if band % 2 else LONG)
        bands[:, band] = np.where(is_wide, wide, narrow) >> np.uint64(32)
    return bands
