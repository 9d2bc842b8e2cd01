import random

import pytest

from luodi.monitor.promise import check, wilson


def judged(n, precision, seed):
    rng = random.Random(seed)
    return [rng.random() < precision for _ in range(n)]


def test_a_promise_that_is_just_kept_is_not_called_broken_however_often_one_looks():
    broken = [check(judged(n, 0.9, seed), 0.9).broken for seed in range(10) for n in range(50, 1_001, 50)]

    assert sum(broken) == 0


def test_a_promise_that_is_broken_is_found_with_an_interval_below_it():
    found = check(judged(400, 0.9, 1) + judged(500, 0.75, 2), 0.9)

    assert found.broken and found.high < 0.9


def test_of_few_judged_answers_nothing_is_said():
    found = check([False] * 10, 0.9)

    assert found.precision is None and not found.broken


@pytest.mark.parametrize(("k", "n", "low", "high"), [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605)])
def test_the_interval_is_that_of_the_source(k, n, low, high):
    """Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3."""
    assert wilson(k, n) == pytest.approx((low, high), abs=5e-5)
