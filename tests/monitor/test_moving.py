import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.monitor import features, moving
from luodi.monitor.moving import Part

FIT = {"location": 1.0, "scale": 0.2, "between": 0.3, "least": 0.0}


def bound(fit=FIT, **changed):
    return moving.bound(fit, **({"per_week": 0, "false_alarms": 0.04, "n_numbers": 10} | changed))


def surge(n_columns, n_rows, grown):
    """The largest of a window of 600 in which some columns of 1 % have grown to 5 %, held against n_rows."""
    part = Part(name="words", how="surge", reference=(0.01,) * n_columns, grain=(1.0,), n=n_rows, window=600)
    states = np.full((1, n_columns), 0.01)
    states[0, :grown] = 0.05
    return float(moving.values([part], states)["words"][0])


def test_a_few_words_that_have_grown_are_told_and_none_of_those_that_have_not():
    assert surge(2_000, 2_000, 0) == 0
    assert surge(2_000, 2_000, 3) == pytest.approx(3 * surge(2_000, 2_000, 1))


def test_a_small_reference_makes_the_same_growth_less_surprising():
    assert 0 < surge(2_000, 300, 3) < surge(2_000, 2_000, 3)


def test_signs_that_all_rise_a_little_are_more_together_than_one_that_rises_alone():
    signs = moving.SIGNS[:5]
    scales = dict.fromkeys(signs, (1.0, 0.1))

    def together(*sigmas):
        return float(moving.together(dict(zip(signs, 1 + 0.1 * np.array(sigmas)[:, None], strict=True)), scales)[0])

    assert together(3, 3, 3, 3, 3) == pytest.approx(45)
    assert together(5, 0, 0, 0, 0) == pytest.approx(25)
    assert together(5, -9, -9, -9, -9) == pytest.approx(25)  # what falls is no sign of it, and hides none
    assert together(1e9, 0, 0, 0, 0) == moving.MOST_SIGMA**2


@given(st.floats(1, 1e4), st.floats(0.001, 0.1))
def test_more_traffic_and_fewer_false_alarms_make_bounds_wider(more, false_alarms):
    assert bound(per_week=10_000 * more) >= bound() - 1e-9
    assert bound(false_alarms=false_alarms / 2) > bound(false_alarms=false_alarms)


def test_the_bound_is_exceeded_as_rarely_as_was_asked():
    rng = np.random.default_rng(7)
    draws = FIT["location"] + FIT["between"] * rng.standard_normal(400_000) + rng.gumbel(0, FIT["scale"], 400_000)

    assert float((draws > bound()).mean()) == pytest.approx(0.004, rel=0.15)


def test_what_the_largest_values_come_from_is_found_again():
    rng = np.random.default_rng(7)
    weeks = 1.0 + 0.3 * rng.standard_normal((4_000, 1)) + rng.gumbel(0, 0.2, (4_000, 3))

    found = moving.largest(weeks)

    assert found == pytest.approx({"location": 1.0, "scale": 0.2, "between": 0.3}, abs=0.02)


def test_chinese_words_are_pairs_of_characters():
    sentence = features.words("我要退款")

    assert len(sentence) == 3
    assert features.words("退款") <= sentence
    assert not features.words("款") & sentence
