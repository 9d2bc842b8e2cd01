"""What people do in the console, and what the service is told."""

import re

import pytest
from tests.console import answers
from tests.console.test_pages import sees


def told(backend, method="POST"):
    return [(path, body) for how, path, body in backend.heard if how == method]


def test_a_text_is_labelled_by_keyboard_alone(visit, backend):
    page = visit("#/s/support-tickets/review").page
    sees(page, "The courier left the parcel")

    page.keyboard.press("Enter")  # the model's own answer
    sees(page, "Saved: delivery")
    page.keyboard.press("2")  # the second likeliest label
    sees(page, "2 done")
    page.keyboard.press("s")
    sees(page, "Skipped.")

    labels = [body["label"] for _, body in told(backend)]
    items = answers.queue()["items"]
    assert labels == ["delivery", "account", ""]
    assert [body["request_id"] for _, body in told(backend)] == [one["request_id"] for one in items[:3]]


def test_a_review_is_taken_back_and_given_anew_with_a_note(visit, backend):
    page = visit("#/s/support-tickets/review").page
    sees(page, "The courier left the parcel")

    page.keyboard.press("Enter")
    sees(page, "Saved: delivery")
    page.keyboard.press("u")
    sees(page, "You had said")
    page.keyboard.press("n")
    page.keyboard.type("1 courier, not us")
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    sees(page, "Saved: account")

    first, second = (body for _, body in told(backend))
    assert first["request_id"] == second["request_id"]
    assert second["label"] == "account" and second["note"] == "1 courier, not us"


def test_one_of_many_labels_is_found_by_typing(visit, backend):
    many = answers.queue()
    many["labels"] = [f"reason {n:02d}" for n in range(77)] + ["card_arrival"]
    backend.said["/v1/support-tickets/queue"] = many
    page = visit("#/s/support-tickets/review").page
    sees(page, "more: type to find them")

    page.keyboard.press("/")
    page.keyboard.type("arri")
    page.keyboard.press("Enter")
    sees(page, "Saved: card_arrival")

    assert told(backend)[0][1]["label"] == "card_arrival"


def test_a_rollback_says_what_will_happen_and_happens_only_then(visit, backend):
    page = visit("#/s/support-tickets/releases").page
    page.get_by_role("button", name="Roll back").click()
    sees(page, "tfidf-logreg 01kd000000 answers all requests of support-tickets from now on.")
    page.get_by_role("button", name="Cancel").click()
    assert told(backend) == []

    page.get_by_role("button", name="Roll back").click()
    page.locator("dialog").get_by_role("button", name="Roll back").click()
    sees(page, "Rolled back.")

    assert told(backend) == [("/v1/support-tickets/rollback", {})]


def test_a_canary_is_promoted(visit, backend):
    page = visit("#/s/support-tickets/releases").page

    page.locator("article.canary").get_by_role("button", name="Promote").click()
    page.locator("dialog").get_by_role("button", name="Promote").click()
    sees(page, "Promoted.")

    assert told(backend) == [(f"/v1/support-tickets/releases/{answers.RELEASES[1]}", {"stage": "champion"})]


def test_a_key_is_made_and_shown_once(visit, backend):
    page = visit("#/keys").page
    sees(page, "help desk")

    page.get_by_label("Name").fill("the shop's mailbox")
    page.get_by_label("feedback").check()
    page.get_by_role("button", name="Make a key").click()
    sees(page, "It is never shown again.")
    shown = page.get_by_label("The key").input_value()
    page.get_by_role("button", name="Done").click()

    assert shown == "luodi_" + "k" * 43 and page.get_by_label("The key").count() == 0
    wanted = {"name": "the shop's mailbox", "scopes": ["predict", "feedback"], "per_minute": None, "days": None}
    assert told(backend) == [("/keys", wanted)]


def test_a_key_is_revoked_after_a_question(visit, backend):
    page = visit("#/keys").page

    page.get_by_role("button", name="Revoke").first.click()
    sees(page, "“help desk” stops working at once")
    page.locator("dialog").get_by_role("button", name="Revoke").click()
    sees(page, "Revoked.")

    assert told(backend, "DELETE") == [(f"/keys/{answers.keys()['keys'][0]['id']}", None)]


def test_an_answer_is_explained_in_colour_and_in_words(visit, backend):
    page = visit("#/s/support-tickets/try").page

    page.get_by_label("Text").fill("The courier left it")
    page.keyboard.press("Control+Enter")
    sees(page, "94.1% sure: above the 80.2% that a precision of 90% needs.")

    assert page.locator("mark.for.t5").inner_text() == "courier"
    assert page.locator("mark.against").first.inner_text() == "know"
    assert re.search(r"courier\s*\+1.31", page.locator(".weights").first.inner_text())
    page.get_by_role("button", name="billing").click()
    page.locator("p.why", has_text="billing").wait_for()
    assert [path for path, _ in told(backend)] == ["/v1/support-tickets/explain"] * 2


def test_a_recommender_shows_items_with_reasons(visit):
    page = visit("#/s/shop/try").page

    page.get_by_label("Just looked at").fill("p001，p002")
    page.get_by_role("button", name="Recommend").click()

    sees(page, "often goes with p001")


def test_a_newcomer_is_described_by_the_columns_that_the_scenario_has(visit, backend):
    page = visit("#/s/shop/try").page

    page.get_by_label("region").fill("north")
    page.get_by_role("button", name="Recommend").click()

    sees(page, "liked more by people with region = north")
    asked = told(backend)[0][1]
    assert asked["about"] == {"region": "north"} and asked["context"] == {} and page.get_by_label("device").count() == 1


@pytest.mark.parametrize("key", ["ArrowLeft", "ArrowRight"])
def test_a_chart_is_read_with_the_keyboard(visit, key):
    page = visit("#/s/support-tickets/live").page
    page.locator("svg.chart rect").first.wait_for()

    page.locator("svg.chart").first.focus()
    page.keyboard.press(key)

    assert "Answered alone" in page.locator(".tip").first.inner_text()


def test_several_labels_are_put_in_and_taken_out_before_they_are_kept(visit, backend):
    backend.said["/v1/support-tickets"] = answers.about() | {"kind": "tag"}
    page = visit("#/s/support-tickets/review").page
    sees(page, "The courier left the parcel")

    page.keyboard.press("2")
    page.keyboard.press("1")
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    sees(page, "Saved: ")

    assert told(backend)[0][1]["label"] == "account|billing"
