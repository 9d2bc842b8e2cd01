"""The format of SQuAD, whole or damaged: every question is a row, or the reason why not."""

import gzip
import json

import pytest

from luodi.contracts import Reject
from luodi.data.readers import open_table
from luodi.errors import DataError

ANSWER = {"text": "Denver", "answer_start": 4}


def written(tmp_path, value, name="train.json"):
    path = tmp_path / name
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


def an_article(*questions, **more):
    return {
        "version": "1.1",
        "data": [{"title": "A", "paragraphs": [{"context": "Ask Denver", "qas": questions}]} | more],
    }


@pytest.mark.parametrize("name", ["train.json", "train.json.gz"])
def test_a_question_is_a_row_with_its_passage_and_its_answers(name, tmp_path):
    asked = {"id": "1", "question": "Whom?", "answers": [ANSWER, {"text": "Ask"}]}

    table = open_table(written(tmp_path, an_article(asked), name))

    ((line, row),) = table.rows()
    assert (table.format, line) == ("squad", 1)
    assert row == {
        "id": "1", "title": "A", "question": "Whom?", "context": "Ask Denver",
        "answers": ["Denver", "Ask"], "starts": [4, -1],
    }  # fmt: skip


def test_a_question_that_is_impossible_has_no_answer_though_one_was_plausible(tmp_path):
    asked = {"question": "Whom?", "is_impossible": True, "answers": [], "plausible_answers": [ANSWER]}

    ((_, row),) = open_table(written(tmp_path, an_article(asked))).rows()

    assert (row["answers"], row["starts"]) == ([], [])


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        pytest.param({"question": 7}, "a question without its text", id="no text"),
        pytest.param({"question": "Whom?"}, "a question without answers; where there is none, write []", id="none"),
        pytest.param({"question": "Whom?", "answers": ["Denver"]}, "an answer without its text", id="form"),
    ],
)
def test_a_broken_question_is_left_out_with_its_reason(question, reason, tmp_path):
    good = {"question": "Whom?", "answers": [ANSWER]}

    rows = [row for _, row in open_table(written(tmp_path, an_article(question, good))).rows()]

    assert rows[0] == Reject(reason=reason)
    assert rows[1]["answers"] == ["Denver"]


def test_an_article_without_a_name_is_known_by_its_passage(tmp_path):
    value = an_article({"question": "Whom?", "answers": [ANSWER]})
    del value["data"][0]["title"]

    ((_, row),) = open_table(written(tmp_path, value)).rows()

    assert row["title"] == "article 1, paragraph 1"


def test_a_file_that_ends_too_early_is_refused_with_its_form(tmp_path):
    path = written(tmp_path, '{"version": "1.1", "data": [{"title"')

    with pytest.raises(DataError) as caught:
        list(open_table(path).rows())

    assert "no file in the format of SQuAD" in caught.value.what
    assert caught.value.where == str(path)
    assert '"data"' in caught.value.fix
