"""How far numbers stray by chance: the error of a small exam is part of it."""

import random

from luodi.monitor.reference import Seen, build


def spread_of(n):
    """The standard deviation, between draws, of the share handed over, for an exam of n rows of which 3 in 10 are."""
    rng = random.Random(7)
    held_out = [
        Seen(x="where is my card", label="card", confidence=rng.random(), handed_over=rng.random() < 0.3)
        for _ in range(n)
    ]
    about = build(["where is my card"], held_out, window=600, seed=7, n_draws=24)
    return about["fits"]["handed_over"]["between"]


def test_a_share_is_known_no_better_than_the_exam_lets_it_be():
    n, traffic = 150, 2_000
    expected = (0.3 * 0.7 * (1 / n + 1 / traffic)) ** 0.5

    assert 0.6 * expected < spread_of(n) < 1.5 * expected
