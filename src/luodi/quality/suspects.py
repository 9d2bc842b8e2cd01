"""Labels that are probably wrong, most suspicious first.

Confident learning (Northcutt, Jiang and Chuang 2021, "Confident Learning: Estimating Uncertainty in Dataset Labels",
sections 3.1 and 3.2) over the answers of a model that never saw the row: multinomial naive Bayes on hashed n-grams,
five folds, near-duplicates in one fold. Naive Bayes, because it is as good a judge of
noisy labels as any linear model tried, and far quicker (docs/logbook.md, 2026-11-24).
"""

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from luodi.contracts import record
from luodi.train import linear
from luodi.train.answers import labels_of, targets
from luodi.train.matrix import Matrix

N_FOLDS = 5
SMOOTHING = 0.1
RIDGE = 300.0  # on standardized vectors of 384 numbers, thousands of rows
UNSURE = 1e-4  # so much is left of what a view holds to be impossible
TEMPERATURES = (0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0, 12.0)
MAX_ROWS = 100_000
LEAST_MARGIN, SURE_MARGIN = 0.0, 0.9  # leave out, replace (docs/logbook.md, 2026-11-24)
# So wide is the share that seems wrong when hard rows are confused; about half of the wrong are counted then. Outside
# of it the count is too high rather than too low (the same entry).
FEW, MANY = 0.07, 0.15
MIN_ROWS = 20  # fewer teach nothing about one another
CHINESE, SPACED = ("chars:1-3",), ("words:1-2", "chars:3-4")

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]


@record
class Suspect:
    """A row whose label is probably wrong."""

    index: int
    given: Any
    """The label of the row; a set of labels where rows have several."""
    suggested: Any
    """What the model would rather see there."""
    score: float
    """How suspicious, 0 to 1; for ranking, not a probability."""
    margin: float
    """By how much a model that never saw the row finds `suggested` likelier than `given`, -1 to 1."""


@record
class Suspects:
    """The rows that were looked at, ranked, and how many of them are probably wrong."""

    ranked: list[Suspect]
    """The rows, most suspicious first."""
    n_wrong: int
    """The estimated number of wrong labels: so many from the top are worth a look."""
    n_rows: int
    """The rows looked at: all of them, or a sample of `max_rows`."""


def find(
    texts: Sequence[str],
    ys: Sequence[Any],
    *,
    groups: Sequence[Hashable] | None = None,
    seed: int = 7,
    max_rows: int = MAX_ROWS,
    vectors: F32 | None = None,
) -> Suspects:
    """Rank the rows by how little their labels fit.

    A y is a label, or a set of labels. Rows of one group (near-duplicates, a customer) are judged by the others; where
    rows of a group carry different labels, that raises the suspicion against the fewer. Of more than `max_rows` rows a
    sample is looked at. Sentence vectors, (n, width), are a second view beside the n-grams: a ridge regression on them
    has the same say (`luodi.train.glance`). Fewer than 20 rows, or one label, tell nothing: nobody is suspect.
    """
    rng = np.random.default_rng(seed)
    rows = np.sort(rng.permutation(len(texts))[:max_rows])
    given = [ys[row] for row in rows.tolist()]
    kind, labels = labels_of(given)
    if len(rows) < MIN_ROWS or len(labels) < 2:
        return Suspects(ranked=[], n_wrong=0, n_rows=len(rows))
    names = [groups[row] for row in rows.tolist()] if groups is not None else list(range(len(rows)))
    number = {name: n for n, name in enumerate(dict.fromkeys(names))}
    group = np.array([number[name] for name in names])
    fold = rng.integers(0, N_FOLDS, len(number))[group]
    x = _features([texts[row] for row in rows.tolist()], len(labels))
    y = targets(given, labels) > 0
    judge = _judge_one if kind == "classify" else _judge_many
    seen = None if vectors is None else _standardized(vectors[rows])
    score, margin, flip, n_wrong = judge(x, seen, y, fold)
    score = _raised(score, y, group)
    order: list[int] = np.argsort(-score, kind="stable").tolist()
    ranked = [
        Suspect(
            index=int(rows[n]),
            given=given[n],
            suggested=_flipped(y[n], flip[n], labels, kind),
            score=float(score[n]),
            margin=float(margin[n]),
        )
        for n in order
    ]
    return Suspects(ranked=ranked, n_wrong=min(n_wrong, len(ranked)), n_rows=len(rows))


