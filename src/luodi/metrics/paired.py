"""Which of two answers the same questions better: exact tests on the questions where just one of them is right."""

import math

METRICS: tuple[str, ...] = ()


def mcnemar(wins: int, losses: int) -> float:
    """Return the two-sided exact p-value of "neither is better", from the questions that one alone got right.

    Source: McNemar 1947; the exact form is the sign test (Fagerland, Lydersen and Laake 2013, section 2).

    >>> mcnemar(8, 1), mcnemar(3, 3)
    (0.0390625, 1.0)
    """
    return min(1.0, 2 * at_least(max(wins, losses), wins + losses))


def at_least(k: int, n: int) -> float:
    """Return the probability of `k` heads or more among `n` tosses of a fair coin.

    >>> at_least(5, 5)
    0.03125
    """
    return sum(math.comb(n, i) for i in range(k, n + 1)) / (1 << n)


def wilson(k: float, n: float, z: float = 1.96) -> tuple[float, float]:
    """Return the interval of a share of `k` among `n`; 0 to 1 where n is 0.

    Source: Wilson 1927, "Probable Inference, the Law of Succession, and Statistical Inference".

    >>> [round(one, 3) for one in wilson(45, 50)]
    [0.786, 0.957]
    """
    if n == 0:
        return 0.0, 1.0
    share = k / n
    middle, spread = share + z * z / (2 * n), z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low, high = (middle - spread) / (1 + z * z / n), (middle + spread) / (1 + z * z / n)
    return max(0.0, min(share, low)), min(1.0, max(share, high))  # which rounding may leave by a last digit
