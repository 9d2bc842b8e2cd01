"""A week of traffic as a small company has it: busy by day, quiet by night and on Sunday; short at some hours.

Bounds are chosen on such weeks, so that a rhythm is not taken for drift.
"""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]

PER_WEEK = 10_000
HOURS = 7 * 24
PEAK = 14  # o'clock
NIGHT = 0.1  # requests in the quietest hour, of those in the busiest
WEEKEND = 0.4
TILT = 0.3  # texts at the peak are so many standard deviations of log length longer than usual, and shorter at night


def volumes() -> F64:
    """Return the share of a week's requests in each hour, shape (168,)."""
    hours = np.arange(HOURS)
    day = NIGHT + (1 - NIGHT) * (1 + np.cos(2 * math.pi * (hours - PEAK) / 24)) / 2
    shares = day * np.where(hours // 24 >= 5, WEEKEND, 1.0)
    made: F64 = shares / shares.sum()
    return made


def week(lengths: I64, rng: np.random.Generator, *, n: int = PER_WEEK, tilt: float = TILT) -> Iterator[I64]:
    """Yield, hour by hour, which rows are asked, each as often as another on the whole; `lengths` has one for each."""
    order = np.log1p(lengths.astype(np.float64))
    z = np.clip((order - order.mean()) / (order.std() or 1.0), -3, 3)
    for hour, n_here in enumerate(rng.multinomial(n, volumes())):
        weights = np.exp(tilt * z * math.cos(2 * math.pi * (hour - PEAK) / 24))
        cumulative = np.cumsum(weights / weights.sum())
        yield np.minimum(np.searchsorted(cumulative, rng.random(n_here)), len(lengths) - 1)
