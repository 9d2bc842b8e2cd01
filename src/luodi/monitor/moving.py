"""Numbers that move with the traffic: an exponentially weighted mean of each request's row, held against the reference.

Source: Roberts 1959, "Control Chart Tests Based on Geometric Moving Averages"; of several numbers at once, Lowry et al.
1992, "A Multivariate Exponentially Weighted Moving Average Control Chart". Shares are compared by the Jensen-Shannon
divergence (Lin 1991). Counts of many kinds, few of which grow when a topic arrives, are compared by `surge`. A topic
moves several numbers at once, none of them far: `together` adds up how far, each in its own standard deviations.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from luodi.contracts import record

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

BLOCK = 25  # requests between two looks
SIGNS = ("words", "confidence", "labels", "doubt", "novelty", "meaning")
"""The numbers that a new topic moves."""
MOST_SIGMA = 6.0  # so far at most does one of them count, which alone would have raised an alarm of its own


@record
class Part:
    """One number: some columns of the rows, and how their mean is held against the reference."""

    name: str
    how: Literal["shares", "surge", "mean", "either", "place"]
    reference: tuple[float, ...]
    """The mean of the reference in each column."""
    grain: tuple[float, ...] = ()
    """Of a surge: mean square by mean of each column, which is 1 where a request counts for 0 or 1. Of a place: its
    variance along each direction."""
    n: int = 0
    """Of a surge: rows behind the reference."""
    window: int = 0
    """Of a surge: requests behind the moving mean."""


def fading(window: int) -> float:
    """Return the weight of the newest request, so that the mean is as steady as one of the last `window` requests.

    >>> fading(399)
    0.005
    """
    return 2 / (window + 1)


def moved(state: F64, block: F64, n: int, weight: float) -> F64:
    """Return the moving mean after n more requests with the mean `block`."""
    keep = (1 - weight) ** n
    return keep * state + (1 - keep) * block


def start(parts: Sequence[Part]) -> F64:
    """Return the moving mean before the first request: the reference."""
    return np.array([one for part in parts for one in part.reference], np.float64)


def values(parts: Sequence[Part], states: F64) -> dict[str, F64]:
    """Return each number for some moving means, shape (n, n_columns): arrays of shape (n,)."""
    made, at = {}, 0
    for part in parts:
        reference = np.asarray(part.reference)
        inside = states[:, at : at + len(reference)]
        at += len(reference)
        if part.how == "mean":
            made[part.name] = inside[:, 0]
        elif part.how == "either":
            made[part.name] = np.abs(inside[:, 0] - reference[0])
        elif part.how == "surge":
            made[part.name] = (surplus(part, inside) ** 2).sum(axis=1)
        elif part.how == "place":
            made[part.name] = ((inside - reference) ** 2 / np.asarray(part.grain)).sum(axis=1)
        else:
            made[part.name] = divergence(inside, reference)
    return made


def signs(parts: Sequence[Part], found: Mapping[str, F64]) -> dict[str, F64]:
    """Return the numbers that a new topic moves, as roots where they are squares, so that they stray about evenly."""
    return {
        part.name: np.sqrt(np.maximum(0.0, found[part.name]))
        if part.how in {"surge", "shares", "place"}
        else found[part.name]
        for part in parts
        if part.name in SIGNS
    }


def together(signs_: Mapping[str, F64], scales: Mapping[str, tuple[float, float]]) -> F64:
    """Return the sum of squares of how far each sign has risen, in the standard deviations of quiet weeks.

    Source: Kudo 1963, "A multivariate analogue of the one-sided test", as it is for independent signs; these are not,
    and how far the sum strays is simulated.
    """
    total: F64 = np.zeros(1)
    for name, value in signs_.items():
        center, spread = scales[name]
        if spread > 0:
            total = total + np.clip((value - center) / spread, 0, MOST_SIGMA) ** 2
    return total


def surplus(part: Part, inside: F64) -> F64:
    """Return by how many standard errors columns have grown beyond what one in so many does by chance; 0 elsewhere.

    The root of a count has the same spread whatever the count (Anscombe 1948, "The Transformation of Poisson, Binomial
    and Negative-Binomial Data"); the error of the reference is in the standard error. A new topic makes a few of many
    columns grow: the sum of squares of those beyond a threshold finds it where the sum of all drowns it (Fan 1996,
    "Test of Significance Based on Wavelet Thresholding and Neyman's Truncation", section 2.1 gives the threshold).
    """
    mean, grain = np.asarray(part.reference), np.asarray(part.grain)
    now, then = part.window / grain, part.n / grain
    scale = 2 / np.sqrt(1 / now + 1 / then)
    z = scale * np.sqrt(inside + 0.375 / now) - scale * np.sqrt(mean + 0.375 / then)
    log_n = np.log(max(3, len(mean)))
    least = np.sqrt(2 * np.log(max(1.0, len(mean) / log_n**2)))
    made: F64 = np.sqrt(np.maximum(0.0, z * np.abs(z) - least**2))
    return made


def divergence(p: F64, q: F64) -> F64:
    """Return the Jensen-Shannon divergence of each row of shares from `q`, in bits, 0 to 1.

    >>> divergence(np.array([[1.0, 0.0], [0.5, 0.5]]), np.array([0.5, 0.5])).round(3).tolist()
    [0.311, 0.0]
    """
    p = p / np.maximum(p.sum(axis=1, keepdims=True), 1e-12)
    q = np.broadcast_to(q / max(float(q.sum()), 1e-12), p.shape)
    middle = (p + q) / 2
    return np.maximum(0.0, (_relative(p, middle) + _relative(q, middle)) / 2)


def _relative(p: F64, q: F64) -> F64:
    there = p > 0
    ratio = np.divide(p, q, out=np.ones_like(p), where=there)
    made: F64 = (np.where(there, p, 0) * np.log2(ratio)).sum(axis=1)
    return made


def bound(fit: Mapping[str, float], *, per_week: float, false_alarms: float, n_numbers: int) -> float:
    """Return what a number exceeds by chance so rarely that all of them together raise `false_alarms` a week.

    `fit` is what `largest` returned of weeks of 10,000 requests, and `least` what nobody would mind.
    """
    more = max(1.0, per_week / 10_000)
    found = _exceeded(fit["location"], fit["scale"], fit["between"], more, false_alarms / n_numbers)
    return max(found, float(fit["least"]))


@lru_cache(maxsize=256)
def _exceeded(location: float, scale: float, between: float, more: float, probability: float) -> float:
    at, weight = np.polynomial.hermite_e.hermegauss(40)
    weight = weight / weight.sum()
    low, high = location - 10 * between, location + 10 * between + scale * (40 + float(np.log(more)))
    for _ in range(60):
        middle = (low + high) / 2
        often = more * np.exp(-np.clip((middle - location - between * at) / max(scale, 1e-12), -500, 500))
        low, high = (middle, high) if weight @ -np.expm1(-often) > probability else (low, middle)
    return high


def largest(weeks: F64) -> dict[str, float]:
    """Return the distribution that the largest values of some weeks come from, shape (n_draws, n_weeks), by moments.

    Within a draw of reference and traffic it is Gumbel's (Gumbel 1958, "Statistics of Extremes"), of which k times as
    many requests shift the location by scale · ln k; between draws the location is normal.
    """
    within = float(weeks.var(axis=1, ddof=1).mean())
    between = max(0.0, float(weeks.mean(axis=1).var(ddof=1)) - within / weeks.shape[1])
    scale = (6 * within) ** 0.5 / np.pi
    return {"location": float(weeks.mean()) - 0.5772156649 * scale, "scale": scale, "between": between**0.5}
