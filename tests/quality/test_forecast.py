"""The learning curve: known laws are found again, and what cannot be told is not told."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luodi.quality import forecast

SIZES = np.array([250.0, 500, 1_000, 2_000, 4_000])


def curve_of(a, b, c, *, n_rows=4_000, noise=0.003, seed=1):
    rng = np.random.default_rng(seed)
    errors = np.clip(a * SIZES**-b + c + rng.normal(0, noise, (3, len(SIZES))), 0, 1)
    laws = forecast.fit(SIZES, errors, n_test=2_000)
    points = tuple(zip(SIZES.astype(int).tolist(), (1 - errors.mean(axis=0)).tolist(), strict=True))
    return forecast.Curve(points=points, n_rows=n_rows, laws=laws)


@pytest.mark.parametrize(("a", "b", "c"), [(3.0, 0.4, 0.02), (1.0, 0.25, 0.0), (5.0, 0.6, 0.1)])
def test_a_known_law_is_continued(a, b, c):
    made = curve_of(a, b, c)

    for times in (1, 2, 4):
        truth = 1 - (a * (times * 4_000) ** -b + c)
        one = made.at(times * 4_000)
        assert one.value == pytest.approx(truth, abs=0.015)
        assert one.low - 0.005 <= truth <= one.high + 0.005


def test_the_farther_the_forecast_the_wider():
    made = curve_of(3.0, 0.4, 0.02)

    widths = [made.at(n).high - made.at(n).low for n in (4_000, 16_000, 64_000)]

    assert widths == sorted(widths)


def test_the_rows_that_a_target_needs_are_those_of_the_law():
    made = curve_of(3.0, 0.5, 0.0, noise=0.001)

    need = made.needed(0.97)  # 3 / sqrt(n) = 0.03 at 10,000 rows

    assert need.rows == pytest.approx(10_000, rel=0.25)
    assert need.low <= need.rows <= need.high


@pytest.mark.parametrize("target", [0.95, 1.0])
def test_a_target_above_the_end_of_the_curve_cannot_be_told(target):
    need = curve_of(5.0, 0.6, 0.2, noise=0.001).needed(target)

    assert (need.rows, need.high) == (None, None)
    assert need.reason


def test_a_flat_curve_promises_nothing():
    made = curve_of(0.0, 0.5, 0.3, noise=0.01)

    assert made.at(16_000).value < 0.75
    assert made.needed(0.9).rows is None


@settings(max_examples=40, deadline=None)
@given(st.floats(0.05, 5), st.floats(0.1, 1), st.floats(0, 0.4), st.integers(0, 99))
def test_no_forecast_leaves_0_to_1_or_falls_with_more_rows(a, b, c, seed):
    made = curve_of(a, b, c, seed=seed)

    values = [made.at(n) for n in (4_000, 8_000, 40_000)]

    assert all(one.low <= one.value <= one.high <= 1 for one in values)
    assert values[0].value <= values[1].value <= values[2].value
    need = made.needed(0.9)
    assert need.rows is None or need.low <= need.rows


def test_a_curve_is_measured_on_rows_that_were_set_aside_and_is_the_same_again():
    rng = random.Random(1)
    ys = [rng.choice("ab") for _ in range(400)]
    xs = [" ".join(rng.choices([f"{y}{n}" for n in range(40)] + [f"c{n}" for n in range(20)], k=6)) for y in ys]

    made, again = (forecast.curve(xs, ys, seed=3) for _ in range(2))

    assert made.points == again.points
    assert (made.laws == again.laws).all()
    assert made.points[-1][0] == made.n_rows == 300
    assert made.points[-1][1] > made.points[0][1]
    assert set(made.summary()["forecast"]) == {"1x", "2x", "4x"}


def test_another_learner_and_sets_of_labels_may_be_forecast():
    asked = []

    def learn(train, texts):
        asked.append((len(train), len(texts)))
        return [train[0][1]] * len(texts)

    made = forecast.curve(["x"] * 400, [frozenset("a"), frozenset("ab")] * 200, learn=learn, max_rows=160)

    assert {n for n, _ in asked} == {20, 40, 80, 160}
    assert {n for _, n in asked} == {100}
    assert made.n_rows == 300


def test_too_few_rows_or_labels_have_no_curve():
    assert forecast.curve(["x"] * 100, ["a", "b"] * 50) is None
    assert forecast.curve(["x"] * 300, ["a"] * 300) is None
