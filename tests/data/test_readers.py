"""Tables of every form: every row comes out, or the reason why not."""

import csv
import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from luodi.contracts import Reject
from luodi.data import delimited, mojibake
from luodi.data.readers import open_table
from luodi.errors import DataError

ROWS = [("where is my refund", "billing"), ("I cannot log in", "login"), ("charged twice today", "billing")] * 4


def read(path, **stated):
    table = open_table(path, **stated)
    return table, list(table.rows())


def written(tmp_path, text, name="data.csv"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
@pytest.mark.parametrize("header", [True, False], ids=["header", "no header"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|", "，"])
def test_delimiter_header_and_line_ends_are_recognized(delimiter, header, ends, tmp_path):
    lines = [("text", "label"), *ROWS] if header else ROWS
    path = written(tmp_path, "".join(delimiter.join(row) + ends for row in lines))

    table, rows = read(path)

    assert (table.delimiter, table.header) == (delimiter, header)
    assert [line for line, _ in rows] == list(range(1 + header, len(ROWS) + 1 + header))
    assert [tuple(row.values()) for _, row in rows] == ROWS
    assert table.columns == (("text", "label") if header else ("1", "2"))


def test_what_the_user_states_is_taken_as_said(tmp_path):
    path = written(tmp_path, "a;b,c\nd;e,f\n")

    table, rows = read(path, delimiter=",", header=False)

    assert table.columns == ("1", "2")
    assert rows == [(1, {"1": "a;b", "2": "c"}), (2, {"1": "d;e", "2": "f"})]


def test_stray_quotation_marks_in_tab_separated_text_are_just_marks(tmp_path):
    path = written(tmp_path, 'text\tlabel\n"so-called support\tbad\na 5" screen\tgood\n"what\tbad\n')

    _, rows = read(path)

    assert [row["text"] for _, row in rows] == ['"so-called support', 'a 5" screen', '"what']


def test_tab_separated_text_may_be_quoted_too(tmp_path):
    path = written(tmp_path, 'text\tlabel\r\n"a\tb"\tgood\r\n"c\r\nd"\t"bad"\r\n')

    _, rows = read(path)

    assert rows == [(2, {"text": "a\tb", "label": "good"}), (3, {"text": "c\r\nd", "label": "bad"})]


def test_a_row_over_several_lines_counts_from_its_first(tmp_path):
    path = written(tmp_path, 'text,label\n"a\nb\nc",x\n\nd,y\n"e\n\nf",x\ng,y\n')

    _, rows = read(path)

    assert [(line, row["text"]) for line, row in rows] == [(2, "a\nb\nc"), (6, "d"), (7, "e\n\nf"), (10, "g")]


def test_rows_of_another_width_are_listed_with_their_line(tmp_path):
    path = written(tmp_path, "text,label\na,x\nb\nc,y,z\nd,x\n")

    _, rows = read(path)

    assert rows[1] == (3, Reject(reason="1 cells where 2 are expected"))
    assert rows[2] == (4, Reject(reason="3 cells where 2 are expected"))
    assert [line for line, row in rows if isinstance(row, dict)] == [2, 5]


@pytest.mark.parametrize(
    ("tail", "n_rows"),
    [
        pytest.param('b,"x\nc,y\n', 1, id="to the end of the file"),
        pytest.param('"b,x\n' + "c,y\n" * 600, 600, id="over hundreds of lines"),
        pytest.param('"b,x\n' + 'c,"y"\n' * 3, 3, id="up to the next quotation mark"),
        pytest.param('"b,x\n' + "c,y\n" * 8 + 'd" or so,x\n', 9, id="up to a stray quotation mark"),
        pytest.param('"b,x\n' + "c,y\n" * 6 + 'd",x\nc,y\n', 8, id="up to a mark that could have been its own"),
        pytest.param('"b,x\n' + "c,y\n" * 200_000, 200_000, id="over many blocks"),
    ],
)
def test_a_quotation_mark_that_is_never_closed_costs_one_row_and_not_the_file(tail, n_rows, tmp_path):
    path = written(tmp_path, "text,label\na,x\n" + tail)

    _, rows = read(path)

    assert rows[:2] == [(2, {"text": "a", "label": "x"}), (3, Reject(reason=delimited.UNCLOSED))]
    assert len(rows) == 2 + n_rows
    assert [line for line, _ in rows] == list(range(2, 4 + n_rows))


def test_columns_without_a_name_or_with_the_same_one_can_still_be_told_apart(tmp_path):
    path = written(tmp_path, "text,,text,label\na,b,c,d\n")

    table, rows = read(path, header=True)

    assert table.columns == ("text#1", "#2", "text#3", "label")
    assert list(rows[0][1].values()) == ["a", "b", "c", "d"]


QUOTING = [one for one in delimited.DELIMITERS if one != "\t"]  # where quotation marks always quote
CHARACTERS = st.characters(exclude_characters="\0\ufeff", exclude_categories=["Cs"])  # these are taken out, and said
CELL = st.text(CHARACTERS, max_size=12).filter(lambda cell: mojibake.mend(cell) == cell)
TABLE = st.integers(min_value=1, max_value=4).flatmap(
    lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=1, max_size=12)
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=TABLE, ends=st.sampled_from(["\n", "\r\n"]), delimiter=st.sampled_from(QUOTING))
def test_whatever_is_written_as_csv_comes_back(table, ends, delimiter, tmp_path):
    path, header = tmp_path / "data.csv", [f"column {n}" for n in range(len(table[0]))]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator=ends, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([header, *table])

    opened = open_table(path, delimiter=delimiter, header=True)

    assert [list(row.values()) for _, row in opened.rows()] == table
    assert opened.columns == tuple(header)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=200), name=st.sampled_from(["a.csv", "a.tsv", "a.jsonl", "a.json", "a.parquet"]))
