"""From logits to probabilities by label."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from luodi.contracts import Kind, Scores


def to_scores(kind: Kind, labels: Sequence[str], logits: NDArray[np.floating]) -> list[Scores]:
    """Return one `Scores` per row of logits, shape (n, n_labels)."""
    z = logits.astype(np.float64)
    if kind == "classify":
        z = np.exp(z - z.max(axis=1, keepdims=True))
        p = z / z.sum(axis=1, keepdims=True)
    else:
        p = 1 / (1 + np.exp(-np.clip(z, -60, 60)))
    return [dict(zip(labels, row, strict=True)) for row in p.tolist()]
