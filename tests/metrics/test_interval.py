"""Intervals: they cover the truth about as often as they say."""

import numpy as np
import pytest

from luodi.metrics import classification, interval, tagging

N, N_SAMPLES, N_RESAMPLES = 150, 200, 200


def labels(right):
    """Return gold and predicted labels of two classes, of which these are right."""
    gold = ["a" if n % 3 else "b" for n in range(len(right))]
    other = {"a": "b", "b": "a"}
    return gold, [g if ok else other[g] for g, ok in zip(gold, right, strict=True)]


def covers(found, truth):
    return found["low"] <= truth <= found["high"]


def nearly(share):
    """Say whether a share of N_SAMPLES is 95 % but for chance (3 sigma) and the bootstrap's own small bias."""
    return abs(share - 0.95) <= 3 * np.sqrt(0.95 * 0.05 / N_SAMPLES) + 0.01


@pytest.mark.parametrize("truth", [0.6, 0.8, 0.9])
def test_the_interval_of_an_accuracy_covers_the_truth_as_often_as_it_says(truth):
    rng = np.random.default_rng(11)
    hits = 0

    for _ in range(N_SAMPLES):
        gold, predicted = labels(rng.random(N) < truth)
        found = interval.bootstrap(classification, "accuracy", gold, predicted, n_resamples=N_RESAMPLES, seed=1)
        hits += covers(found, truth)

    assert nearly(hits / N_SAMPLES)


def test_a_paired_comparison_covers_the_true_gain_as_often_as_it_says():
    rng = np.random.default_rng(12)
    hits = 0

    for _ in range(N_SAMPLES):
        luck = rng.random(N)  # the same texts are hard for both
        gold, ours = labels(luck < 0.85)
        _, theirs = labels(luck < 0.75)
        shuffled = rng.random(N) < 0.1
        theirs = [o if s else t for o, t, s in zip(ours, theirs, shuffled, strict=True)]
        found = interval.paired(classification, "accuracy", gold, ours, theirs, n_resamples=N_RESAMPLES, seed=1)
        hits += found["low"] <= 0.1 * 0.9 <= found["high"]

    assert nearly(hits / N_SAMPLES)


def test_a_comparison_with_oneself_gains_exactly_nothing():
    gold, ours = labels(np.arange(60) % 4 > 0)

    found = interval.paired(classification, "macro_f1", gold, ours, ours, n_resamples=50, seed=1)

    assert found == {"gain": 0.0, "low": 0.0, "high": 0.0}


def test_a_paired_interval_is_narrower_than_two_that_do_not_know_of_each_other():
    rng = np.random.default_rng(3)
    luck = rng.random(400)
    (gold, ours), (_, theirs) = labels(luck < 0.85), labels(luck < 0.80)

    together = interval.paired(classification, "accuracy", gold, ours, theirs, n_resamples=500, seed=1)
    alone = [
        interval.bootstrap(classification, "accuracy", gold, one, n_resamples=500, seed=1) for one in (ours, theirs)
    ]

    assert together["low"] > 0
    assert alone[0]["low"] < alone[1]["high"]


@pytest.mark.parametrize("name", classification.METRICS)
def test_the_interval_holds_the_value_and_stays_between_0_and_1(name):
    gold, predicted = labels(np.arange(60) % 4 > 0)

    found = interval.bootstrap(classification, name, gold, predicted, n_resamples=200, seed=1)

    assert 0 <= found["low"] < found["value"] < found["high"] <= 1
    assert found["value"] == pytest.approx(getattr(classification, name)(gold, predicted))


def test_the_seed_decides_the_interval_and_more_rows_make_it_narrower():
    def measured(n, seed):
        gold = [frozenset("ab"), frozenset("a"), frozenset()] * n
        predicted = [frozenset("a"), frozenset("a"), frozenset("b")] * n
        return interval.bootstrap(tagging, "micro_f1", gold, predicted, n_resamples=250, seed=seed)

    few, again, other, many = measured(20, 1), measured(20, 1), measured(20, 2), measured(320, 1)

    assert few == again != other
    assert many["high"] - many["low"] == pytest.approx((few["high"] - few["low"]) / 4, rel=0.3)


def test_all_right_is_a_point():
    gold, _ = labels([True] * 20)

    found = interval.bootstrap(classification, "macro_f1", gold, gold, n_resamples=100, seed=1)

    assert found == {"value": 1.0, "low": 1.0, "high": 1.0}
