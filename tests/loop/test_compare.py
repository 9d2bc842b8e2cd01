"""Better where it matters, and not worse anywhere that shows."""

import pytest

from luodi.loop import compare
from luodi.loop.compare import Sat


def sat(cells, label="a", other="b", tags=None):
    """Both right, challenger alone, champion alone, neither: so many of each."""
    both, wins, losses, neither = cells
    n = sum(cells)
    champion = [label] * both + [other] * wins + [label] * losses + [other] * neither
    challenger = [label] * (both + wins) + [other] * (losses + neither)
    return Sat(gold=[label] * n, champion=champion, challenger=challenger, tags=tags or [{}] * n)


@pytest.mark.parametrize(
    ("cells", "met"),
    [
        pytest.param((60, 12, 2, 10), True, id="12 won, 2 lost"),
        pytest.param((60, 6, 2, 10), False, id="may be chance"),
        pytest.param((60, 2, 12, 10), False, id="worse"),
        pytest.param((10, 8, 0, 2), False, id="too few to tell"),
    ],
)
def test_on_recent_traffic_it_must_be_better_than_chance_explains(cells, met):
    check = compare.recent(sat(cells))

    assert check.met is met
    assert check.numbers["n"] == sum(cells)


def test_the_interval_of_a_difference_is_that_of_the_source():
    """Agresti and Min 2005: (b - c) / (n + 2) with half added to b and c."""
    low, high = compare.recent(sat((60, 12, 2, 10))).numbers["interval"]

    assert (low + high) / 2 == pytest.approx(10 / 86)
    assert low > 0


@pytest.mark.parametrize(
    ("cells", "met"),
    [
        pytest.param((380, 10, 10, 0), True, id="as good"),
        pytest.param((20, 3, 3, 4), False, id="too few to say that it is not worse"),
        pytest.param((3_900, 20, 80, 0), False, id="a little worse, and no doubt about it"),
    ],
)
def test_on_gold_it_must_be_as_good_with_its_whole_interval(cells, met):
    assert compare.gold(sat(cells), "classification.accuracy", seed=7, margin=0.05).met is met


def test_a_label_that_breaks_is_named_though_all_in_all_it_is_better():
    one, other = sat((20, 30, 0, 10), "a"), sat((20, 0, 9, 1), "c")

    check = compare.parts([one, other])

    assert not check.met and "label c" in check.says


def test_a_slice_that_breaks_is_named():
    rows = sat((30, 0, 8, 0), tags=[{"channel": "chat"}] * 30 + [{"channel": "mail"}] * 8)

    check = compare.parts([rows])

    assert {one["part"] for one in check.numbers["parts"] if one["broken"]} == {"channel mail", "label a"}


def test_of_several_labels_each_is_looked_at_by_itself():
    gold = [frozenset("ab")] * 8
    rows = Sat(gold=gold, champion=gold, challenger=[frozenset("a")] * 8, tags=[{}] * 8)

    check = compare.parts([rows])

    assert [one["part"] for one in check.numbers["parts"] if one["broken"]] == ["label b"]
