"""One order of two: what words find and what meanings find, joined by ranks or by scores."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

RANK_CONSTANT = 60  # Cormack, Clarke and Büttcher 2009, section 3
Floats = NDArray[np.float32]


def reciprocal_rank(lexical: Floats, dense: Floats, *, share: float = 0.5) -> Floats:
    """Join by ranks: the sum of 1 / (60 + rank), `share` of it from the dense one. Without a common word, no rank.

    Source: Cormack, Clarke and Büttcher 2009, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank
    Learning Methods".
    """
    words = np.where(lexical > 0, 1 / (RANK_CONSTANT + _ranks(lexical)), 0.0)
    meanings = 1 / (RANK_CONSTANT + _ranks(dense))
    return np.asarray(2 * RANK_CONSTANT * ((1 - share) * words + share * meanings), dtype=np.float32)


def weighted(lexical: Floats, dense: Floats, *, share: float) -> Floats:
    """Join by scores, each stretched to 0 to 1 over the candidates (Bruch, Gai and Ingber 2023, section 4)."""
    return np.asarray((1 - share) * _stretched(lexical) + share * _stretched(dense), dtype=np.float32)


def fuse(lexical: Floats, dense: Floats, how: dict[str, Any]) -> Floats:
    """Join as `how` says: `by` is "rank" or "score"."""
    joined = reciprocal_rank if how["by"] == "rank" else weighted
    return joined(lexical, dense, share=float(how["share"]))


def _ranks(scores: Floats) -> Floats:
    ranks = np.empty(len(scores), dtype=np.float32)
    ranks[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
    return ranks


def _stretched(scores: Floats) -> Floats:
    low, high = (float(scores.min()), float(scores.max())) if len(scores) else (0.0, 0.0)
    return np.asarray((scores - low) / (high - low) if high > low else np.zeros_like(scores), dtype=np.float32)
