"""When to answer alone: a threshold on the confidence above which a precision can be promised.

The method is fixed-sequence testing: Angelopoulos, Bates, Candès, Jordan and Lei 2021, "Learn then Test", section 3
and appendix on fixed-sequence testing. The thresholds and the order in which they are tested come from the dev rows
alone. Each is tested on the exam rows with the exact binomial test of "the precision among answers above this
threshold is below the promised one". Testing goes from the most promising threshold towards looser ones and ends at
the first that cannot be rejected; so the probability that the chosen threshold breaks its promise is at most
1 - confidence, whatever the model and however its scores are distributed.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from luodi.contracts import record

METRICS: tuple[str, ...] = ()
N_THRESHOLDS = 50


@record
class Promise:
    """A threshold, and what it was seen to do on the exam."""

    precision: float
    """What is promised."""
    confidence: float
    """How sure the promise is."""
    threshold: float | None
    """Answer alone from this confidence on; `None` where no precision can be promised."""
    share: float
    """Share of exam rows answered alone."""
    measured: float | None
    """Precision among those."""
    n_answered: int
    n_exam: int


def promise(
    dev: tuple[Sequence[float], Sequence[bool]],
    exam: tuple[Sequence[float], Sequence[bool]],
    *,
    precision: float,
    confidence: float = 0.95,
) -> Promise:
    """Choose a threshold. `dev` and `exam` are (confidences, rightness), each of shape (n,)."""
    p, right = _arrays(exam)
    chosen: float | None = None
    for threshold in _sequence(dev, len(p), precision):
        answered = p >= threshold
        if p_value(int(answered.sum()), int(right[answered].sum()), precision) > 1 - confidence:
            break
        chosen = threshold
    answered = p >= chosen if chosen is not None else np.zeros(len(p), dtype=np.bool_)
    n = int(answered.sum())
    return Promise(
        precision=precision,
        confidence=confidence,
        threshold=chosen,
        share=n / len(p),
        measured=float(right[answered].mean()) if n else None,
        n_answered=n,
        n_exam=len(p),
    )


def p_value(n: int, n_right: int, precision: float) -> float:
    """Probability of `n_right` or more right answers of `n` if the precision were only this high.

    >>> p_value(100, 100, 0.97) < 0.05
    True
    >>> p_value(0, 0, 0.97)
    1.0
    """
    if n == 0:
        return 1.0
    log_p, log_q = math.log(precision), math.log1p(-precision)
    terms = [
        math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) + k * log_p + (n - k) * log_q
        for k in range(n_right, n + 1)
    ]
    top = max(terms)
    return min(1.0, math.exp(top) * math.fsum(math.exp(term - top) for term in terms))


def curve(confidences: Sequence[float], correct: Sequence[bool], *, n_points: int = 40) -> list[dict[str, float]]:
    """Return precision against the share answered alone, from the surest answers to all of them."""
    p, right = _arrays((confidences, correct))
    order = np.argsort(-p, kind="stable")
    running = np.cumsum(right[order]) / np.arange(1, len(p) + 1)
    counts = sorted({max(1, round(len(p) * k / n_points)) for k in range(1, n_points + 1)})
    return [
        {"share": n / len(p), "precision": float(running[n - 1]), "threshold": float(p[order[n - 1]])} for n in counts
    ]


def _sequence(dev: tuple[Sequence[float], Sequence[bool]], n_exam: int, precision: float) -> list[float]:
    """Return the thresholds to test: first the one that dev makes most likely to pass, then looser ones."""
    p, right = _arrays(dev)
    grid = np.unique(np.quantile(p, np.linspace(0, 1, N_THRESHOLDS, endpoint=False)))[::-1]  # strict to loose
    spread = math.sqrt(precision * (1 - precision))

    def strength(threshold: float) -> float:
        answered = p >= threshold
        n, hits = float(answered.sum()), float(right[answered].sum())
        shrunk = (hits + precision) / (n + 1)  # one pseudo-answer at the promised precision
        return (shrunk - precision) * math.sqrt(n / len(p) * n_exam) / spread

    start = int(np.argmax([strength(float(one)) for one in grid]))
    return [float(one) for one in grid[start:]]


def _arrays(pair: tuple[Sequence[float], Sequence[bool]]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    return np.asarray(pair[0], dtype=np.float64), np.asarray(pair[1], dtype=np.bool_)
