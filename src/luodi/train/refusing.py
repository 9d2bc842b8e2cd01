"""When a reader says "no answer": how likely that has to be beforehand, learned on questions with and without one."""

from collections.abc import Sequence

import numpy as np


def best_bias(answered: Sequence[float], refused: Sequence[float], odds: Sequence[float]) -> tuple[float | None, float]:
    """Return what to add to the log-odds of "no answer" for the highest mean score on dev, and that score.

    All have shape (n,): what each question scores with its best span and with "no answer", and the log-odds of the
    span against "no answer". Where no question is without an answer, there is nothing to learn it from, and the bias
    is `None`: always answer. Source: Rajpurkar et al. 2018, section 5, the threshold that is tuned on dev.

    >>> best_bias([1.0, 1.0, 0.0], [0.0, 0.0, 1.0], [2.0, 1.0, 0.0])
    (0.5, 1.0)
    """
    gain, without, at = (np.asarray(one, dtype=np.float64) for one in (answered, refused, odds))
    if not without.any():
        return None, float(gain.mean()) if len(gain) else 0.0
    order = np.argsort(-at, kind="stable")
    # with the k surest answered and the others refused
    totals = np.concatenate([[0.0], np.cumsum(gain[order])]) + np.concatenate(
        [np.cumsum(without[order][::-1])[::-1], [0.0]]
    )
    k = int(np.argmax(totals))
    sorted_odds = at[order]
    above = sorted_odds[k - 1] if k else sorted_odds[0] + 2.0
    below = sorted_odds[k] if k < len(at) else sorted_odds[-1] - 2.0
    return float((above + below) / 2), float(totals[k] / len(at))
