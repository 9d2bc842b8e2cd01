"""Off-policy estimates against a world whose truth is known, and A/B plans against a published size."""

import numpy as np
import pytest

from luodi.metrics import abtest, offpolicy


def a_log(n: int = 20_000, seed: int = 3):
    """Return reward, shown, wanted: of two items the log mostly shows the worse one, the other policy the better."""
    rng = np.random.default_rng(seed)
    better = rng.random(n) < 0.2
    reward = (rng.random(n) < np.where(better, 0.3, 0.1)).astype(float)
    return reward, np.where(better, 0.2, 0.8), np.where(better, 0.9, 0.1), better


def test_every_estimate_holds_the_truth_in_its_interval_where_the_log_by_itself_does_not():
    reward, shown, wanted, better = a_log()
    truth = 0.9 * 0.3 + 0.1 * 0.1
    guess, value = np.where(better, 0.25, 0.12), np.full(len(reward), 0.9 * 0.25 + 0.1 * 0.12)

    found = offpolicy.estimate(reward, shown, wanted, guess, value, n_resamples=200)

    for name in ("ips", "snips", "dr"):
        assert found[name]["low"] < truth < found[name]["high"], name
    assert found["logged"]["high"] < truth


def test_the_logged_policy_itself_earns_what_it_earned():
    reward, shown, _, _ = a_log(500)

    found = offpolicy.estimate(reward, shown, shown, n_resamples=10)

    assert found["ips"]["value"] == pytest.approx(reward.mean())
    assert found["snips"]["value"] == pytest.approx(reward.mean())


def test_an_impression_that_could_not_have_been_shown_is_refused():
    with pytest.raises(ValueError, match="probability"):
        offpolicy.estimate(np.ones(1), np.zeros(1), np.ones(1))


@pytest.mark.parametrize(("rate", "lift", "n"), [(0.1, 0.1, 14_751), (0.5, 0.1, 1_565)])
def test_a_plan_has_the_size_that_the_textbook_gives(rate, lift, n):
    assert abtest.plan(rate, lift, per_day=1e9)["n_per_arm"] == n


def test_a_test_runs_whole_weeks():
    assert abtest.plan(0.1, 0.1, per_day=4_000)["days"] == 14


@pytest.mark.parametrize(("rate", "lift"), [(0.0, 0.1), (0.5, 0.0), (0.9, 0.2)])
def test_what_makes_no_test_is_refused(rate, lift):
    with pytest.raises(ValueError, match="rates"):
        abtest.plan(rate, lift, per_day=10)
