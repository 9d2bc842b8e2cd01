"""The split: stratified, grouped, repeatable, and nearly the same when rows are added."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luodi.data.split import split

SHARES = {"test": (0.2, 2_000), "dev": (0.1, 1_000)}
UNITS = st.lists(st.tuples(st.integers(0, 200).map(str), st.sampled_from("abc")), min_size=1, max_size=300)


def alone(*strata):
    """Return units that each are a group of their own."""
    return [(f"{n} {stratum}", stratum) for n, stratum in enumerate(strata)]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from("aaaabbc"), min_size=1, max_size=400), st.integers(0, 5))
def test_each_stratum_gets_its_share_to_within_a_row_and_keeps_some_for_training(strata, seed):
    parts = split(alone(*strata), SHARES, seed=seed)

    for stratum, n in Counter(strata).items():
        found = Counter(part for part, its in zip(parts, strata, strict=True) if its == stratum)
        assert found["train"] >= 1
        assert abs(found["test"] - 0.2 * n) <= 1
        assert abs(found["dev"] - 0.1 * n) <= 1


@settings(max_examples=100, deadline=None)
@given(UNITS, st.integers(0, 5))
def test_all_rows_of_a_group_are_on_one_side(units, seed):
    parts = split(units, SHARES, seed=seed)

    sides = {(group, part) for (group, _), part in zip(units, parts, strict=True)}
    assert len(parts) == len(units)
    assert len(sides) == len({group for group, _ in units})
    assert "train" in parts


@settings(max_examples=50, deadline=None)
@given(UNITS, st.integers(0, 5), st.randoms(use_true_random=False))
def test_the_same_rows_are_split_the_same_way_in_any_order(units, seed, rng):
    units = list({group: (group, stratum) for group, stratum in units}.values())
    shuffled = rng.sample(units, k=len(units))

    ours, theirs = (dict(zip(order, split(order, SHARES, seed=seed), strict=True)) for order in (units, shuffled))

    assert ours == theirs


def test_another_seed_is_another_split():
    units = alone(*"ab" * 100)

    assert split(units, SHARES, seed=1) != split(units, SHARES, seed=2)


@pytest.mark.parametrize("seed", range(5))
def test_a_row_stays_where_it_is_when_others_are_added(seed):
    units, more = alone(*"abb" * 300), [(f"new {n}", "ab"[n % 2]) for n in range(30)]

    before, after = split(units, SHARES, seed=seed), split([*units, *more], SHARES, seed=seed)[: len(units)]

    assert sum(a != b for a, b in zip(before, after, strict=True)) < 0.03 * len(units)


@pytest.mark.parametrize("n_strata", [1, 2, 10])
def test_a_part_has_at_most_so_many_rows(n_strata):
    units = alone(*(n % n_strata for n in range(3_000)))

    parts = Counter(split(units, {"test": (0.2, 100), "dev": (0.1, 40)}, seed=1))

    assert parts["test"] == pytest.approx(100, abs=n_strata / 2)
    assert parts["dev"] == pytest.approx(40, abs=n_strata / 2)


def test_a_stratum_of_one_group_is_learned_from():
    parts = split([("only", "rare")] * 50 + alone(*"a" * 100), SHARES, seed=1)

    assert set(parts[:50]) == {"train"}


def test_what_has_no_share_is_all_for_training():
    assert split(alone(*"abab"), {}, seed=1) == ["train"] * 4
    assert split([], SHARES, seed=1) == []
