"""Ranking metrics against values worked out by hand, and their bounds."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.metrics import interval, ranking

GOLD = [frozenset("a"), frozenset("ab"), frozenset("z")]
RANKED = [tuple("ba"), tuple("abc"), tuple("abc")]
IDS = st.sampled_from("abcdefghij")
CASE = st.tuples(st.frozensets(IDS, min_size=1), st.lists(IDS, unique=True))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("ndcg_at_10", (1 / math.log2(3) + 1 + 0) / 3, id="second place, both first, not at all"),
        pytest.param("recall_at_10", 2 / 3, id="all, all, none"),
        pytest.param("hit_at_10", 2 / 3, id="two of three"),
        pytest.param("recall_at_50", 2 / 3, id="the same, deeper"),
        pytest.param("mrr", (1 / 2 + 1 + 0) / 3, id="second, first, never"),
    ],
)
def test_a_metric_has_the_value_that_is_worked_out_by_hand(name, value):
    assert getattr(ranking, name)(GOLD, RANKED) == pytest.approx(value)


@given(st.lists(CASE, min_size=1, max_size=8))
def test_every_metric_lies_between_0_and_1_and_is_1_where_the_right_ones_come_first(cases):
    gold, ranked = [one for one, _ in cases], [tuple(one) for _, one in cases]

    for name in ranking.METRICS:
        assert 0 <= getattr(ranking, name)(gold, ranked) <= 1
        assert getattr(ranking, name)(gold, [tuple(sorted(one)) for one in gold]) == pytest.approx(1)


@given(st.lists(CASE, min_size=1, max_size=8), st.randoms())
def test_the_order_of_the_questions_does_not_matter(cases, rng):
    shuffled = rng.sample(cases, k=len(cases))

    for name in ranking.METRICS:
        metric = getattr(ranking, name)
        assert metric(*zip(*cases, strict=True)) == pytest.approx(metric(*zip(*shuffled, strict=True)))


def test_an_item_beyond_the_tenth_place_counts_for_depth_50_alone():
    ranked = [(*(f"x{n}" for n in range(20)), "a")]

    assert ranking.recall_at_10([frozenset("a")], ranked) == 0
    assert ranking.recall_at_50([frozenset("a")], ranked) == 1


def test_more_right_items_than_places_do_not_put_1_out_of_reach():
    gold = [frozenset(f"x{n}" for n in range(30))]

    assert ranking.recall_at_10(gold, [tuple(f"x{n}" for n in range(10))]) == 1


def test_the_bootstrap_takes_rankings():
    found = interval.bootstrap(ranking, "ndcg_at_10", GOLD * 20, RANKED * 20, n_resamples=50, seed=1)

    assert found["low"] < found["value"] < found["high"]


def test_what_a_list_is_like_beside_being_right():
    shown = [("a", "b"), ("a", "c")]

    found = ranking.beyond(shown, {"a": 6, "b": 1, "c": 1}, {"a": "x", "b": "x", "c": "y"}, n_items=4)

    assert found["coverage"] == 3 / 4
    assert found["diversity"] == 1 / 2  # one list of one group, one of two
    assert found["popularity"] == (6 + 6 + 1 + 1) / 4
    assert found["novelty"] == pytest.approx(-(2 * np.log2(7 / 12) + 2 * np.log2(2 / 12)) / 4)
    assert found["gini"] == pytest.approx(((-3) * 0 + (-1) * 1 + 1 * 1 + 3 * 2) / (4 * 4))


def test_exposure_that_is_spread_evenly_has_a_gini_of_0():
    assert ranking.beyond([("a",), ("b",)], {}, {}, n_items=2)["gini"] == 0
