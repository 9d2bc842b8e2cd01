"""How one release does beside another: failures, answers handed over, latency; and when one is surely worse.

Shares: the interval of a difference of two proportions (Newcombe 1998, "Interval estimation for the difference between
independent proportions", method 10). Latency: the rank-sum test (Mann and Whitney 1947) and the ratio of the medians.
They are looked at again and again, so what counts as sure is 4 standard errors.
"""

import math
from collections import Counter, deque

import numpy as np

from luodi.ledger.entries import Served
from luodi.monitor import promise
from luodi.monitor.settings import Watching

RECENT = 1_000
MIN_EACH = 50
SURE = 4.0
LEAST_MS = 20.0  # slower by less is not worth a rollback, and may be the machine (docs/logbook.md, 2026-11-24)


class Tally:
    """Counts of one release, as long as it is in one stage."""

    def __init__(self) -> None:
        self.n = self.n_failed = self.n_handed_over = self.n_compared = self.n_agreed = 0
        self.latencies: deque[float] = deque(maxlen=RECENT)
        self.labels: Counter[str] = Counter()

    def see(self, served: Served) -> None:
        """Count an answer."""
        self.n += 1
        self.n_handed_over += served.handed_over
        self.latencies.append(served.latency_ms)
        if len(self.labels) < RECENT or served.label in self.labels:
            self.labels[served.label] += 1

    def fail(self, n: int) -> None:
        """Count requests that were not answered."""
        self.n += n
        self.n_failed += n

    def compare(self, champion: Served, shadow: Served) -> None:
        """Count whether the shadow would have said the same."""
        self.n_compared += 1
        same = champion.label == shadow.label if champion.label else champion.response == shadow.response
        self.n_agreed += same

    @property
    def error_rate(self) -> float | None:
        """Share of requests that failed; `None` without a request."""
        return round(self.n_failed / self.n, 5) if self.n else None

    @property
    def handed_over(self) -> float | None:
        """Share of answers handed to a person."""
        answered = self.n - self.n_failed
        return round(self.n_handed_over / answered, 5) if answered else None

    @property
    def p95_ms(self) -> float | None:
        """The 95th percentile of the last thousand."""
        return round(float(np.quantile(self.latencies, 0.95)), 2) if self.latencies else None

    @property
    def agree(self) -> float | None:
        """Share of answers on which a shadow said the same as the champion."""
        return round(self.n_agreed / self.n_compared, 5) if self.n_compared else None


def worse(new: Tally, old: Tally, settings: Watching) -> str:
    """Return in what a release is surely worse than another, or nothing."""
    if min(new.n, old.n) >= MIN_EACH:
        least = surely_more((new.n_failed, new.n), (old.n_failed, old.n))
        if least > settings.max_more_failed:
            return f"it fails on {new.error_rate:.1%} of the requests, the one before on {old.error_rate:.1%}"
    mine, theirs = new.n - new.n_failed, old.n - old.n_failed
    if min(mine, theirs) < MIN_EACH:
        return ""
    least = surely_more((new.n_handed_over, mine), (old.n_handed_over, theirs))
    if least > settings.max_more_handed_over:
        return f"it hands over {new.handed_over:.1%} of the answers, the one before {old.handed_over:.1%}"
    a, b = np.array(new.latencies), np.array(old.latencies)
    fast, slow = float(np.median(b)), float(np.median(a))
    if slow > settings.max_slower * fast and slow > fast + LEAST_MS and rank_sum(a, b) > SURE:
        return f"half of its answers take more than {slow:.1f} ms, of the one before {fast:.1f} ms"
    return ""


def surely_more(one: tuple[int, int], other: tuple[int, int], z: float = SURE) -> float:
    """Return by how much a share is at least larger than another, each a count of a number.

    >>> round(surely_more((50, 100), (10, 100), z=1.96), 3)
    0.278
    """
    p, q = one[0] / one[1], other[0] / other[1]
    low, _ = promise.wilson(*one, z=z)
    _, high = promise.wilson(*other, z=z)
    return p - q - math.sqrt((p - low) ** 2 + (high - q) ** 2)


def rank_sum(a: np.ndarray, b: np.ndarray) -> float:
    """Return by how many standard errors the values of `a` rank above those of `b`.

    >>> round(rank_sum(np.arange(10, 20.0), np.arange(10.0)), 2)
    3.78
    """
    both = np.concatenate([a, b])
    _, which, counts = np.unique(both, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[which]
    n, m = len(a), len(b)
    u = ranks[:n].sum() - n * (n + 1) / 2
    ties = (counts**3 - counts).sum() / ((n + m) * (n + m - 1))
    spread = math.sqrt(max(1e-12, n * m / 12 * (n + m + 1 - ties)))
    return float((u - n * m / 2) / spread)
