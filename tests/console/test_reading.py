"""An answer out of a passage is judged: it is right, there is none, or the right words are marked."""

import time

import pytest
from tests.console import answers

PASSAGE = "👩‍👩‍👧 Kelso lies on the river Om. The town has forty bridges, and a mayor called Ann."
QUEUE = "/v1/support-tickets/queue"


def item(n, question, answer):
    start = PASSAGE.find(answer) if answer else 0
    return {
        "request_id": f"01kq{n:022d}", "reason": "handed_over", "at": time.time() - 60, "scores": {}, "reviews": [],
        "request": {"question": question, "passage": PASSAGE, "write": False}, "confidence": 0.41,
        "label": "answered" if answer else "no answer", "answer": answer, "start": start, "end": start + len(answer),
    }  # fmt: skip


@pytest.fixture
def page(visit, backend):
    """The queue of a reader: three answers, of which the last is none."""
    backend.said["/v1/support-tickets"] = answers.about() | {"kind": "extract", "labels": []}
    items = [
        item(1, "How many bridges?", "forty"),
        item(2, "Who is the mayor?", "Om"),
        item(3, "Where is the port?", ""),
    ]
    backend.said[QUEUE] = {"waiting": 3, "items": items, "labels": []}
    made = visit("#/s/support-tickets/review").page
    made.get_by_text("How many bridges?").wait_for()
    return made


def told(backend):
    return [body["label"] for how, _, body in backend.heard if how == "POST"]


def test_the_answer_is_marked_where_it_stands_and_one_key_says_that_it_is_right(page, backend):
    assert page.locator("mark").inner_text() == "forty"

    page.keyboard.press("1")
    page.get_by_text("Saved: The answer is right").wait_for()

    assert told(backend) == ["answered"]


def test_right_words_are_marked_with_the_mouse_or_written(page, backend):
    page.keyboard.press("1")
    page.get_by_text("Who is the mayor?").wait_for()
    page.locator("p.passage").evaluate(
        """(node) => {
          const last = node.lastChild, at = last.data.indexOf("Ann"), range = document.createRange();
          range.setStart(last, at); range.setEnd(last, at + 3);
          getSelection().removeAllRanges(); getSelection().addRange(range);
          node.dispatchEvent(new PointerEvent("pointerup", { bubbles: true }));
        }"""
    )
    assert page.locator("input.words").input_value() == "Ann"
    page.get_by_role("button", name="This is the answer").click()
    page.get_by_text("Saved: Ann").wait_for()
    page.locator("input.words").fill("the river Om")
    page.locator("input.words").press("Enter")
    page.get_by_text("Saved: the river Om").wait_for()

    assert told(backend) == ["answered", "Ann", "the river Om"]


def test_where_no_answer_was_given_it_can_be_right_that_there_is_none(page, backend):
    page.keyboard.press("2")
    page.get_by_text("Who is the mayor?").wait_for()
    page.keyboard.press("s")
    page.get_by_text("Where is the port?").wait_for()
    assert page.locator("mark").count() == 0
    assert page.locator(".labels button").all_inner_texts()[0].endswith("There is no answer in it")
    page.keyboard.press("Enter")
    page.get_by_text("3 done").wait_for()

    assert told(backend) == ["no answer", "", "no answer"]
