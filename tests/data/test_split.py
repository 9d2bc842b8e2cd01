"""The split: by content alone, exact by label, or by time; grouped, repeatable, the same after rows are added."""

import hashlib
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luodi.data.split import by_time, parts, stratified

SHARES = {"test": (0.2, 2_000), "dev": (0.1, 1_000)}
UNITS = st.lists(st.tuples(st.integers(0, 200), st.sampled_from("abc")), min_size=1, max_size=300)
CUTS = pytest.mark.parametrize("cut", [parts, stratified], ids=["by content", "stratified"])


def place(group, seed=1):
    """Return a place as `prepare` makes it."""
    return int.from_bytes(hashlib.blake2b(f"{seed}/{group}".encode(), digest_size=8).digest(), "big")


def alone(*strata, seed=1, tag=""):
    """Return places and strata of rows that each are a group of their own."""
    return [place(f"{tag}{n} {stratum}", seed) for n, stratum in enumerate(strata)], list(strata)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from("aaaabbc"), min_size=1, max_size=400), st.integers(0, 5))
def test_stratified_gives_each_stratum_its_share_to_within_a_row_and_keeps_some_for_training(strata, seed):
    found = stratified(*alone(*strata, seed=seed), SHARES)

    for stratum, n in Counter(strata).items():
        its = Counter(part for part, one in zip(found, strata, strict=True) if one == stratum)
        assert its["train"] >= 1
        assert abs(its["test"] - 0.2 * n) <= 1
        assert abs(its["dev"] - 0.1 * n) <= 1


@CUTS
@settings(max_examples=60, deadline=None)
@given(units=UNITS)
def test_all_rows_of_a_group_are_on_one_side_and_every_stratum_of_a_few_is_learned(cut, units):
    places, strata = [place(group) for group, _ in units], [stratum for _, stratum in units]

    sides = cut(places, strata, SHARES)

    assert len(sides) == len(units)
    assert len(set(zip(places, sides, strict=True))) == len(set(places))
    assert "train" in sides
    if cut is parts:
        assert {one for one, side in zip(strata, sides, strict=True) if side == "train"} == set(strata)


@CUTS
@settings(max_examples=40, deadline=None)
@given(units=UNITS, rng=st.randoms(use_true_random=False))
def test_the_same_rows_are_split_the_same_way_in_any_order(cut, units, rng):
    units = list({group: (group, stratum) for group, stratum in units}.values())
    shuffled = rng.sample(units, k=len(units))

    ours, theirs = (
        dict(zip(order, cut([place(g) for g, _ in order], [s for _, s in order], SHARES), strict=True))
        for order in (units, shuffled)
    )

    assert ours == theirs


@settings(max_examples=40, deadline=None)
@given(n=st.integers(50, 400), more=st.integers(0, 400), seed=st.integers(0, 9))
def test_by_content_no_row_moves_when_others_are_added(n, more, seed):
    places, strata = alone(*"ab" * n, seed=seed)
    others, theirs = alone(*"ab" * more, seed=seed, tag="new")

    before = parts(places, strata, SHARES)
    after = parts(places + others, strata + theirs, SHARES)

    assert after[: len(before)] == before


def test_by_content_rows_only_leave_the_exam_when_a_large_table_doubles():
    places, strata = alone(*"ab" * 10_000)

    small, large = (parts(places[:n], strata[:n], {"test": (0.2, 2_000)}) for n in (9_000, 20_000))

    moved = {pair for pair in zip(small, large[:9_000], strict=True) if pair[0] != pair[1]}
    assert moved <= {("test", "train")}
    assert 900 <= large.count("test") <= 2_000


def test_stratified_few_rows_move_when_others_are_added():
    (places, strata), (others, theirs) = alone(*"abb" * 300), alone(*"ab" * 15, tag="new")

    before, after = stratified(places, strata, SHARES), stratified(places + others, strata + theirs, SHARES)

    assert sum(a != b for a, b in zip(before, after[: len(before)], strict=True)) < 0.03 * len(before)


@CUTS
def test_another_seed_is_another_split(cut):
    one, other = (cut(*alone(*"ab" * 100, seed=seed), SHARES) for seed in (1, 2))

    assert one != other


@CUTS
@pytest.mark.parametrize("n_strata", [1, 2, 10])
def test_a_part_has_at_most_so_many_rows(cut, n_strata):
    places, strata = alone(*(n % n_strata for n in range(3_000)))

    counts = Counter(cut(places, strata, {"test": (0.2, 100), "dev": (0.1, 40)}))

    assert 50 * 0.7 <= counts["test"] <= 100 + n_strata / 2
    assert 20 * 0.5 <= counts["dev"] <= 40 + n_strata / 2


@CUTS
def test_a_stratum_of_one_group_is_learned_from(cut):
    places, strata = alone(*"a" * 100)

    sides = cut([place("only")] * 50 + places, ["rare"] * 50 + strata, SHARES)

    assert set(sides[:50]) == {"train"}


@pytest.mark.parametrize("seed", range(10))
def test_a_small_table_has_all_its_parts(seed):
    sides = parts(*alone(*"ab" * 4, seed=seed), SHARES)

    assert set(sides) == {"train", "dev", "test"}


def test_by_time_the_exam_is_what_came_last_and_a_group_goes_with_its_newest_row():
    times = [float(n) for n in range(10)]
    places = [place(n) for n in range(9)] + [place(0)]

    sides = by_time(times, places, {"test": (0.2, 10), "dev": (0.2, 10)})

    assert sides == ["test", *["train"] * 6, "dev", "dev", "test"]


@CUTS
def test_what_has_no_share_is_all_for_training(cut):
    assert cut(*alone(*"abab"), {}) == ["train"] * 4
    assert cut([], [], SHARES) == []
