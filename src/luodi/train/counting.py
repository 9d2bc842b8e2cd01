"""How often each item was asked for, with what is long ago counting less."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from luodi.contracts import Facts
from luodi.runtime.scorers import Popular
from luodi.train.choosing import few, ndcg
from luodi.train.lesson import Lesson, numbered

HALVES = (0.01, 0.03, 0.1, 0.3, 1.0, 100.0)
"""Half-lives that are tried, as shares of the time the log spans; the last hardly fades."""


def popular(lesson: Lesson, dev: Sequence[tuple[Any, Any]]) -> tuple[Popular, Facts]:
    """Return the counts that do best on dev, on a logarithmic scale so that a blend can use them."""
    events = lesson.train
    span = max(1, int(events.time.max()) - int(events.time.min()))
    age = (int(events.time.max()) - events.time) / span
    questions = few(numbered(lesson, dev))
    tried = []
    for half in HALVES:
        counts = np.bincount(events.item, weights=0.5 ** (age / half), minlength=len(events.items))
        scorer = Popular(np.log1p(counts).astype(np.float32))
        tried.append((ndcg(scorer, questions, again=lesson.rules.again), half, scorer))
    best = max(tried, key=lambda one: one[:2])
    return best[2], {"half_life": best[1], "dev": round(best[0], 5)}
