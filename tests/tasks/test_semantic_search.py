"""The task: what is cleaned, what is asked, and what is answered."""

import pytest

from luodi.contracts import Reject
from luodi.tasks import semantic_search
from luodi.tasks.semantic_search import Options, Request, Row
from luodi.testing import check_task

OPTIONS = Options()


def test_the_task_keeps_its_contract():
    check_task(semantic_search, [Row(text=f"body {n}", id=str(n), title=f"title {n}") for n in range(4)])


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        pytest.param(Request(query=" \n "), "empty query", id="empty"),
        pytest.param(Request(query="x", k=101), "k lies between 1 and 100", id="k"),
    ],
)
def test_a_request_that_cannot_be_answered_is_rejected(request_, reason):
    assert semantic_search.clean(request_, OPTIONS) == Reject(reason=reason)


def test_white_space_is_squeezed_and_the_rest_of_the_request_stays():
    cleaned = semantic_search.clean(Request(query=" a  b ", k=3, filters={"team": ["x"]}), OPTIONS)

    assert cleaned == Request(query="a b", k=3, filters={"team": ["x"]})


def test_a_hit_becomes_a_passage_with_its_place():
    hit = {"id": "a#5", "score": 0.5, "document": "a", "start": 5, "end": 9, "text": "word", "highlights": [[0, 4]]}

    response = semantic_search.to_response(Request(query="word"), [hit], OPTIONS)

    assert (response.hits[0].id, response.hits[0].highlights) == ("a#5", ((0, 4),))
