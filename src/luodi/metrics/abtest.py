"""How many visitors and days an A/B test needs."""

import math
from statistics import NormalDist

METRICS: tuple[str, ...] = ()


def plan(rate: float, lift: float, *, per_day: float, alpha: float = 0.05, power: float = 0.8) -> dict[str, float]:
    """Return `n_per_arm` and `days` of a two-sided test that finds a relative `lift` of a `rate`, half of traffic each.

    Whole weeks, since weekdays differ. Raises `ValueError` where rate or lift make no test.
    Source: Fleiss, Levin and Paik 2003, "Statistical Methods for Rates and Proportions", equation 4.14.

    >>> plan(0.1, 0.1, per_day=10_000)
    {'n_per_arm': 14751, 'days': 7}
    """
    other = rate * (1 + lift)
    if not (0 < rate < 1 and 0 < other < 1 and lift):
        raise ValueError("rates lie between 0 and 1, and a test needs a difference")
    z_alpha, z_power = NormalDist().inv_cdf(1 - alpha / 2), NormalDist().inv_cdf(power)
    mean = (rate + other) / 2
    spread = z_alpha * math.sqrt(2 * mean * (1 - mean)) + z_power * math.sqrt(rate * (1 - rate) + other * (1 - other))
    n = math.ceil((spread / (other - rate)) ** 2)
    return {"n_per_arm": n, "days": 7 * math.ceil(2 * n / max(1e-9, per_day) / 7)}
