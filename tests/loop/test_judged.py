"""What may be said of an answer out of a passage, and what of it may be learned from."""

import pytest

from luodi.loop import judged
from luodi.loop.gate import LEAST_OF_ALL, Reviewed
from luodi.loop.overlay import Decided
from luodi.tasks import question_answering

PASSAGE = {"question": "Where?", "passage": "🙂 in Denver, not in Boston"}


def decided(n, *, reviewers=("owner",), label="Denver", **request):
    asked = {"question": f"Where is {n}?", "passage": f"In Denver, {n}.", **request}
    row = Reviewed(request_id=f"{n:026d}", text="", label=label, reviewers=reviewers, at=0.0)
    return Decided(reviewed=row, request=asked, answered="answered", reason="handed_over", response={"answer": "In"})


def sift(rows, **changed):
    return judged.sift(rows, **({"exam": (), "admins": {"owner"}, "agreement": {}} | changed))


@pytest.mark.parametrize(
    ("label", "response", "can"),
    [
        ("Boston", {"answer": "Denver"}, True),
        ("Chicago", {"answer": "Denver"}, False),
        ("answered", {"answer": "Denver"}, True),
        ("answered", {"answer": ""}, False),
        ("no answer", {"answer": "Denver"}, True),
        ("", None, True),
    ],
)
def test_words_have_to_stand_in_the_passage_and_an_answer_that_was_not_given_is_not_right(label, response, can):
    assert judged.stands(label, PASSAGE, response) is can


def test_where_passages_are_found_any_words_can_be_right():
    assert judged.stands("Chicago", {"question": "Where?", "passage": ""}, {"answer": ""})


@pytest.mark.parametrize(
    ("label", "cell"), [("Denver", '["Denver"]'), ("answered", '["In"]'), ("no answer", ""), ("[1]", '["[1]"]')]
)
def test_a_row_bears_the_right_answer_as_a_list_or_none(label, cell):
    row = judged.row_of(question_answering, decided(1, label=label))

    assert row == {"question": "Where is 1?", "context": "In Denver, 1.", "answers": cell}


def test_passages_of_the_exam_are_not_learned_from_nor_a_question_twice():
    rows = [decided(1), decided(2), decided(12, question="Where is 2?", passage="In Denver, 2.")]

    passed, held = sift(rows, exam={"In Denver, 1."})

    assert len(passed) == 1
    assert sorted(one.reason for one in held) == [
        "of a passage that readers are examined on", "the same question about the same passage is there already",
    ]  # fmt: skip


def test_one_account_alone_brings_no_more_than_all_others():
    alone = [decided(n, reviewers=("mei",)) for n in range(100)]

    assert len(sift(alone)[0]) == LEAST_OF_ALL
    assert len(sift([decided(n, reviewers=("mei", "tom")) for n in range(100)])[0]) == 100
    both = [*alone, *(decided(n) for n in range(200, 230))]
    assert len(sift(both)[0]) == 60


def test_an_account_that_rarely_agrees_is_not_learned_from_alone():
    assert not sift([decided(1, reviewers=("mei",))], agreement={"mei": (2, 20)})[0]
