"""The task: what is cleaned, what is asked, and what is answered."""

import pytest

from luodi.contracts import Example, Reject
from luodi.tasks import recommendation
from luodi.tasks.recommendation import Options, Request, Row
from luodi.testing import check_task


def rows(n_users: int = 12, n_items: int = 6) -> list[Row]:
    """Return a log in which everybody walks through the items in a circle."""
    return [
        Row(user=f"u{user}", item=f"i{(user + step) % n_items}", time=str(100 * user + step))
        for user in range(n_users)
        for step in range(4)
    ]


def test_the_task_keeps_its_contract():
    check_task(recommendation, rows())


def test_time_splits_so_that_nothing_is_asked_about_the_past():
    examples = list(recommendation.to_examples(rows(), Options()))

    assert {one.part for one in examples} == {"dev", "test"}
    late = {one.request.user for one in examples if one.part == "test"}
    assert late <= {f"u{n}" for n in range(9, 12)}


def test_leave_one_out_asks_for_the_last_event_of_each_user():
    examples = list(recommendation.to_examples(rows(2), Options(split="leave-one-out")))

    assert [(one.part, one.request.items, one.y) for one in examples] == [
        ("dev", ("i0", "i1"), frozenset({"i2"})),
        ("dev", ("i1", "i2"), frozenset({"i3"})),
        ("test", ("i0", "i1", "i2"), frozenset({"i3"})),
        ("test", ("i1", "i2", "i3"), frozenset({"i4"})),
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        pytest.param(Row(user=" ", item="a"), "no user", id="no user"),
        pytest.param(Row(user="u", item=""), "no item", id="no item"),
        pytest.param(Row(user="u", item="a", time="soon"), "a time that", id="time"),
        pytest.param(Row(user="u", item="a", weight="many"), "a weight that is no number", id="weight"),
        pytest.param(Row(user="u", item="a", weight="nan"), "weighs nothing", id="not a number"),
    ],
)
def test_an_event_that_cannot_be_used_is_left_out_with_its_reason(row, reason):
    found = [one for one in recommendation.to_examples([*rows(), row], Options()) if isinstance(one, Reject)]

    assert len(found) == 1 and found[0].reason.startswith(reason)


def test_kinds_of_events_weigh_what_the_options_say_and_others_are_left_out():
    log = [Row(user="u", item="a", kind="buy"), Row(user="u", item="b", kind="hover")]

    found = list(recommendation.to_examples([*rows(), *log], Options(kinds={"buy": 5.0, "": 1.0})))

    assert [one.reason for one in found if isinstance(one, Reject)] == ["an event of kind 'hover'"]


def test_ratings_below_the_least_are_no_recommendation():
    rated = [Row(user=one.user, item=one.item, time=one.time, weight="4") for one in rows()]

    found = list(recommendation.to_examples([*rated, Row(user="u", item="a", weight="2")], Options(min_weight=3.0)))

    assert [one.reason for one in found if isinstance(one, Reject)] == ["weighs less than min_weight"]
    assert all(isinstance(one, Example) for one in found[1:])


@pytest.mark.parametrize(
    "request_", [Request(k=0), Request(k=101), Request(diversity=2.0)], ids=["k", "K", "diversity"]
)
def test_a_request_out_of_bounds_is_rejected(request_):
    assert isinstance(recommendation.clean(request_, Options()), Reject)


def test_a_new_visitor_without_a_name_is_welcome():
    assert recommendation.clean(Request(user="  "), Options()) == Request()


def test_hits_become_items():
    hits = [{"id": "a", "score": 0.5, "because": "together", "via": ("b",)}]

    response = recommendation.to_response(Request(), hits, Options())

    assert response.items[0].id == "a" and response.items[0].via == ("b",)
