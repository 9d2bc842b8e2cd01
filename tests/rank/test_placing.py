"""Shares of exposure that groups are owed, and places that chance fills."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.runtime.engine_recommender import Recommender, Rules
from luodi.runtime.placing import groups_of, with_chance, with_shares
from luodi.runtime.rows import Rows
from luodi.runtime.scorers import Popular
from luodi.runtime.shelf import Shelf

N = 400
SMALL = {"seller": {"small": 0.3}}


def a_shelf(sellers):
    nobody = Rows(np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32), len(sellers))
    alone = Rows(np.zeros(len(sellers) + 1, dtype=np.int64), nobody.columns, nobody.values, len(sellers))
    items = [f"i{n}" for n in range(len(sellers))]
    return Shelf(items, {"seller": sellers}, [], nobody, alone, np.ones(len(sellers), dtype=np.float32))


def exposure(items, sellers, value):
    weights = 1 / np.log2(np.arange(2, len(items) + 2))
    mine = np.array([sellers[int(one)] == value for one in items])
    return float(weights[mine].sum() / weights.sum())


@given(share=st.floats(0, 1), k=st.integers(1, 30), seed=st.integers(0, 1_000))
def test_a_group_gets_its_share_of_every_list_where_it_has_enough_to_show(share, k, seed):
    small = set(np.random.default_rng(seed).permutation(100)[:30].tolist())
    sellers = ["small" if n in small else "house" for n in range(100)]
    scores = -np.arange(100, dtype=np.float32)
    everything = np.ones(100, dtype=bool)

    made = with_shares(
        np.arange(k), scores, everything, groups_of(a_shelf(sellers), {"seller": {"small": share}}, 0.0), k=k
    )

    assert len(set(made.tolist())) == k
    assert exposure(made, sellers, "small") >= share - 1e-9


def test_a_share_is_spread_over_the_list():
    sellers = ["house"] * 50 + ["small"] * 50
    scores = -np.arange(100, dtype=np.float32)

    made = with_shares(np.arange(10), scores, np.ones(100, dtype=bool), groups_of(a_shelf(sellers), SMALL, 0.0), k=10)

    assert made.tolist() == [0, 1, 50, 2, 3, 51, 4, 52, 5, 53]


def test_a_group_whose_share_is_there_already_moves_nothing():
    sellers = ["small", "house"] * 50

    made = with_shares(
        np.arange(10), -np.arange(100, dtype=np.float32), np.ones(100, dtype=bool),
        groups_of(a_shelf(sellers), SMALL, 0.0), k=10,
    )  # fmt: skip

    assert made.tolist() == list(range(10))


def test_chance_draws_with_the_propensity_that_it_states():
    ranked, pool, share = np.arange(5), np.arange(105), 0.4
    rng = np.random.default_rng(3)
    counts, stated = np.zeros(105), np.zeros(105)
    for _ in range(4_000):
        made, chances, drawn = with_chance(ranked, pool, share=share, rng=rng)
        assert len(set(made.tolist())) == 5 and (made[~drawn] == ranked[~drawn]).all()
        counts[made] += 1 / 5
        stated[made] = chances

    assert counts[:5] / 4_000 == pytest.approx(stated[:5], rel=0.1)
    assert counts[5:].mean() / 4_000 == pytest.approx(share / 100, rel=0.05)
    assert stated[5:][counts[5:] > 0] == pytest.approx(share / 100)


@pytest.mark.parametrize(
    ("rules", "query", "n_drawn"),
    [
        pytest.param({}, {}, 0, id="nobody wants it"),
        pytest.param({"explore": 1.0}, {}, 10, id="the option"),
        pytest.param({"explore": 1.0}, {"explore": 0.0}, 0, id="a request says no"),
        pytest.param({}, {"explore": 1.0}, 10, id="a request says yes"),
    ],
)
def test_places_are_explored_where_the_option_or_the_request_says_so(rules, query, n_drawn):
    scores = -np.arange(N, dtype=np.float32)
    recommender = Recommender(Popular(scores), a_shelf(["house"] * N), Rules(**rules), np.random.default_rng(1))

    (hits,) = recommender.predict([{"k": 10, **query}])

    assert sum(one["because"] == "chance" for one in hits) == n_drawn
    assert all(0 < one["propensity"] <= 1 for one in hits)


def test_a_service_enforces_the_shares_of_its_rules():
    sellers = ["house"] * 200 + ["small"] * 200
    rules = Rules(exposure={"seller": {"small": 0.5}})
    recommender = Recommender(Popular(-np.arange(N, dtype=np.float32)), a_shelf(sellers), rules)

    (hits,) = recommender.predict([{"k": 10}])

    assert exposure([int(one["id"][1:]) for one in hits], sellers, "small") >= 0.5


def test_items_that_nobody_touched_get_their_share_the_best_of_them_first():
    shelf = a_shelf(["house"] * N)
    shelf.counts[300:] = 0
    scores = -np.arange(N, dtype=np.float32)
    scores[390] = -0.5  # of the newcomers the one that fits best

    (hits,) = Recommender(Popular(scores), shelf, Rules(newcomers=0.2)).predict([{"k": 10}])

    new = [int(one["id"][1:]) for one in hits if int(one["id"][1:]) >= 300]
    assert (
        new[:2] == [390, 300]
        and exposure([int(one["id"][1:]) for one in hits], ["old"] * 300 + ["new"] * 100, "new") >= 0.2
    )
