"""A promised precision holds as often as is promised, whatever the model is like."""

import numpy as np
import pytest
from scipy import stats

from luodi.metrics.automation import Promise, curve, p_value, promise

N_SIMULATED, N_DEV, N_EXAM = 400, 300, 600
TO_BREAK = 0.05 + 3 * np.sqrt(0.05 * 0.95 / N_SIMULATED)

PROFILES = {
    "calibrated": lambda p: p,
    "overconfident": lambda p: 0.5 + 0.6 * (p - 0.5),
    "flat, whatever it says": lambda p: np.full_like(p, 0.9),
    "with one label in ten wrong": lambda p: 0.9 * p + 0.1 * (1 - p),
    "worst where it is surest": lambda p: np.where(p > 0.95, 0.7, 0.93),
    "just not good enough": lambda p: np.full_like(p, 0.899),
}
"""True accuracy by the confidence that a model states."""


def asked(rng, accuracy, n):
    sure = rng.beta(5, 1, n).round(2)  # ties, as a real model has
    return sure, rng.random(n) < accuracy(sure)


def is_broken(made: Promise, accuracy) -> bool:
    """Say whether the answers above the threshold are right less often than was promised, in truth."""
    if made.threshold is None:
        return False
    grid = (np.arange(20_000) + 0.5) / 20_000
    sure = stats.beta(5, 1).ppf(grid).round(2)
    return accuracy(sure[sure >= made.threshold]).mean() < made.precision - 1e-9


@pytest.mark.parametrize("precision", [0.9, 0.95])
@pytest.mark.parametrize("profile", PROFILES)
def test_a_promise_is_broken_no_more_often_than_it_says(profile, precision):
    rng, accuracy = np.random.default_rng(21), PROFILES[profile]
    made = [
        promise(asked(rng, accuracy, N_DEV), asked(rng, accuracy, N_EXAM), precision=precision)
        for _ in range(N_SIMULATED)
    ]

    assert np.mean([is_broken(one, accuracy) for one in made]) <= TO_BREAK


def test_a_good_model_is_mostly_let_alone():
    rng = np.random.default_rng(22)
    made = [promise(asked(rng, lambda p: p, 1_000), asked(rng, lambda p: p, 2_000), precision=0.9) for _ in range(20)]

    # in truth the answers with 0.79 or more are right in nine of ten cases: 69 % of them
    assert np.mean([one.share for one in made]) > 0.4
    assert all(one.measured >= 0.9 for one in made)


def test_a_promise_says_what_was_seen_on_the_exam():
    sure, right = np.linspace(0.5, 1, 400), np.arange(400) >= 100

    made = promise((sure, right), (sure, right), precision=0.9, confidence=0.9)

    above = sure >= made.threshold
    assert (made.precision, made.confidence, made.n_exam) == (0.9, 0.9, 400)
    assert (made.n_answered, made.share) == (above.sum(), pytest.approx(above.mean()))
    assert made.measured == pytest.approx(right[above].mean())


@pytest.mark.parametrize(
    ("n", "right"),
    [pytest.param(200, False, id="always wrong"), pytest.param(20, True, id="too few to know")],
)
def test_where_nothing_can_be_promised_nothing_is_answered_alone(n, right):
    rows = [0.9] * n, [right] * n

    made = promise(rows, rows, precision=0.95)

    assert (made.threshold, made.share, made.measured, made.n_answered) == (None, 0.0, None, 0)


def test_one_confidence_for_all_is_one_threshold():
    rows = [0.9] * 200, [True] * 200

    assert promise(rows, rows, precision=0.95).share == 1.0


@pytest.mark.parametrize("precision", [0.5, 0.9, 0.999])
@pytest.mark.parametrize(("n", "n_right"), [(1, 0), (1, 1), (40, 39), (500, 480), (2_000, 1_999), (20_000, 18_050)])
def test_the_p_value_is_the_upper_tail_of_a_binomial(n, n_right, precision):
    expected = stats.binom.sf(n_right - 1, n, precision)

    assert p_value(n, n_right, precision) == pytest.approx(expected, rel=1e-6, abs=1e-300)


def test_the_curve_ends_with_all_answers():
    sure, right = [0.9, 0.8, 0.7, 0.6], [True, True, False, True]

    assert curve(sure, right) == [
        {"share": 0.25, "precision": 1.0, "threshold": 0.9},
        {"share": 0.5, "precision": 1.0, "threshold": 0.8},
        {"share": 0.75, "precision": pytest.approx(2 / 3), "threshold": 0.7},
        {"share": 1.0, "precision": 0.75, "threshold": 0.6},
    ]
