"""Reviewed rows as a table: a line that was deleted stays out, one that was corrected stays corrected."""

import csv

import pytest

from luodi import registry
from luodi.errors import DataError
from luodi.loop import overlay
from luodi.loop.gate import Reviewed
from luodi.loop.overlay import Decided

TASK = registry.task("text-classification")


def decided(name, text, label="card"):
    reviewed = Reviewed(request_id=name, text=text, label=label, reviewers=("ann", "bob"), at=0.0)
    return Decided(reviewed=reviewed, request={"text": text}, answered="refund", reason="handed_over",
                   response={"label": "refund"})  # fmt: skip


@pytest.fixture
def path(tmp_path):
    return tmp_path / overlay.FILE


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_row_says_where_it_comes_from(path):
    overlay.write(path, TASK, [decided("a", "one text")], written=())

    assert rows(path) == [
        {"request_id": "a", "decided_at": "1970-01-01T00:00:00Z", "reviewers": "ann|bob", "answered": "refund",
         "text": "one text", "label": "card"}
    ]  # fmt: skip


def test_a_deleted_line_stays_out_and_a_corrected_one_stays_corrected(path):
    all_of = [decided("a", "one text"), decided("b", "another"), decided("c", "a third")]
    written = overlay.write(path, TASK, all_of[:2], written=())
    lines = path.read_text().splitlines(keepends=True)
    path.write_text(lines[0] + lines[2].replace("card", "refund"))

    written = overlay.write(path, TASK, all_of, written=written)

    assert [(row["request_id"], row["label"]) for row in rows(path)] == [("b", "refund"), ("c", "card")]
    assert written == {"a", "b", "c"}


def test_a_text_that_a_spreadsheet_would_compute_is_made_harmless(path):
    overlay.write(path, TASK, [decided("a", "=HYPERLINK(1)")], written=())

    assert rows(path)[0]["text"] == "'=HYPERLINK(1)"


def test_another_table_is_refused(path):
    path.write_text("a,b\n1,2\n")

    with pytest.raises(DataError, match="no table of reviewed texts"):
        overlay.read(path)


def test_labels_of_a_tagging_task_go_to_their_column(path):
    overlay.write(path, registry.task("topic-tagging"), [decided("a", "one text", "x|y")], written=())

    assert rows(path)[0]["labels"] == "x|y"
