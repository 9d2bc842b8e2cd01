"""What people say, what that decides, and how far they agree."""

import pytest
from sqlalchemy import insert

from luodi.ledger.tables import KEYS
from luodi.loop import desk
from luodi.steps.reviewing import Review

SECOND = Review(share=0.0, margin=0.0, second=1.0)


@pytest.fixture
def one(answer, see):
    """An answer that two people should look at."""
    served = answer("over to you", handed_over=True)
    see([served], SECOND)
    return served.id


def summary(ledger):
    return ledger.read(lambda connection: desk.summary(connection, "tiny"))


def test_whoever_reviews_alone_decides(one, say, waiting):
    assert say(one, "refund") == ("decided", "refund")
    assert waiting() == []


def test_a_second_person_is_asked_where_there_is_one_and_not_told_what_the_first_one_said(
    answer, see, one, say, waiting
):
    other = answer("another thing entirely", handed_over=True)
    see([other], SECOND)
    say(other.id, "card", "ann")

    assert say(one, "refund", "bob") == ("open", None)
    assert [item["reviews"] for item in waiting("ann")] == [[]]
    assert one not in {item["request_id"] for item in waiting("bob")}
    assert say(one, "refund", "ann") == ("decided", "refund")


def test_people_who_differ_are_a_dispute_that_a_third_one_or_the_owner_settles(one, say, waiting):
    say(one, "refund", "ann")
    assert say(one, "card", "bob") == ("disputed", None)

    (shown,) = waiting("cyd")
    assert {item["label"] for item in shown["reviews"]} == {"refund", "card"}
    assert say(one, "card", "owner") == ("decided", "card")


def test_a_majority_settles_a_dispute(one, say):
    say(one, "refund", "ann")
    say(one, "card", "bob")

    assert say(one, "card", "cyd") == ("decided", "card")


def test_whoever_speaks_again_has_changed_their_mind(one, say, ledger):
    say(one, "refund", "ann")

    assert say(one, "card", "ann") == ("decided", "card")
    assert summary(ledger)["by_reviewer"][0]["reviewed"] == 1


def test_whoever_does_not_know_leaves_it_to_others(one, say, waiting):
    assert say(one, "", "ann") == ("open", None)
    assert waiting("ann") == [] and len(waiting("bob")) == 1
    assert say(one, "", "bob") == ("skipped", None)


def test_what_does_not_wait_cannot_be_reviewed(say):
    assert say("0" * 26, "card") is None


def test_a_key_that_may_do_everything_counts_as_an_administrator(ledger):
    row = {"name": "n", "hash": "h", "created_at": 0.0}
    for key, scopes in (("a", ["review"]), ("b", ["review", "admin"])):
        made = insert(KEYS).values(row | {"id": key, "hash": key, "scopes": scopes})
        ledger.write_now(lambda c, made=made: c.execute(made))

    assert ledger.read(desk.admins) == {"owner", "b"}


def test_agreement_is_counted_on_what_several_people_saw(answer, see, say, ledger):
    words = ["tea", "pump", "lid", "cup"]
    shown = [answer(f"thing number {n} {word}", handed_over=True) for n, word in enumerate(words)]
    see(shown, SECOND)
    for n, served in enumerate(shown):
        say(served.id, "card", "ann")
        say(served.id, "refund" if n == 3 else "card", "bob")

    found = summary(ledger)

    assert found["agreement"] == pytest.approx(0.75) and found["disputed"] == 1
    assert found["kappa"] == pytest.approx(0.0) and found["alpha"] == pytest.approx(1 - 0.25 / (2 * 7 / 56))
    assert [one["agreement"] for one in found["by_reviewer"]] == [1.0, 1.0]


def test_precision_comes_from_answers_that_chance_drew_and_the_service_gave_alone(answer, see, say, ledger):
    drawn = [answer(f"drawn {n} {word}") for n, word in enumerate(["tea", "pump", "lid", "cup", "jug"])]
    over = answer("drawn and handed over", handed_over=True)
    see([*drawn, over], Review(share=1.0, second=0.0))
    see([answer("not drawn", handed_over=True)])
    for n, served in enumerate([*drawn, over]):
        say(served.id, "refund" if n in {0, 5} else "card")

    found = summary(ledger)["precision"]

    assert (found["n"], found["value"]) == (5, pytest.approx(0.8))
    assert found["low"] < 0.8 < found["high"]
