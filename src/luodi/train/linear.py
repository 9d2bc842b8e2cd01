"""Fit linear models over hashed n-grams with scikit-learn's solvers; what comes out is a numpy session."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from luodi.contracts import Kind
from luodi.data.profile import scripts
from luodi.log import progress
from luodi.metrics.calibration import fit_temperature
from luodi.runtime import ngrams
from luodi.runtime.engine_ngrams import Ngrams, weigh
from luodi.train.answers import labels_of, targets

MIN_ROWS_OF_A_FEATURE = 2  # an n-gram of one row cannot generalize, and is most of them
MAX_CELLS = 30_000_000  # features x labels: 60 MB of weights

F64 = NDArray[np.float64]


class Matrix:
    """Texts as normalized TF-IDF over the n-grams of the training texts."""

    def __init__(self, texts: Sequence[str], channels: Sequence[str], *, n_labels: int) -> None:
        parts = list(ngrams.counts(texts, channels))
        seen, n = np.unique(np.concatenate([grams for _, grams, _ in parts]), return_counts=True)
        least = MIN_ROWS_OF_A_FEATURE if len(texts) > 20 else 1
        room = max(1_000, MAX_CELLS // n_labels)
        if (n >= least).sum() > room:
            least = max(least, int(np.sort(n)[-room]) + 1)
        keep = n >= min(least, int(n.max(initial=1)))  # texts that share nothing have but what is in one of them
        self.channels = tuple(channels)
        self.vocabulary = seen[keep]
        # smoothed as if one more text held every n-gram (scikit-learn, TfidfTransformer)
        self.idf = (np.log((1 + len(texts)) / (1 + n[keep])) + 1).astype(np.float32)
        self.x = self._assemble(parts, len(texts))

    def transform(self, texts: Sequence[str]) -> sp.csr_matrix:
        """Return the rows of other texts."""
        return self._assemble(list(ngrams.counts(texts, self.channels)), len(texts))

    def _assemble(self, parts: Sequence[Any], n_rows: int) -> sp.csr_matrix:
        made = [weigh(rows, grams, n, self.vocabulary, self.idf) for rows, grams, n in parts]
        rows, features, values = (np.concatenate(column) for column in zip(*made, strict=True))
        shape = (n_rows, len(self.vocabulary))
        return sp.csr_matrix((values, (rows.astype(np.int32), features.astype(np.int32))), shape=shape)


Solver = Callable[[sp.csr_matrix, NDArray[np.bool_], Kind], tuple[F64, float]]
"""Takes rows, which of them carry a label, and the kind of answer; returns weights, (n_features,), and a bias."""


def fit(
    train: Sequence[tuple[str, Any]],
    dev: Sequence[tuple[str, Any]],
    *,
    channels: Sequence[str],
    solver: Solver,
    doing: str,
) -> Ngrams:
    """Return a fitted session: one label against the rest, then a temperature from the dev rows."""
    kind, labels = labels_of([y for _, y in train])
    target = targets([y for _, y in train], labels) > 0
    matrix = Matrix([x for x, _ in train], channels, n_labels=len(labels))
    weight = np.zeros((len(matrix.vocabulary), len(labels)), dtype=np.float64)
    bias = np.zeros(len(labels), dtype=np.float64)
    columns = [n for n in range(len(labels)) if not target[:, n].all()]
    bias[[n for n in range(len(labels)) if n not in columns]] = 5.0  # a label that every row carries
    # Tried too: a thread per core. liblinear draws from one generator for all threads, so no run was like another.
    for n in progress(columns, total=len(columns), doing=doing):
        weight[:, n], bias[n] = solver(matrix.x, target[:, n], kind)
    return _scaled(kind, labels, matrix, weight, bias, dev)


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
