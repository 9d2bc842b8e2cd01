"""How good a scorer is on dev, quickly: what settings of recommenders are chosen by."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from luodi.metrics import ranking
from luodi.runtime.best import best_of
from luodi.runtime.engine_recommender import batch_for
from luodi.runtime.scorers import Scorer, Visit, stretched

N_DEV = 1_000
BATCH = 16
Question = tuple[int, NDArray[np.int32], NDArray[np.int32]]
GRID = (0.0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.5)
ROUNDS = 3
POOL = 150


def few(questions: Sequence[Question], n: int = N_DEV) -> Sequence[Question]:
    """Return at most n questions, evenly spaced."""
    return (
        questions
        if len(questions) <= n
        else [questions[at] for at in np.linspace(0, len(questions) - 1, n).astype(int)]
    )


def ndcg(scorer: Scorer, questions: Sequence[Question], *, again: bool) -> float:
    """Return NDCG@10 over the whole catalogue."""
    right, n_gold = [], []
    batch = len(questions) and batch_for(scorer.scores([Visit(-1, questions[0][1])]).shape[1])
    for start in range(0, len(questions), batch or 1):
        part = questions[start : start + batch]
        for (_, history, gold), scores in zip(part, scorer.scores([Visit(u, h) for u, h, _ in part]), strict=True):
            best = best_of(scores, ranking.DEPTH, _allowed(len(scores), history, again=again))
            row = np.zeros(ranking.DEPTH, dtype=bool)
            row[: len(best)] = np.isin(best, gold)
            right.append(row)
            n_gold.append(max(1, len(gold)))
    return float(ranking.each("ndcg_at_10", np.array(right), np.array(n_gold)).mean()) if right else 0.0


def blend_weights(parts: Sequence[Scorer], questions: Sequence[Question], *, again: bool) -> tuple[list[float], float]:
    """Return the weight of each scorer that makes NDCG@10 on dev highest, and that NDCG@10.

    Each dev question is a pool of the best items of every part, so that trying a set of weights costs little. From
    the best part alone, one weight after the other goes through a grid, until nothing gains.
    """
    pools = [_pool(parts, questions[n : n + BATCH], again=again) for n in range(0, len(questions), BATCH)]
    features = np.concatenate([one[0] for one in pools])  # (n, pool, n_parts)
    gold = np.concatenate([one[1] for one in pools])  # (n, pool)
    n_gold = np.array([max(1, len(one[2])) for one in questions])
    best_part = max(range(len(parts)), key=lambda n: (_value(features, gold, n_gold, np.eye(len(parts))[n]), -n))
    weights = np.eye(len(parts), dtype=np.float32)[best_part]
    value = _value(features, gold, n_gold, weights)
    for _ in range(ROUNDS):
        before = value
        for n in (one for one in range(len(parts)) if one != best_part):
            for weight in GRID:
                tried = weights.copy()
                tried[n] = weight
                found = _value(features, gold, n_gold, tried)
                if found > value + 1e-6:
                    weights, value = tried, found
        if value <= before + 1e-6:
            break
    return [float(one) for one in weights], value


def _pool(
    parts: Sequence[Scorer], questions: Sequence[Question], *, again: bool
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    size = POOL * len(parts)
    visits = [Visit(user, history) for user, history, _ in questions]
    scored = [stretched(one.scores(visits)) for one in parts]
    features = np.full((len(questions), size, len(parts)), -1e6, dtype=np.float32)
    gold = np.zeros((len(questions), size), dtype=bool)
    for n, (_, history, wanted) in enumerate(questions):
        allowed = _allowed(scored[0].shape[1], history, again=again)
        best = np.unique(np.concatenate([best_of(one[n], POOL, allowed) for one in scored]))
        features[n, : len(best)] = np.stack([one[n, best] for one in scored], axis=1)
        gold[n, : len(best)] = np.isin(best, wanted)
    return features, gold


def _value(features: Any, gold: NDArray[np.bool_], n_gold: Any, weights: Any) -> float:
    total = features @ weights.astype(np.float32)  # (n, pool)
    order = np.argpartition(-total, 10, axis=1)[:, :10]
    best = np.take_along_axis(order, np.argsort(-np.take_along_axis(total, order, 1), axis=1, kind="stable"), 1)
    return float(ranking.each("ndcg_at_10", np.take_along_axis(gold, best, 1), n_gold).mean())


def _allowed(n: int, history: NDArray[np.int32], *, again: bool) -> NDArray[np.bool_]:
    allowed = np.ones(n, dtype=bool)
    if not again:
        allowed[history] = False
    return allowed
