"""Good against bad, as a direction among sentence vectors: what few labels alone can hardly tell apart.

An encoder that was made to compare topics holds the valence of a text in a small part of its vector, and some sixteen
labels do not suffice to find it among 384 numbers. Sixteen good and sixteen bad words do, and they need no label.
Whether the direction is about the labels at hand, they say by their names, or decide by their rows.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from luodi.train.answers import targets
from luodi.train.vectors import F32

GOOD = (
    "good great excellent wonderful amazing fantastic lovely enjoyable happy pleasant beautiful perfect brilliant "
    "best satisfying positive"
)
BAD = (
    "bad terrible awful horrible poor disappointing hateful boring sad unpleasant ugly worst stupid annoying "
    "dissatisfying negative"
)
TEXTS = tuple(f"it was {word}" for word in f"{GOOD} {BAD}".split())
SCALE = 3.0  # how much longer than other directions; docs/logbook.md, 2026-11-30
WORTHWHILE = 0.95
"""Of the error without it: chance alone brought it to 0.963 in 510 draws about topics (docs/logbook.md, 2026-12-01)."""
NAMES = frozenset({"negative", "positive"})
"""Labels that say what they are about, as those of the task `sentiment`."""
RIDGES = (0.3, 1.0, 3.0)


def direction(vectors: F32) -> F32:
    """Return the unit vector, shape (width,), from the bad to the good among the unit vectors of `TEXTS`."""
    good, bad = np.split(vectors, 2)
    along = good.mean(axis=0) - bad.mean(axis=0)
    return np.asarray(along / max(1e-9, float(np.linalg.norm(along))), dtype=np.float32)


def widened(vectors: F32, along: F32, scale: float) -> F32:
    """Return the vectors with one more number, their place on the direction: what a linear head finds more easily."""
    return np.hstack([vectors, scale * (vectors @ along)[:, None]])


def scale_for(vectors: F32, ys: Sequence[object], labels: Sequence[str], along: F32) -> float:
    """Return `SCALE` where the labels are about valence by their names, or clearly by leave-one-out, and else 0."""
    if set(labels) >= NAMES:
        return SCALE
    target = targets(ys, labels).astype(np.float64)
    without, with_it = (
        min(left_out_error(widened(vectors, along, scale), target, ridge) for ridge in RIDGES) for scale in (0.0, SCALE)
    )
    return SCALE if with_it < WORTHWHILE * without else 0.0


def left_out_error(x: F32, target: NDArray[np.float64], ridge: float) -> float:
    """Return the mean squared error of each row predicted by a ridge regression on the others.

    Source: Allen 1974, "The Relationship between Variable Selection and Data Augmentation and a Method for Prediction"
    (PRESS), which needs one fit.
    """
    centered = (x - x.mean(axis=0)).astype(np.float64)
    n = len(x)
    if n <= x.shape[1]:
        gram = centered @ centered.T
        hat = np.linalg.solve(gram + ridge * np.eye(n), gram).T + 1 / n
        fitted, own = hat @ target, np.diag(hat)
    else:
        inverse = np.linalg.inv(centered.T @ centered + ridge * np.eye(x.shape[1]))
        half = centered @ inverse
        fitted = half @ (centered.T @ target) + target.mean(axis=0)
        own = np.einsum("ij,ij->i", half, centered) + 1 / n
    left = (target - fitted) / np.maximum(1e-9, 1 - own)[:, None]
    return float((left**2).sum(axis=1).mean())
