"""Text classification: one label, and how probable it is."""

import pytest

from luodi.contracts import Reject
from luodi.tasks import text_classification as task
from luodi.tasks.text_classification import Options, Request, Row
from luodi.testing import check_task

ROWS = [
    Row(text="where is my refund", label="billing"),
    Row(text="I cannot  log in", label=" login "),
    Row(text="   ", label="login"),
    Row(text="no label", label=" "),
]


def test_text_classification_keeps_the_contract_of_a_task():
    check_task(task, ROWS)


def test_every_row_is_an_example_or_a_reason():
    first, second, third, last = task.to_examples(iter(ROWS), Options())

    assert (first.request, first.y) == (Request(text="where is my refund"), "billing")
    assert second.y == "login"
    assert third.y == "login"  # that its text is empty is for `clean` to say
    assert last == Reject(reason="empty label")


@pytest.mark.parametrize("text", ["", " \n\t", "\u3000\u00a0"])
def test_an_empty_text_is_rejected_with_its_reason(text):
    assert task.clean(Request(text=text), Options()) == Reject(reason="empty text")


def test_a_long_text_is_cut_where_the_scenario_says():
    cleaned = task.clean(Request(text="  two\n words and more"), Options(max_characters=9))

    assert cleaned == Request(text="two words")


def test_the_response_names_the_most_probable_label():
    scores = {"billing": 0.2, "login": 0.8}

    response = task.to_response(Request(text="x"), scores, Options())

    assert response == task.Response(label="login", score=0.8, scores=scores)
    assert not response.handed_over
