"""What another way of choosing would have earned, by a log of what was shown, how likely that was, and its reward."""

import numpy as np
from numpy.typing import NDArray

METRICS: tuple[str, ...] = ()
MAX_WEIGHT = 50.0
"""Larger importance weights are cut: a little bias for much less variance."""
Floats = NDArray[np.float64]


def estimate(
    reward: Floats,
    shown: Floats,
    wanted: Floats,
    guess: Floats | None = None,
    value: Floats | None = None,
    *,
    n_resamples: int = 1_000,
    seed: int = 7,
) -> dict[str, dict[str, float]]:
    """Return `ips`, `snips` and, with a reward model, `dr`, each with its 95 % interval by resampling.

    All have shape (n,), one entry per impression: the `reward` it earned, the probability with which it was `shown`,
    and the probability with which the other policy would have `wanted` to show it there. `guess` is the reward model's
    guess for what was shown, `value` its guess for what the other policy would show. Raises `ValueError` where a
    probability is not above 0 or there is no impression.

    Sources: Horvitz and Thompson 1952 (ips); Swaminathan and Joachims 2015, "The Self-Normalized Estimator for
    Counterfactual Learning" (snips); Dudík, Langford and Li 2011, "Doubly Robust Policy Evaluation" (dr).
    """
    if not len(reward) or not (shown > 0).all():
        raise ValueError("every impression needs a probability above 0")
    weight = np.minimum(wanted / shown, MAX_WEIGHT)
    rng = np.random.default_rng(seed)
    draws = [np.arange(len(reward))] + [rng.integers(len(reward), size=len(reward)) for _ in range(n_resamples)]
    made = {
        "ips": [float((weight * reward)[at].mean()) for at in draws],
        "snips": [float((weight * reward)[at].sum() / max(1e-12, weight[at].sum())) for at in draws],
    }
    if guess is not None and value is not None:
        robust = value + weight * (reward - guess)
        made["dr"] = [float(robust[at].mean()) for at in draws]
    return {name: _interval(values) for name, values in made.items()} | {
        "logged": _interval([float(reward[at].mean()) for at in draws])
    }


def effective_size(shown: Floats, wanted: Floats) -> float:
    """Return how many impressions of the other policy the log is worth. Source: Kish 1965, section 11.7.

    >>> effective_size(np.array([0.5, 0.5]), np.array([1.0, 0.0]))
    1.0
    """
    weight = np.minimum(wanted / shown, MAX_WEIGHT)
    return float(weight.sum() ** 2 / max(1e-12, (weight**2).sum()))


def _interval(values: list[float]) -> dict[str, float]:
    low, high = np.quantile(values[1:] or values, [0.025, 0.975])
    return {"value": values[0], "low": float(low), "high": float(high)}
