"""Factors of people and items, learned by the library `implicit`."""

import contextlib
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from implicit.als import AlternatingLeastSquares
from implicit.bpr import BayesianPersonalizedRanking
from threadpoolctl import threadpool_limits

from luodi.contracts import Facts, Recipe
from luodi.runtime.scorers import Factors
from luodi.train.choosing import few, ndcg
from luodi.train.lesson import Lesson, matrix, numbered

WIDTH = 64
TRIED = ((1.0, 5.0), (1.0, 20.0), (10.0, 80.0), (40.0, 100.0))
"""`alpha`, how much an event counts against none, with the regularization: pairs from weak to strong."""
MANY = 1_000_000
"""Above so many events one pair is tried, not all."""
NOBODY = np.zeros((0, WIDTH), dtype=np.float32)


def als(lesson: Lesson, dev: Sequence[tuple[Any, Any]], *, recipe: Recipe) -> tuple[Factors, Facts]:
    """Return factors by alternating least squares; how much an event counts is chosen on dev.

    Source: Hu, Koren and Volinsky 2008, "Collaborative Filtering for Implicit Feedback Datasets".
    """
    x = matrix(lesson.train)
    questions, again = few(numbered(lesson, dev)), lesson.rules.again
    tried = []
    for alpha, regularization in TRIED if x.nnz <= MANY else TRIED[2:3]:
        model = _fitted(
            AlternatingLeastSquares,
            x,
            factors=WIDTH,
            alpha=alpha,
            regularization=regularization,
            iterations=15,
            random_state=recipe.seed,
            max_minutes=recipe.max_minutes / (1 if x.nnz > MANY else len(TRIED)),
        )
        items = np.asarray(model.item_factors, dtype=np.float32)
        scorer = Factors(items, NOBODY, alpha=alpha, regularization=regularization)
        tried.append((ndcg(scorer, questions, again=again), scorer))
    best = max(tried, key=lambda one: one[0])
    return best[1], {**best[1].about(), "width": WIDTH, "dev": round(best[0], 5)}


def bpr(lesson: Lesson, dev: Sequence[tuple[Any, Any]], *, recipe: Recipe) -> tuple[Factors, Facts]:
    """Return factors by pairwise ranking. One thread, so that every run is the same.

    Source: Rendle et al. 2009, "BPR: Bayesian Personalized Ranking from Implicit Feedback".
    """
    x = matrix(lesson.train)
    model = _fitted(
        BayesianPersonalizedRanking,
        x,
        factors=WIDTH - 1,
        learning_rate=0.05,
        regularization=0.01,
        iterations=100,
        random_state=recipe.seed,
        num_threads=1,
    )
    items, users = (np.asarray(one, dtype=np.float32) for one in (model.item_factors, model.user_factors))
    scorer = Factors(items, users, alpha=1.0, regularization=1.0)
    value = ndcg(scorer, few(numbered(lesson, dev)), again=lesson.rules.again)
    return scorer, {"width": WIDTH, "dev": round(value, 5)}


def _fitted(kind: Any, x: Any, *, max_minutes: float | None = None, **settings: Any) -> Any:
    """Return a model of the library; with a limit, it stops after the round that another would take beyond it."""
    began = time.monotonic()

    def stop(n: int, *_: Any) -> None:
        taken = time.monotonic() - began
        if max_minutes is not None and taken * (n + 2) / (n + 1) > 60 * max_minutes:
            raise _EnoughError

    # The library has threads of its own, one per core, which those of BLAS would only hinder.
    with threadpool_limits(1, "blas"), contextlib.suppress(_EnoughError):
        model = kind(**settings)
        model.fit(x, show_progress=False, callback=stop)
    return model


class _EnoughError(Exception):
    """The time is up."""
