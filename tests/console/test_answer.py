"""A question is asked in the console, and its answer is marked where it stands."""

import pytest
from tests.console import answers

TEXT = "You have 28 days 👩‍👩‍👧 of paid leave a year in Kelso."
SOURCE = {
    "document": "people/leave.md",
    "title": "Leave",
    "heading": "Leave › Annual",
    "page": 0,
    "start": 100,
    "text": TEXT,
}
FOUND = {
    "answer": "Kelso", "start": 47, "end": 52, "score": 0.83, "handed_over": True, "source": SOURCE,
    "others": [{"text": "28 days", "start": 9, "end": 16, "score": 0.1, "source": SOURCE}],
}  # fmt: skip
NONE = {"answer": "", "start": 0, "end": 0, "score": 0.7, "handed_over": False, "source": None, "others": []}


@pytest.fixture
def reader(backend):
    """A backend that answers out of documents."""
    backend.said["/v1/support-tickets"] = answers.about() | {
        "kind": "extract", "task": "question-answering", "labels": [],
        "examples": [{"question": "Where?", "passage": ""}],
    }  # fmt: skip
    backend.said["/v1/support-tickets/explain"] = {"answer": FOUND, "label": "", "tokens": []}
    return backend


def test_an_answer_is_marked_in_its_passage_with_its_document_and_place(visit, reader):
    page = visit("#/s/support-tickets/try").page

    page.get_by_role("button", name="Where?").click()

    page.locator("p.sentence", has_text="Kelso").wait_for()
    assert TEXT[47:52] == "Kelso" == page.locator("mark").first.inner_text()
    shown = page.locator(".outcome").inner_text()
    assert "people/leave.md" in shown and "characters 147 to 152" in shown and "a person should look" in shown
    assert [body for _, path, body in reader.heard if path.endswith("/explain")] == [
        {"question": "Where?", "passage": ""}
    ]


def test_a_written_answer_unfolds_to_the_words_that_hold_it_up(visit, reader):
    reader.said["/v1/support-tickets"] |= {"writes": True}
    said = [{"text": "You get 28 days.", "start": 9, "end": 16, "source": SOURCE}]
    written = FOUND | {"written": {"sentences": said, "left_out": 2, "fault": ""}}
    reader.said["/v1/support-tickets/explain"] = {"answer": written, "label": "", "tokens": []}
    page = visit("#/s/support-tickets/try").page

    page.get_by_label("Let the language model write").check()
    page.get_by_role("button", name="Where?").click()

    page.locator("summary", has_text="You get 28 days.").click()
    assert page.locator("details.written mark").inner_text() == "28 days"
    assert "2 more sentences were left out" in page.locator(".outcome").inner_text()
    assert [body for _, path, body in reader.heard if path.endswith("/explain")] == [
        {"question": "Where?", "passage": "", "write": True}
    ]


def test_what_is_not_in_the_documents_is_said_to_be_so(visit, reader):
    reader.said["/v1/support-tickets/explain"] = {"answer": NONE, "label": "", "tokens": []}
    page = visit("#/s/support-tickets/try").page

    page.get_by_label("Question").fill("Who is the barber?")
    page.get_by_role("button", name="Answer", exact=True).click()

    page.locator("p.sentence", has_text="Not in these documents.").wait_for()