def corrected(
    ys: Sequence[Any], found: Suspects, *, least: float = LEAST_MARGIN, sure: float = SURE_MARGIN
) -> tuple[list[int], list[Any]]:
    """Return the rows worth learning from, and their labels.

    Where the margin of the suggested label is above `sure`, it takes the place of the given one; above `least`, the
    row is left out; the others stay as they are. A label gives away at most half of its rows, the most suspicious.
    No more than the first `n_wrong` are touched, unless 7 to 15 of 100 labels seem wrong, when more are.
    """
    room = {y: n // 2 for y, n in Counter(ys).items()}
    labels = dict(enumerate(ys))
    most = found.n_rows if FEW * found.n_rows <= found.n_wrong < MANY * found.n_rows else found.n_wrong
    for one in found.ranked[:most]:
        if one.margin > min(least, sure) and room[one.given]:
            room[one.given] -= 1
            if one.margin > sure:
                labels[one.index] = one.suggested
            else:
                del labels[one.index]
    return list(labels), list(labels.values())


def _flipped(y: Flags, flip: Flags, labels: Sequence[str], kind: str) -> Any:
    if kind == "classify":
        return labels[int((flip & ~y).argmax())]
    return frozenset(labels[n] for n in np.flatnonzero(y ^ flip).tolist())


def _features(texts: Sequence[str], n_labels: int) -> sp.csr_matrix:
    channels = CHINESE if linear.mostly_chinese(texts) else SPACED
    return Matrix(texts, channels, n_labels=3 * n_labels).x


def _judge_one(x: sp.csr_matrix, vectors: F64 | None, y: Flags, fold: I64) -> tuple[F64, F64, Flags, int]:
    """Return scores and margins (n,), labels to change (n, n_labels) and how many are wrong, where one is right."""
    n = len(y)
    given, at = y.argmax(axis=1), np.arange(n)
    p = _tempered(_out_of_fold(x, y, fold), given)
    if vectors is not None:
        other = _tempered(_ridge_out_of_fold(vectors, y, fold), given)
        p = _tempered(np.log(p + UNSURE) + np.log(other + UNSURE), given)
    joint = confident_joint(p, given)
    among = (joint + 0.5 / len(joint)) / (joint + 0.5 / len(joint)).sum(axis=1, keepdims=True)  # given, by true label
    posterior = p * among[:, given].T
    posterior /= posterior.sum(axis=1, keepdims=True)
    rest = p.copy()
    rest[at, given] = -1
    favourite, margin = rest.argmax(axis=1), rest.max(axis=1) - p[at, given]
    # The posterior is the better judge where labels are confused in pairs, the margin where hard rows are confused.
    score = (1 - posterior[at, given]) / 2 + (1 + margin) / 4
    flip = np.zeros_like(y)
    flip[at, given] = flip[at, favourite] = True
    return score, margin, flip, round(float(joint.sum() - np.trace(joint)))


def _judge_many(x: sp.csr_matrix, vectors: F64 | None, y: Flags, fold: I64) -> tuple[F64, F64, Flags, int]:
    """Return the same where each label is right or wrong by itself: score (n,) is that of the worst label."""
    scores, margins, n_wrong = np.zeros(y.shape), np.full(y.shape, -1.0), 0
    for label in np.flatnonzero((y.sum(axis=0) >= N_FOLDS) & ((~y).sum(axis=0) >= N_FOLDS)):
        two = np.stack([~y[:, label], y[:, label]], axis=1)
        scores[:, label], margins[:, label], _, n = _judge_one(x, vectors, two, fold)
        n_wrong += n
    worst = scores.max(axis=1)
    flip = (scores > 0.5) | (scores == worst[:, None])
    return worst, margins.max(axis=1), flip, n_wrong


def confident_joint(p: F64, given: I64) -> F64:
    """Return how many rows have each true label (rows) and given label (columns), shape (n_labels, n_labels).

    `p` are out-of-fold probabilities, (n, n_labels); the columns are scaled to the given counts, so it sums to n.
    Source: Northcutt et al. 2021, equations 1 and 3, and section 3.1 for the thresholds.

    >>> p = np.array([[0.9, 0.1], [0.8, 0.2], [0.9, 0.1], [0.1, 0.9], [0.2, 0.8]])
    >>> confident_joint(p, np.array([0, 0, 1, 1, 1])).tolist()
    [[2.0, 1.0], [0.0, 2.0]]
    """
    n_labels = p.shape[1]
    counts = np.bincount(given, minlength=n_labels)
    own = np.bincount(given, weights=p[np.arange(len(p)), given], minlength=n_labels)
    sure = p >= own / np.maximum(counts, 1) - 1e-9
    true = np.where(sure, p, -1).argmax(axis=1)
    counted = sure.any(axis=1)
    joint = np.zeros((n_labels, n_labels))
    np.add.at(joint, (true[counted], given[counted]), 1)
    joint[np.diag_indices(n_labels)] += joint.sum(axis=0) == 0
    scaled: F64 = joint / joint.sum(axis=0) * counts
    return scaled


def _out_of_fold(x: sp.csr_matrix, y: Flags, fold: I64) -> F32:
    """Return the log-likelihoods of naive Bayes, shape (n, n_labels), each row's from the other folds' counts."""
    answers = y.astype(np.float32)
    parts = [np.asarray(x[fold == k].T @ answers[fold == k]) for k in range(N_FOLDS)]
    total = np.sum(parts, axis=0, dtype=np.float32)
    out = np.zeros(y.shape, np.float32)
    for k in range(N_FOLDS):
        here = fold == k
        counts = total - parts[k] + np.float32(SMOOTHING)
        weight = np.log(counts) - np.log(np.maximum(counts.sum(axis=0), np.float32(SMOOTHING)))
        n = answers[~here].sum(axis=0) + 1
        out[here] = x[here] @ weight + np.log(n / n.sum())
    return out


def _standardized(vectors: F32) -> F64:
    """Return the vectors in standard units, with a column of ones for the bias."""
    x = vectors.astype(np.float64)
    x = (x - x.mean(axis=0)) / (x.std(axis=0) + 1e-6)
    return np.hstack([x, np.ones((len(x), 1))])


def _ridge_out_of_fold(x: F64, y: Flags, fold: I64) -> F64:
    """Return the answers of a ridge regression, shape (n, n_labels), each row's from the other folds' sums."""
    answers = y.astype(np.float64)
    parts = [(x[fold == k].T @ x[fold == k], x[fold == k].T @ answers[fold == k]) for k in range(N_FOLDS)]
    squares, products = sum(part[0] for part in parts), sum(part[1] for part in parts)
    out = np.zeros(y.shape)
    for k, (square, product) in enumerate(parts):
        weight = np.linalg.solve(squares - square + RIDGE * np.eye(x.shape[1]), products - product)
        out[fold == k] = x[fold == k] @ weight
    return out


def _tempered(logits: F32 | F64, given: I64) -> F64:
    """Return probabilities at the temperature that makes the given labels likeliest; naive Bayes is far too sure."""
    best: tuple[float, F64] | None = None
    for t in TEMPERATURES:
        scaled = logits.astype(np.float64) * t
        p = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        loss = -float(np.log(0.99 * p[np.arange(len(p)), given] + 0.01 / p.shape[1]).mean())
        if best is None or loss < best[0]:
            best = (loss, p)
    assert best is not None
    return best[1]


def _raised(score: F64, y: Flags, group: I64) -> F64:
    """Raise the scores of rows whose group says otherwise: halfway to 1 where no other row has the label."""
    _, which = np.unique(y, axis=0, return_inverse=True)
    pair = group.astype(np.int64) * (which.max() + 1) + which.ravel()
    _, of_pair, n_pair = np.unique(pair, return_inverse=True, return_counts=True)
    others = np.bincount(group)[group] - 1
    agree = np.where(others > 0, (n_pair[of_pair] - 1) / np.maximum(others, 1), 1.0)
    raised: F64 = score + (1 - score) * (1 - agree) / 2
    return raised
