"""A linear head on fixed vectors, chosen on the dev rows."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from luodi.contracts import Kind
from luodi.metrics.calibration import fit_temperature, log_loss
from luodi.runtime.head import to_scores
from luodi.train.answers import targets

F32 = NDArray[np.float32]
MAX_ITERATIONS = 1_000
MOST_ROWS = 100_000  # a head of some hundred numbers a label knows no more from more
STRENGTHS = (0.0003, 0.001, 0.003, 0.01, 0.1)  # inverse regularization, on standardized vectors


def fit_head(
    kind: Kind,
    labels: Sequence[str],
    train: tuple[F32, Sequence[Any]],
    dev: tuple[F32, Sequence[Any]],
    *,
    seed: int,
    class_weights: bool = False,
) -> tuple[F32, F32, Any]:
    """Return weight (width, n_labels), bias (n_labels,) and the strength that served the dev rows best."""
    vectors, ys = train
    mean, spread = vectors.mean(axis=0), vectors.std(axis=0) + 1e-6
    target = targets(ys, labels) > 0
    known = [n for n, y in enumerate(dev[1]) if ({y} if isinstance(y, str) else set(y)) <= set(labels)]
    dev_vectors, dev_ys = (dev[0][known] - mean) / spread, [dev[1][n] for n in known]
    best: tuple[float, Any, Any, Any] | None = None
    for strength in STRENGTHS:
        weight, bias = solve(kind, (vectors - mean) / spread, target, strength, seed=seed, class_weights=class_weights)
        loss = tempered_loss(kind, labels, dev_vectors @ weight + bias, dev_ys) if known else 0.0
        if best is None or loss < best[0]:
            best = (loss, weight, bias, strength)
    assert best is not None
    _, weight, bias, strength = best
    weight = weight / spread[:, None]  # fold the standardization into the head
    return weight.astype(np.float32), (bias - mean @ weight).astype(np.float32), strength


def solve(
    kind: Kind, x: F32, target: NDArray[np.bool_], strength: float, *, seed: int, class_weights: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    weighing = "balanced" if class_weights else None
    if kind == "classify":
        made = LogisticRegression(C=strength, max_iter=MAX_ITERATIONS, class_weight=weighing, random_state=seed)
        made.fit(x, target.argmax(axis=1))
        if target.shape[1] == 2:  # one row of weights stands for both labels
            weight = np.concatenate([-made.coef_ / 2, made.coef_ / 2])
            return weight.T, np.array([-made.intercept_[0] / 2, made.intercept_[0] / 2])
        return made.coef_.T, made.intercept_
    weights, biases = [], []
    for column in target.T:
        if column.all():
            weights.append(np.zeros(x.shape[1]))
            biases.append(5.0)
            continue
        made = LogisticRegression(C=strength, max_iter=MAX_ITERATIONS, class_weight=weighing, random_state=seed)
        made.fit(x, column)
        weights.append(made.coef_[0])
        biases.append(float(made.intercept_[0]))
    return np.array(weights).T, np.array(biases)


def tempered_loss(kind: Kind, labels: Sequence[str], logits: NDArray[np.floating], ys: Sequence[Any]) -> float:
    """Mean log loss after the best temperature, so that strengths are compared by what they know."""
    t = fit_temperature(kind, ys, to_scores(kind, labels, np.asarray(logits)))
    return log_loss(kind, ys, to_scores(kind, labels, np.asarray(logits) / t))
