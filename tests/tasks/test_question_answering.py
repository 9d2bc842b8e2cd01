"""The task: where answers stand, what is left out, and questions that are made to have none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.contracts import Reject
from luodi.runtime import spans
from luodi.tasks import question_answering as task
from luodi.tasks.question_answering import Options, Request, Row, Source
from luodi.testing import check_task

CITY = "Denver lies in Colorado. Denver is high."
ROWS = [
    Row(question="Where does Denver lie?", context=CITY, answers="Colorado"),
    Row(question="What is high?", context=CITY, answers=("Denver",), starts=("25",)),
    Row(question="Who is the mayor?", context=CITY),
]
FOUND = {"document": "a.md", "title": "A", "heading": "A › B", "page": 2, "start": 100, "text": CITY}


def test_the_task_keeps_its_contract():
    check_task(task, ROWS)


def test_an_answer_is_a_place_and_without_one_the_first_where_it_stands():
    first, second, third = task.to_examples(iter(ROWS), Options())

    assert (first.y, second.y, third.y) == ({"15:23"}, {"25:31"}, frozenset())
    assert first.group == second.group


@pytest.mark.parametrize(
    ("answers", "starts", "expected"),
    [
        pytest.param('["Denver", "Colorado"]', "", {"0:6", "15:23"}, id="several in a cell"),
        pytest.param('["Denver", "Colorado"]', "[25, -1]", {"25:31", "15:23"}, id="one with a place"),
        pytest.param("Denver", "25", {"25:31"}, id="a place in a cell"),
        pytest.param("  ", "", set(), id="none"),
    ],
)
def test_cells_of_text_hold_lists(answers, starts, expected):
    (example,) = task.to_examples([Row(question="?", context=CITY, answers=answers, starts=starts)], Options())

    assert example.y == expected


def test_an_answer_that_stands_in_several_places_is_marked_unless_its_place_is_given():
    rows = [Row(question="?", context=CITY, answers="Denver"), *ROWS[1:]]

    tags = [one.tags["answer"] for one in task.to_examples(rows, Options())]

    assert tags == ["in several places", "in one place", "none"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        pytest.param({"answers": "Boston"}, "an answer that does not stand in its passage", id="absent"),
        pytest.param({"answers": "Denver", "starts": "3"}, "an answer that does not stand where it is said to begin",
                     id="elsewhere"),
        pytest.param({"answers": "Denver", "starts": "[1, 2]"}, "the numbers of answers and of their beginnings differ",
                     id="numbers"),
        pytest.param({"answers": "Denver", "starts": "x"}, "where an answer begins is no whole number", id="no number"),
        pytest.param({"context": " "}, "no passage: name its column in [prepare] columns, as context, or write "
                     "[options] retriever", id="no passage"),
    ],
)  # fmt: skip
def test_a_row_that_contradicts_itself_is_left_out_with_its_reason(row, reason):
    (found,) = task.to_examples([Row(**{"question": "?", "context": CITY} | row)], Options())

    assert found == Reject(reason=reason)


def test_questions_without_an_answer_are_made_with_another_passage_of_the_document():
    rows = [
        Row(question="Where is the sea?", context="The sea is in the west.", answers="west", title="T"),
        Row(question="Where is the river?", context="The river is in the east.", answers="east", title="T"),
        Row(question="Where is the wood?", context="The wood is in the north.", answers="north", title="U"),
    ]

    made = [one for one in task.to_examples(rows, Options(unanswerable=1.0)) if not one.y]

    assert [(one.request, one.group) for one in made] == [
        (Request(question="Where is the river?", passage="The sea is in the west."), "T")
    ]


@given(st.text(min_size=1, max_size=60), st.data())
def test_every_place_of_a_passage_comes_back_as_the_words_that_stand_there(passage, data):
    start = data.draw(st.integers(0, len(passage) - 1))
    text = passage[start : data.draw(st.integers(start + 1, len(passage)))]
    row = Row(question="?", context=passage, answers=(text,), starts=(str(start),))

    (example,) = task.to_examples([row], Options(retriever="x"))

    if text == text.strip() and passage.strip() and not isinstance(example, Reject):
        assert spans.texts(task.to_x(example.request, Options()), example.y) == {text}


@pytest.mark.parametrize(
    ("request_", "options", "reason"),
    [
        pytest.param(Request(question=" "), {}, "empty question", id="question"),
        pytest.param(Request(question="?", passage="\n"), {}, "empty passage", id="passage"),
        pytest.param(Request(question="?", passage="abc"), {"max_characters": 2}, "a passage of more than 2 characters",
                     id="long"),
    ],
)  # fmt: skip
def test_a_request_that_cannot_be_answered_is_rejected(request_, options, reason):
    assert task.clean(request_, Options(**options)) == Reject(reason=reason)


def test_a_passage_stays_as_it_was_sent_and_may_be_missing_where_one_is_found():
    messy = Request(question="  why\n?", passage=" a  b\n")

    assert task.clean(messy, Options()) == Request(question="why ?", passage=" a  b\n")
    assert task.clean(Request(question="?"), Options(retriever="../search")) == Request(question="?")


def test_an_answer_says_where_its_passage_was_found_and_the_ledger_keeps_the_place_alone():
    prediction = [
        {"start": 15, "end": 23, "score": 0.9, "source": FOUND},
        {"start": 0, "end": 0, "score": 0.1},
    ]

    response = task.to_response(Request(question="?"), prediction, Options())

    assert (response.answer, response.source) == ("Colorado", Source(**FOUND))
    assert response.others[0].text == ""
    kept = task.to_keep({"source": FOUND, "others": [{"source": FOUND}, {"source": None}]})
    assert "text" not in kept["source"] and "text" not in kept["others"][0]["source"]
