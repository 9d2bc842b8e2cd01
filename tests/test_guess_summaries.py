"""What `luodi new` makes of texts with summaries: news, reports, meetings, a folder of documents; and what is none."""

import csv

import pytest

from luodi import guess_summaries

NEWS = (
    "The harbor opened on Monday. Ships came from the north. Nobody was hurt. The band played.",
    "The harbor opened.",
)
TALK = ("Ana: Hello.\nBen: Hi.\nAna: We open in May.\nBen: Good.\nAna: Bye.\nBen: Bye.", "We open in May.")
REPORT = ("# Costs\n\nThey rose.\n\n# Staff\n\nTwo left.\n\n# Plan\n\nWe grow.\n\n# End\n\nThat is all.", "Costs rose.")


@pytest.mark.parametrize(("row", "template"), [(NEWS, "news"), (TALK, "meeting"), (REPORT, "report")])
def test_texts_with_summaries_are_taken_for_what_they_are(row, template, tmp_path):
    with (tmp_path / "rows.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("Article", "Summary"), row])

    found = guess_summaries.look(str(tmp_path / "rows.csv"), tmp_path)

    assert found is not None and found.task == "summarization"
    assert f'template = "{template}"' in found.text and 'text = "Article"' in found.text


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([("text", "label"), ("a", "b")], id="labels"),
        pytest.param([("text", "summary"), ("short", "longer than that")], id="longer than the text"),
        pytest.param([("text", "summary"), ("", "")], id="empty"),
    ],
)
def test_other_tables_are_left_to_others(rows, tmp_path):
    with (tmp_path / "rows.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)

    assert guess_summaries.look(str(tmp_path / "rows.csv"), tmp_path) is None


def test_a_folder_of_documents_is_summed_up_only_where_summaries_lie_beside(tmp_path):
    (tmp_path / "may.md").write_text(REPORT[0], encoding="utf-8")

    alone = guess_summaries.look(str(tmp_path), tmp_path)
    (tmp_path / "may.summary.md").write_text("Costs rose.", encoding="utf-8")
    found = guess_summaries.look(str(tmp_path), tmp_path)

    assert alone is None
    assert found is not None and 'train = "."' in found.text
