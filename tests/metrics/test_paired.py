"""Exact paired tests and the interval of a share."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.metrics import paired


@pytest.mark.parametrize(
    ("wins", "losses", "p"),
    [
        pytest.param(0, 0, 1.0, id="no question tells them apart"),
        pytest.param(5, 0, 0.0625, id="2 / 32"),
        pytest.param(10, 2, 158 / 4096, id="2 (66 + 12 + 1) / 4,096"),
    ],
)
def test_mcnemar_by_hand(wins, losses, p):
    assert paired.mcnemar(wins, losses) == pytest.approx(p)
    assert paired.mcnemar(losses, wins) == pytest.approx(p)


def test_many_questions_overflow_nothing():
    assert paired.mcnemar(3_000, 2_000) < 1e-40


@given(st.integers(0, 200), st.integers(1, 200))
def test_an_interval_holds_its_share_and_lies_between_zero_and_one(k, n):
    k = min(k, n)

    low, high = paired.wilson(k, n)

    assert low + 1e-12 >= 0 and low <= k / n + 1e-12 and k / n <= high + 1e-12 and high <= 1 + 1e-12
