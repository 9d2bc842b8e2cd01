"""Probabilities that mean what they say."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luodi.metrics import calibration

N = 4_000
SCORES = st.lists(st.floats(min_value=1e-6, max_value=1.0), min_size=2, max_size=6).map(
    lambda raw: {f"label {n}": value / sum(raw) for n, value in enumerate(raw)}
)
TEMPERATURES = st.floats(min_value=0.05, max_value=20)


def softmax(logits):
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


@pytest.mark.parametrize("truth", [0.5, 1.0, 2.5])
def test_a_known_temperature_is_recovered(truth):
    rng = np.random.default_rng(5)
    logits = rng.normal(0, 2, (N, 3))
    gold = ["abc"[rng.choice(3, p=p)] for p in softmax(logits / truth)]
    predictions = [dict(zip("abc", p, strict=True)) for p in softmax(logits).tolist()]

    assert calibration.fit_temperature("classify", gold, predictions) == pytest.approx(truth, rel=0.1)


@pytest.mark.parametrize("truth", [0.5, 1.0, 2.5])
def test_a_known_temperature_of_tags_is_recovered(truth):
    rng = np.random.default_rng(6)
    logits = rng.normal(0, 2, (N, 3))
    drawn = rng.random((N, 3)) < 1 / (1 + np.exp(-logits / truth))
    gold = [frozenset(label for label, there in zip("abc", row, strict=True) if there) for row in drawn]
    predictions = [dict(zip("abc", p, strict=True)) for p in (1 / (1 + np.exp(-logits))).tolist()]

    assert calibration.fit_temperature("tag", gold, predictions) == pytest.approx(truth, rel=0.1)


def test_the_fitted_temperature_makes_an_overconfident_model_honest():
    rng = np.random.default_rng(7)
    logits = rng.normal(0, 1.5, (N, 3))
    gold = ["abc"[rng.choice(3, p=p)] for p in softmax(logits)]
    loud = [dict(zip("abc", p, strict=True)) for p in softmax(3 * logits).tolist()]

    t = calibration.fit_temperature("classify", gold, loud)
    quiet = [calibration.sharpen("classify", one, t) for one in loud]

    def error(predictions):
        right = [max(one, key=one.get) == y for one, y in zip(predictions, gold, strict=True)]
        return calibration.expected_calibration_error([max(one.values()) for one in predictions], right)

    assert error(quiet) < 0.03 < 0.1 < error(loud)


@settings(max_examples=200, deadline=None)
@given(SCORES, TEMPERATURES, st.sampled_from(["classify", "tag"]))
def test_a_temperature_keeps_the_order_of_the_labels_and_gives_probabilities(scores, temperature, kind):
    made = calibration.sharpen(kind, scores, temperature)

    order = sorted(scores, key=scores.get)
    assert list(made) == list(scores)
    assert all(made[a] <= made[b] + 1e-12 for a, b in itertools.pairwise(order))
    assert all(0 <= p <= 1 for p in made.values())
    assert kind == "tag" or sum(made.values()) == pytest.approx(1)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(min_value=0, max_value=1), min_size=1, max_size=5), TEMPERATURES)
def test_a_tag_stays_on_its_side_of_one_half(probabilities, temperature):
    scores = {str(n): p for n, p in enumerate(probabilities)}

    made = calibration.sharpen("tag", scores, temperature)

    assert all((made[label] >= 0.5) == (p >= 0.5) for label, p in scores.items() if abs(p - 0.5) > 1e-9)


def test_the_calibration_error_by_hand():
    # bins of width 1/2: {0.2, 0.4} right half the time, {0.6, 0.8, 1.0} always
    sure, right = [0.2, 0.4, 0.6, 0.8, 1.0], [True, False, True, True, True]

    assert calibration.reliability(sure, right, n_bins=2) == [
        pytest.approx({"confidence": 0.3, "accuracy": 0.5, "n": 2}),
        pytest.approx({"confidence": 0.8, "accuracy": 1.0, "n": 3}),
    ]
    error = calibration.expected_calibration_error(sure, right, n_bins=2)
    assert error == pytest.approx((2 * 0.2 + 3 * 0.2) / 5)


@pytest.mark.parametrize("n_bins", [1, 10, 15])
def test_every_answer_is_in_one_bin(n_bins):
    sure = np.linspace(0, 1, 101)

    bins = calibration.reliability(sure, sure > 0.5, n_bins=n_bins)

    assert sum(one["n"] for one in bins) == 101
    assert len(bins) == n_bins


def test_there_is_no_calibration_error_of_nothing():
    with pytest.raises(ValueError, match="nothing to measure"):
        calibration.expected_calibration_error([], [])


def test_the_confidence_in_a_set_of_labels_is_that_in_all_of_its_decisions():
    assert calibration.confidence("tag", {"a": 0.9, "b": 0.1, "c": 0.5}) == pytest.approx(0.9 * 0.9 * 0.5)
    assert calibration.confidence("classify", {"a": 0.2, "b": 0.8}) == 0.8
