"""Better where it matters, and not worse anywhere that shows."""

import pytest

from luodi.loop import compare
from luodi.loop.compare import Sat

NONE = Sat(gold=[], champion=[], challenger=[], tags=[])


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
        pytest.param((60, 5, 0, 10), True, id="5 won, none lost"),
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
        pytest.param((190, 8, 10, 0), True, id="as good"),
        pytest.param((16, 0, 0, 0), False, id="too few to say that it is not worse"),
        pytest.param((160, 20, 22, 0), False, id="too unsteady to say so"),
        pytest.param((3_900, 20, 80, 0), True, id="a little worse, and within the margin"),
        pytest.param((3_900, 20, 240, 0), False, id="beyond the margin"),
    ],
)
def test_on_gold_it_must_not_have_lost_more_than_the_margin(cells, met):
    assert compare.gold([sat(cells)], "classification.accuracy", seed=7, margin=0.05).met is met


def test_a_rare_label_on_gold_weighs_as_the_metric_that_decides_says():
    """Two of 400 are lost, all of a rare label: nothing in accuracy, much in macro F1."""
    common, rare = sat((398, 0, 0, 0)), sat((0, 0, 2, 0), label="c")
    check = compare.gold([common, rare], "classification.macro_f1", seed=7, margin=0.05)

    assert not check.met and check.numbers["accuracy"]["low"] > -0.05


@pytest.mark.parametrize(
    ("cells", "met"),
    [
        pytest.param((20, 0, 0, 0), True, id="as good"),
        pytest.param((20, 1, 4, 0), True, id="may be chance"),
        pytest.param((20, 0, 5, 0), False, id="worse"),
        pytest.param((0, 0, 0, 0), True, id="none"),
    ],
)
def test_where_chance_drew_it_must_not_be_worse(cells, met):
    assert compare.drawn(sat(cells)).met is met


@pytest.mark.parametrize(("n", "broken"), [(1, ["label a", "label b"]), (20, [])])
def test_of_many_labels_one_that_looks_worse_may_be_chance(n, broken):
    """6 lost and none won has p = 0.016: too little where 20 labels are looked at. "b" is said in their place."""
    rows = [sat((20, 0, 6, 0), "a"), *(sat((20, 1, 1, 0), f"c{k}", other=f"d{k}") for k in range(1, n))]

    check = compare.parts(rows, NONE)

    assert [one["part"] for one in check.numbers["parts"] if one["broken"]] == broken


def test_a_label_that_breaks_is_named_though_all_in_all_it_is_better():
    one, other = sat((20, 30, 0, 10), "a"), sat((20, 0, 9, 1), "c")

    check = compare.parts([one, other], NONE)

    assert not check.met and "label c" in check.says


def test_a_slice_that_breaks_is_named():
    rows = sat((30, 0, 8, 0), tags=[{"channel": "chat"}] * 30 + [{"channel": "mail"}] * 8)

    check = compare.parts([rows], NONE)

    assert {one["part"] for one in check.numbers["parts"] if one["broken"]} == {"channel mail", "label a", "label b"}


def test_a_label_that_is_no_longer_given_wrongly_may_lose_some_of_its_own_for_it():
    own = sat((40, 0, 12, 0), "products", other="aftersales")  # as it is where the champion knew nothing else
    taken = sat((0, 14, 0, 0), "aftersales", other="products")

    alone, both = (compare.parts(exams, NONE) for exams in ([own], [own, taken]))

    assert "label products" in alone.says and both.met


@pytest.mark.parametrize(
    ("won", "lost", "met"), [pytest.param(12, 1, True, id="better"), pytest.param(6, 5, False, id="chance")]
)
def test_a_label_that_is_better_on_what_comes_in_now_may_be_worse_on_what_was_known(won, lost, met):
    known, now = sat((200, 0, 40, 0), "aftersales"), sat((0, won, lost, 0), "aftersales")

    check = compare.parts([known], now)

    assert "label aftersales" in check.says
    assert ("label aftersales" in {one["part"] for one in check.numbers["parts"] if one["grown"]}) is met


def test_of_several_labels_each_is_looked_at_by_itself():
    gold = [frozenset("ab")] * 8
    rows = Sat(gold=gold, champion=gold, challenger=[frozenset("a")] * 8, tags=[{}] * 8)

    check = compare.parts([rows], NONE)

    assert [one["part"] for one in check.numbers["parts"] if one["broken"]] == ["label b"]