def test_any_bytes_are_a_table_or_an_error_with_a_remedy(raw, name, tmp_path):
    path = written(tmp_path, raw, name)

    refusal = None
    try:
        _, rows = read(path)
    except DataError as error:
        refusal = error

    assert (refusal.what and refusal.fix) if refusal else all(line >= 1 for line, _ in rows)


@pytest.mark.parametrize("name", ["data.jsonl", "data.ndjson", "data.JSONL", "data.jsonl.gz"])
def test_json_lines_that_are_none_are_listed(name, tmp_path):
    lines = ['{"text": "a\\nb", "label": "x"}', "", "[1, 2]", '{"text": ', '{"text": "\\ud83d"}', '{"label": "é"}']
    raw = "\r\n".join(lines).encode()
    path = written(tmp_path, gzip.compress(raw) if name.endswith("gz") else raw, name)

    table, rows = read(path)

    assert table.columns == ("text", "label")
    assert [line for line, _ in rows] == [1, 3, 4, 5, 6]
    assert (rows[0][1], rows[4][1]) == ({"text": "a\nb", "label": "x"}, {"label": "é"})
    assert rows[1][1] == Reject(reason="not a JSON object")
    assert rows[2][1].reason.startswith("not JSON: ")
    assert rows[3][1].reason.startswith("half a character")


def test_a_json_list_is_a_table_and_counts_its_items(tmp_path):
    path = written(tmp_path, json.dumps([{"text": "a"}, 7, {"text": "b", "label": ["x", "y"]}]), "data.json")

    table, rows = read(path)

    assert table.columns == ("text", "label")
    assert rows == [(1, {"text": "a"}), (2, Reject(reason="not a JSON object")), (3, rows[2][1])]
    assert rows[2][1]["label"] == ["x", "y"]


def test_a_parquet_file_is_read_whatever_its_name(tmp_path):
    path = tmp_path / "data.bin"
    pq.write_table(pa.table({"text": ["a", None], "labels": [["x", "y"], []]}), path)

    table, rows = read(path)

    assert (table.format, table.columns) == ("parquet", ("text", "labels"))
    assert rows == [(1, {"text": "a", "labels": ["x", "y"]}), (2, {"text": None, "labels": []})]


@pytest.mark.parametrize(
    ("name", "raw", "what"),
    [
        pytest.param("a.csv", b"", "the file is empty", id="no bytes"),
        pytest.param("a.csv", b"\n \n", "the file is empty", id="blank lines"),
        pytest.param("a.jsonl", b"\n", "the file is empty", id="no lines"),
        pytest.param("a.jsonl", b"1\n2\n", "no line of this file is a JSON object", id="numbers"),
        pytest.param("a.json", b'{"text": 1}', "this is not a list of objects", id="one object"),
        pytest.param("a.json", b"[1, 2", "this is not JSON", id="a list, cut off"),
        pytest.param("a.json", b"[" * 100_000, "this is not JSON", id="a deep hole"),
        pytest.param("a.parquet", b"PAR1 and no more", "the Parquet file cannot be read", id="parquet, cut off"),
        pytest.param("a.csv", b"\x1f\x8b\x08\0\0\0\0\0\0\0?!", "the gzip file is broken", id="gzip, garbled"),
    ],
)
def test_what_is_no_table_is_refused_with_a_remedy(name, raw, what, tmp_path):
    path = written(tmp_path, raw, name)

    with pytest.raises(DataError, match=what) as caught:
        read(path)

    assert caught.value.where.startswith(str(path))
    assert caught.value.fix


def test_a_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(DataError, match="there is no such file"):
        open_table(tmp_path / "nothing.csv")
