"""Does the data change over time, and is the exam like the training?

Labels, lengths and words of one part are held against those of another by the Jensen-Shannon divergence (Lin 1991,
"Divergence Measures Based on the Shannon Entropy"), 0 for the same and 1 for nothing in common. Two small samples of
one source differ too, so every value comes with its noise: what a random split of the same rows reaches in one of
twenty cases, as in a permutation test. The population stability index of labels and lengths is given beside it, since
many know its bounds: below 0.1 stable, above 0.25 changed (Siddiqi 2006, "Credit Risk Scorecards").
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from luodi.contracts import record
from luodi.quality import near
from luodi.train.answers import labels_of, targets

N_WORDS = 4_096  # bins that words are hashed into
N_LENGTHS = 10
N_WINDOWS, MIN_ROWS = 6, 100
N_SHUFFLES, NOISE = 60, 0.95
MARGIN = 1.25  # and by so much more than noise, since three measures are looked at per window
TEXTS_AT_ONCE = 4_096

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


@record
class Change:
    """How far one part of the rows is from the others."""

    part: str
    measure: str
    """`labels`, `length` or `words`."""
    divergence: float
    """Jensen-Shannon, in bits, 0 to 1."""
    noise: float
    """What a random part of the same size reaches in one of twenty cases."""
    stability_index: float | None
    """The population stability index; None for words."""
    n_rows: int

    @property
    def changed(self) -> bool:
        """Say whether the part differs by more than chance explains."""
        return self.divergence > MARGIN * self.noise


def over_time(
    texts: Sequence[str], ys: Sequence[Any], times: Sequence[Any], *, seed: int = 7, n_windows: int = N_WINDOWS
) -> list[Change]:
    """Hold each of up to six windows of equally many rows against all other rows; `times` only need an order.

    A part is named by the first and last time in it. Of fewer than 200 rows nothing is said.
    """
    n_windows = min(n_windows, len(texts) // MIN_ROWS)
    if n_windows < 2:
        return []
    order = sorted(range(len(texts)), key=lambda row: times[row])
    part = np.empty(len(texts), np.int64)
    names = []
    for window, rows in enumerate(np.array_split(np.array(order), n_windows)):
        part[rows] = window
        names.append(f"{times[rows[0]]} to {times[rows[-1]]}")
    return _changes(texts, ys, part, names, seed=seed)


def between(
    train: tuple[Sequence[str], Sequence[Any]], test: tuple[Sequence[str], Sequence[Any]], *, seed: int = 7
) -> list[Change]:
    """Hold the exam (texts, ys) against the training rows; of fewer than 20 exam rows nothing is said."""
    if min(len(train[0]), len(test[0])) < 20:
        return []
    part = np.repeat([0, 1], [len(train[0]), len(test[0])])
    found = _changes([*train[0], *test[0]], [*train[1], *test[1]], part, ["train", "test"], seed=seed)
    return [one for one in found if one.part == "test"]


def _changes(texts: Sequence[str], ys: Sequence[Any], part: I64, names: Sequence[str], *, seed: int) -> list[Change]:
    _, labels = labels_of(ys)
    lengths = np.array([len(text) for text in texts])
    edges = np.unique(np.quantile(lengths, np.linspace(0, 1, N_LENGTHS + 1)[1:-1]))
    measures = {
        "labels": sp.csr_matrix(targets(ys, labels).astype(np.float64)),
        "length": _one_hot(np.searchsorted(edges, lengths, side="left"), len(edges) + 1),
        "words": _words(texts),
    }
    shuffled = [part, *(np.random.default_rng([seed, n]).permutation(part) for n in range(N_SHUFFLES))]
    sizes = np.bincount(part)
    found = []
    for measure, x in measures.items():
        total = np.asarray(x.sum(axis=0)).ravel()
        inside = [np.asarray((_one_hot(one, len(names)).T @ x).todense()) for one in shuffled]  # (n_parts, n_bins)
        for n, name in enumerate(names):
            values = [divergence(counts[n], total - counts[n]) for counts in inside]
            index = None if measure == "words" else stability_index(inside[0][n], total - inside[0][n])
            found.append(
                Change(
                    part=name,
                    measure=measure,
                    divergence=round(values[0], 5),
                    noise=round(float(np.quantile(values[1:], NOISE)), 5),
                    stability_index=index,
                    n_rows=int(sizes[n]),
                )
            )
    return found


def divergence(a: F64, b: F64) -> float:
    """Return the Jensen-Shannon divergence of two tables of counts, in bits, 0 to 1.

    >>> divergence(np.array([5.0, 5.0]), np.array([1.0, 1.0])), divergence(np.array([5.0, 0]), np.array([0, 2.0]))
    (0.0, 1.0)
    """
    p, q = a / max(a.sum(), 1e-12), b / max(b.sum(), 1e-12)
    middle = (p + q) / 2
    return float(max(0.0, (_relative(p, middle) + _relative(q, middle)) / 2))


def stability_index(a: F64, b: F64) -> float:
    """Return the population stability index of two tables of counts, half a row added to each bin.

    >>> stability_index(np.array([500.0, 500.0]), np.array([50.0, 50.0]))
    0.0
    """
    p, q = (a + 0.5) / (a + 0.5).sum(), (b + 0.5) / (b + 0.5).sum()
    return round(float(((p - q) * np.log(p / q)).sum()), 4)


def _relative(p: F64, q: F64) -> float:
    there = p > 0
    return float((p[there] * np.log2(p[there] / q[there])).sum())


def _one_hot(column: I64, n: int) -> sp.csr_matrix:
    return sp.csr_matrix((np.ones(len(column)), (np.arange(len(column)), column)), shape=(len(column), n))


def _words(texts: Sequence[str]) -> sp.csr_matrix:
    """Return which hashed words each text has, shape (n, 4096); twice counts once, so that a long text is no crowd."""
    rows, columns = [], []
    for start in range(0, len(texts), TEXTS_AT_ONCE):
        row, token = near.tokens(texts[start : start + TEXTS_AT_ONCE])
        rows.append(row + start)
        columns.append((token % np.uint64(N_WORDS)).astype(np.int64))
    row, column = np.concatenate(rows), np.concatenate(columns)
    x = sp.csr_matrix((np.ones(len(row)), (row, column)), shape=(len(texts), N_WORDS))
    x.data[:] = 1
    return x
