"""A text is given in the console, and what is written of it is shown with what is to be looked at."""

import pytest
from tests.console import answers

PLACE = {
    "text": "We ship on 3 May.", "start": 20, "end": 37,
    "heading": "", "page": 0, "speaker": "Ann", "time": "", "turn": 2,
}  # fmt: skip
SUMMARY = {
    "summary": "We ship on 3 May.", "score": 0.81, "handed_over": True, "sentences": [PLACE],
    "sections": [{"heading": "Outlook", "sentences": [PLACE]}], "decisions": [PLACE],
    "actions": [{"owner": "Bob", "due": "Friday", "sentence": PLACE}],
    "unsupported": [{"kind": "number", "text": "3", "start": 11, "end": 12}], "flags": ["number"],
}  # fmt: skip
TRANSLATION = {"translation": "您好 {name}\n第二行", "score": 0.9, "flags": ["term"], "handed_over": True}


@pytest.fixture
def writer(backend):
    """A function that makes the backend write, given an example of a request and what it answers."""

    def made(example, answer):
        about = {"kind": "generate", "task": "translation", "labels": [], "examples": [example]}
        backend.said["/v1/support-tickets"] = answers.about() | about
        backend.said["/v1/support-tickets/explain"] = {"answer": answer, "label": "", "tokens": []}
        return backend

    return made


def test_a_translation_keeps_its_lines_and_says_what_to_look_at(visit, writer):
    heard = writer({"text": "Hello {name}"}, TRANSLATION).heard
    page = visit("#/s/support-tickets/try").page

    page.get_by_role("button", name="Hello {name}").click()

    page.locator("p.sentence", has_text="第二行").wait_for()
    assert page.locator("p.sentence").all_inner_texts() == ["您好 {name}", "第二行"]
    shown = page.locator(".outcome").inner_text()
    assert "90% sure" in shown and "a person should look" in shown and "a term" in shown
    assert [body for _, path, body in heard if path.endswith("/explain")] == [{"text": "Hello {name}"}]


def test_a_summary_shows_decisions_what_is_to_be_done_and_where_it_stands(visit, writer):
    heard = writer({"text": "Ann: We ship.", "query": ""}, SUMMARY).heard
    page = visit("#/s/support-tickets/try").page

    page.get_by_role("textbox", name="Text").fill("Ann: We ship on 3 May.")
    page.get_by_role("searchbox").fill("shipping")
    page.get_by_role("button", name="Write", exact=True).click()

    page.locator("p.sentence", has_text="We ship on 3 May.").wait_for()
    shown = page.locator(".outcome").inner_text()
    assert "Decisions" in shown and "by Bob" in shown and "until Friday" in shown and "a number" in shown
    page.locator("summary", has_text="Where each sentence stands").click()
    assert "characters 20 to 37" in page.locator("details[open]").inner_text()
    (asked,) = [body for _, path, body in heard if path.endswith("/explain")]
    assert asked == {"text": "Ann: We ship on 3 May.", "query": "shipping"}
