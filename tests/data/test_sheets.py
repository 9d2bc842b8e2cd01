"""Workbooks as people make them: several sheets, titles, dates, formulas, merged and hidden cells."""

import datetime as dt

import openpyxl
import pytest

from luodi.data.readers import open_table
from luodi.errors import DataError

ROWS = [("text", "label"), ("where is my refund", "billing"), ("I cannot log in", "login")]


def saved(tmp_path, *sheets, then=lambda book: None):
    """Write a workbook of (name, rows) sheets."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    then(book)
    path = tmp_path / "data.xlsx"
    book.save(path)
    return path


def hide(name):
    def change(book):
        book[name].sheet_state = "hidden"

    return change


def test_the_first_sheet_with_cells_that_is_not_hidden_is_read_and_the_others_are_named(tmp_path):
    path = saved(tmp_path, ("old", ROWS[:2]), ("empty", []), ("now", ROWS), ("more", ROWS), then=hide("old"))

    table = open_table(path)

    assert (table.format, table.sheet, table.columns) == ("workbook", "now", ("text", "label"))
    assert list(table.rows()) == [(n, dict(zip(ROWS[0], row, strict=True))) for n, row in enumerate(ROWS[1:], start=2)]
    assert table.notes == (
        "read the sheet 'now', not 'more': [prepare] sheet names another",
        "hidden sheets were not read: 'old'",
    )


def test_the_sheet_that_the_user_names_is_read(tmp_path):
    path = saved(tmp_path, ("one", ROWS), ("two", [("body", "queue"), ("a", "b")]))

    assert open_table(path, sheet="two").columns == ("body", "queue")
    with pytest.raises(DataError, match="no sheet is called 'tow'") as caught:
        open_table(path, sheet="tow")
    assert caught.value.fix == "did you mean 'two'?"


def test_dates_numbers_and_leading_zeros_become_the_text_one_sees(tmp_path):
    values = (
        dt.datetime(2024, 1, 2),
        dt.datetime(2024, 1, 2, 3, 4),
        dt.time(5, 6),
        7,
        1.5,
        "007",
        True,
        12345678901234,
    )
    path = saved(tmp_path, ("s", [[f"column {n}" for n in range(len(values))], values]))

    ((_, row),) = open_table(path, header=True).rows()

    assert list(row.values()) == [
        "2024-01-02", "2024-01-02 03:04:00", "05:06:00", "7", "1.5", "007", "TRUE", "12345678901234",
    ]  # fmt: skip


def test_merged_cells_hold_their_value_everywhere_and_this_is_said(tmp_path):
    rows = [("text", "label"), ("a", "x"), ("b", None), ("c", None), ("d", "y")]
    path = saved(tmp_path, ("s", rows), then=lambda book: book["s"].merge_cells("B2:B4"))

    table = open_table(path)

    assert [row["label"] for _, row in table.rows()] == ["x", "x", "x", "y"]
    assert "merged cells hold their value" in table.notes[0]


def test_formulas_that_were_never_computed_are_said(tmp_path):
    path = saved(tmp_path, ("s", [*[(*row, "n") for row in ROWS[:1]], ("a", "x", "=1+1"), ("b", "y", "=1+2")]))

    table = open_table(path)

    assert [row["n"] for _, row in table.rows()] == ["", ""]
    assert "formulas without a saved result read as empty: 2" in table.notes


def test_a_title_above_the_names_of_the_columns_is_passed_over_and_said(tmp_path):
    path = saved(tmp_path, ("s", [("Complaints of 2024",), (), *ROWS]))

    table = open_table(path)

    assert [line for line, _ in table.rows()] == [4, 5]
    assert "1 row of one cell passed over" in table.notes[0]


def test_blank_rows_are_no_rows_and_a_far_corner_is_found(tmp_path):
    path = saved(tmp_path, ("s", [ROWS[0], (), ROWS[1], (), (), ROWS[2]]))

    assert [line for line, _ in open_table(path).rows()] == [3, 6]


def test_a_cell_far_from_the_others_takes_no_memory(tmp_path):
    path = saved(tmp_path, ("s", ROWS), then=lambda book: book["s"].__setitem__("XFD1048576", "x"))

    with pytest.raises(DataError, match="more memory or time than a table") as caught:
        list(open_table(path).rows())

    assert caught.value.where == str(path)
    assert "a cell far from the others?" in caught.value.fix


def test_a_large_sheet_comes_in_batches(tmp_path):
    path = saved(tmp_path, ("s", [("text", "label"), *((f"text {n}", "x") for n in range(5_000))]))

    batches = list(open_table(path).batches(1_000))

    assert [len(one) for one in batches] == [1_000] * 5
    assert batches[-1][-1] == (5_001, {"text": "text 4999", "label": "x"})


def test_a_workbook_without_cells_is_empty(tmp_path):
    with pytest.raises(DataError, match="the file is empty"):
        open_table(saved(tmp_path, ("s", [])))
