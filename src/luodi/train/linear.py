"""Fit linear models over hashed n-grams with scikit-learn's solvers; what comes out is a numpy session."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from luodi.contracts import Facts, Kind
from luodi.data.profile import scripts
from luodi.log import progress
from luodi.metrics.calibration import fit_temperature
from luodi.runtime.engine_ngrams import Ngrams
from luodi.train.answers import labels_of, targets, told_of
from luodi.train.matrix import Matrix, affordable

F64 = NDArray[np.float64]


Solver = Callable[[sp.csr_matrix, NDArray[np.bool_], Kind], tuple[F64, float]]
"""Takes rows, which of them carry a label, and the kind of answer; returns weights, (n_features,), and a bias."""


def fit(
    train: Sequence[tuple[str, Any]],
    dev: Sequence[tuple[str, Any]],
    *,
    channels: Sequence[str],
    solver: Solver,
    seed: int,
    doing: str,
) -> tuple[Ngrams, Facts]:
    """Return a fitted session and what to tell of it: one label against the rest, then a temperature from the dev rows.

    Of rows that would not fit into memory, it learns from an even part.
    """
    some = affordable(train, channels, seed=seed)
    kind, labels = labels_of([y for _, y in some])
    target = targets([y for _, y in some], labels) > 0
    matrix = Matrix([x for x, _ in some], channels, n_labels=len(labels))
    weight = np.zeros((len(matrix.vocabulary), len(labels)), dtype=np.float64)
    bias = np.zeros(len(labels), dtype=np.float64)
    columns = [n for n in range(len(labels)) if not target[:, n].all()]
    bias[[n for n in range(len(labels)) if n not in columns]] = 5.0  # a label that every row carries
    # Tried too: a thread per core. liblinear draws from one generator for all threads, so no run was like another.
    for n in progress(columns, total=len(columns), doing=doing):
        weight[:, n], bias[n] = solver(matrix.x, target[:, n], kind)
    told: Facts = {"features": len(matrix.vocabulary), "channels": list(channels)}
    return _scaled(kind, labels, matrix, weight, bias, dev), told | told_of(some, train)


def _scaled(
    kind: Kind, labels: Sequence[str], matrix: Matrix, weight: F64, bias: F64, dev: Sequence[tuple[str, Any]]
) -> Ngrams:
    """Turn margins into logits by the temperature that suits the dev rows, and round the weights to 16 bits."""
    made = Ngrams(
        kind,
        labels,
        matrix.channels,
        matrix.vocabulary,
        weight.astype(np.float16),
        matrix.idf,
        bias.astype(np.float32),
    )
    known = [(x, y) for x, y in dev if ({y} if isinstance(y, str) else set(y)) <= set(labels)]
    if known:
        t = fit_temperature(kind, [y for _, y in known], made.predict([x for x, _ in known]))
        made.weight = (weight / t).astype(np.float16)
        made.bias = (bias / t).astype(np.float32)
    return made


def mostly_chinese(texts: Sequence[str]) -> bool:
    """Say whether a text is more likely cut into words by a dictionary than by its spaces."""
    return scripts(texts).get("cjk", 0.0) > 0.3
