"""How good a scorer is on dev, quickly: what settings of recommenders are chosen by."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from luodi.metrics import ranking
from luodi.runtime.best import best_of
from luodi.runtime.engine_recommender import batch_for
from luodi.runtime.scorers import AGES, Scorer, Visit, age_of, stretched

N_DEV = 1_000
BATCH = 16
GRID = (0.0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.5)
ROUNDS = 3
LEAST_OF_AGE, SURE = 100, 2.0
"""Dev questions of visitors of an age, and standard errors of a gain, from which on they get weights of their own."""
POOL = 150


class Asked(NamedTuple):
    """A question of dev, and the items that are right."""

    visit: Visit
    gold: NDArray[np.int32]


def few(questions: Sequence[Asked], n: int = N_DEV) -> Sequence[Asked]:
    """Return at most n questions, evenly spaced."""
    return (
        questions
        if len(questions) <= n
        else [questions[at] for at in np.linspace(0, len(questions) - 1, n).astype(int)]
    )


def ndcg(scorer: Scorer, questions: Sequence[Asked], *, again: bool) -> float:
    """Return NDCG@10 over the whole catalogue."""
    right, n_gold = [], []
    batch = len(questions) and batch_for(scorer.scores([questions[0].visit]).shape[1])
    for start in range(0, len(questions), batch or 1):
        part = questions[start : start + batch]
        for (visit, gold), scores in zip(part, scorer.scores([one.visit for one in part]), strict=True):
            best = best_of(scores, ranking.DEPTH, _allowed(len(scores), visit.history, again=again))
            row = np.zeros(ranking.DEPTH, dtype=bool)
            row[: len(best)] = np.isin(best, gold)
            right.append(row)
            n_gold.append(max(1, len(gold)))
    return float(ranking.each("ndcg_at_10", np.array(right), np.array(n_gold)).mean()) if right else 0.0


def blend_weights(
    parts: Sequence[Scorer], questions: Sequence[Asked], *, again: bool
) -> tuple[list[list[float]], float]:
    """Return the weights of each scorer that make NDCG@10 on dev highest, a row for each of `AGES`; and that NDCG@10.

    Each dev question is a pool of the best items of every part, so that trying a set of weights costs little. From
    the best part alone, one weight after the other goes through a grid, until nothing gains. Visitors of an age get
    weights of their own where these are better on enough of their questions, and not by chance.
    """
    pools = [_pool(parts, questions[n : n + BATCH], again=again) for n in range(0, len(questions), BATCH)]
    features = np.concatenate([one[0] for one in pools])  # (n, pool, n_parts)
    gold = np.concatenate([one[1] for one in pools])  # (n, pool)
    n_gold = np.array([max(1, len(one.gold)) for one in questions])
    singles = np.eye(len(parts), dtype=np.float32)
    best = max(range(len(parts)), key=lambda n: (_each(features, gold, n_gold, singles[n]).mean(), -n))
    common = _climbed(features, gold, n_gold, singles[best])
    values = _each(features, gold, n_gold, common)
    ages = np.array([age_of(len(one.visit.history)) for one in questions])
    rows = [common] * (len(AGES) + 1)
    for age in range(len(AGES) + 1):
        mine = ages == age
        if LEAST_OF_AGE <= mine.sum() < len(questions):
            own = _climbed(features[mine], gold[mine], n_gold[mine], common)
            found = _each(features[mine], gold[mine], n_gold[mine], own)
            gains = found - values[mine]
            if gains.mean() > SURE * gains.std() / np.sqrt(len(gains)):
                rows[age], values[mine] = own, found
    return [[float(one) for one in row] for row in rows], float(values.mean())


def _climbed(features: Any, gold: NDArray[np.bool_], n_gold: Any, weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the weights to which a grid for one after the other leads; the greatest one stays as it is."""
    value, fixed = _each(features, gold, n_gold, weights).mean(), int(weights.argmax())
    for _ in range(ROUNDS):
        before = value
        for n in (one for one in range(len(weights)) if one != fixed):
            for weight in GRID:
                tried = weights.copy()
                tried[n] = weight
                found = _each(features, gold, n_gold, tried).mean()
                if found > value + 1e-6:
                    weights, value = tried, found
        if value <= before + 1e-6:
            break
    return weights


def _pool(
    parts: Sequence[Scorer], questions: Sequence[Asked], *, again: bool
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    size = POOL * len(parts)
    scored = [stretched(part.scores([one.visit for one in questions])) for part in parts]
    features = np.full((len(questions), size, len(parts)), -1e6, dtype=np.float32)
    gold = np.zeros((len(questions), size), dtype=bool)
    for n, (visit, wanted) in enumerate(questions):
        allowed = _allowed(scored[0].shape[1], visit.history, again=again)
        best = np.unique(np.concatenate([best_of(one[n], POOL, allowed) for one in scored]))
        features[n, : len(best)] = np.stack([one[n, best] for one in scored], axis=1)
        gold[n, : len(best)] = np.isin(best, wanted)
    return features, gold


def _each(features: Any, gold: NDArray[np.bool_], n_gold: Any, weights: Any) -> NDArray[np.float64]:
    total = features @ weights.astype(np.float32)  # (n, pool)
    order = np.argpartition(-total, 10, axis=1)[:, :10]
    best = np.take_along_axis(order, np.argsort(-np.take_along_axis(total, order, 1), axis=1, kind="stable"), 1)
    return ranking.each("ndcg_at_10", np.take_along_axis(gold, best, 1), n_gold)


def _allowed(n: int, history: NDArray[np.int32], *, again: bool) -> NDArray[np.bool_]:
    allowed = np.ones(n, dtype=bool)
    if not again:
        allowed[history] = False
    return allowed
