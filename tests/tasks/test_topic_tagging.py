"""Topic tagging: all the labels that fit, or none."""

import pytest

from luodi.contracts import Reject
from luodi.tasks import topic_tagging as task
from luodi.tasks.topic_tagging import Options, Request, Row
from luodi.testing import check_task

ROWS = [
    Row(text="the bank raised its rates", labels="economy|banks"),
    Row(text="a goal in the last minute", labels=("sports",)),
    Row(text="nothing in particular", labels=""),
    Row(text=" ", labels="sports"),
]


def test_topic_tagging_keeps_the_contract_of_a_task():
    check_task(task, ROWS)


@pytest.mark.parametrize(
    ("labels", "separator", "expected"),
    [
        pytest.param("a| b |", "|", "ab", id="blanks and a separator too many"),
        pytest.param("a;b", ";", "ab", id="another separator"),
        pytest.param("a;b", "|", ["a;b"], id="no separator in it"),
        pytest.param(("a", "", " b"), "|", "ab", id="a list"),
        pytest.param("a|a", "|", "a", id="the same label twice"),
        pytest.param("", "|", "", id="none"),
    ],
)
def test_labels_are_taken_from_a_cell_or_a_list(labels, separator, expected):
    (example,) = task.to_examples([Row(text="x", labels=labels)], Options(separator=separator))

    assert example.y == frozenset(expected)


def test_an_empty_text_is_rejected_with_its_reason():
    assert task.clean(Request(text="\n"), Options()) == Reject(reason="empty text")


def test_the_response_holds_every_label_of_one_half_or_more_most_probable_first():
    scores = {"a": 0.5, "b": 0.9, "c": 0.49}

    response = task.to_response(Request(text="x"), scores, Options())

    assert response == task.Response(labels=("b", "a"), scores=scores)


def test_no_label_may_fit():
    assert task.to_response(Request(text="x"), {"a": 0.1}, Options()).labels == ()
