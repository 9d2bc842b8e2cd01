"""JSON of any size: what is wrong in it is listed with its place, and the rest comes through."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from luodi.contracts import Reject
from luodi.data import files
from luodi.data.readers import open_table

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8), lambda one: st.lists(one, max_size=3), max_leaves=5
)
OBJECTS = st.lists(st.dictionaries(st.text(max_size=5), VALUES, min_size=1, max_size=4), min_size=1, max_size=8)


def read(tmp_path, text, name="data.json"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    table = open_table(path)
    return [row for _, row in table.rows()], table


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(objects=OBJECTS, indent=st.none() | st.integers(0, 3), size=st.sampled_from([1, 7, 64, 1 << 18]))
def test_a_list_comes_back_wherever_its_blocks_end(objects, indent, size, tmp_path, monkeypatch):
    monkeypatch.setattr(files, "CHUNK", size)

    rows, _ = read(tmp_path, json.dumps(objects, indent=indent))

    assert rows == objects


def test_an_item_that_is_no_json_is_listed_with_its_place_and_the_next_ones_come_through(tmp_path):
    items = [f'{{"text": "text {n}", "label": "x"}}' for n in range(2_000)]
    items[1_000] = '{"text": "text", oops, "label": "x"}'

    rows, _ = read(tmp_path, "[\n" + ",\n".join(items) + "\n]")

    assert len(rows) == 2_000
    assert [n for n, row in enumerate(rows) if isinstance(row, Reject)] == [1_000]
    assert "(line 1,002, column 18)" in rows[1_000].reason


def test_a_list_that_breaks_off_ends_with_a_reason(tmp_path):
    rows, _ = read(tmp_path, '[{"text": "a"}, {"text": "b"}, {"te')

    assert rows[:2] == [{"text": "a"}, {"text": "b"}]
    assert rows[2].reason.startswith("not JSON")


def test_numbers_keep_their_digits_and_what_is_no_number_stays_text(tmp_path):
    text = '[{"id": 12345678901234567890, "x": 0.1234567890123456789, "y": 1e999, "z": NaN, "n": 1.5, "d": %s}]'

    ((row,), _) = read(tmp_path, text % ("9" * 5_000))

    assert row == {
        "id": 12345678901234567890,
        "x": "0.1234567890123456789",
        "y": "1e999",
        "z": "NaN",
        "n": 1.5,
        "d": "9" * 5_000,
    }


@pytest.mark.parametrize("name", ["data.json", "data.jsonl"])
def test_a_key_that_stands_twice_is_said(name, tmp_path):
    text = '{"text": "a", "text": "b"}'

    rows, table = read(tmp_path, f"[{text}]" if name == "data.json" else text, name)

    assert rows == [{"text": "b"}]
    assert table.notes == ("a key stands twice in an object, and its last value counts: 1 line (1)",)


@pytest.mark.parametrize("name", ["data.json", "data.txt", "data"])
def test_json_lines_are_known_by_how_they_begin(name, tmp_path):
    rows, table = read(tmp_path, '{"text": "a, b", "label": "x"}\n{"text": "c", "label": "y"}\n', name)

    assert table.format == "jsonl"
    assert rows[0] == {"text": "a, b", "label": "x"}


def test_a_hole_without_a_bottom_is_listed(tmp_path):
    rows, _ = read(tmp_path, '{"text": "a"}\n' + "[" * 100_000 + '\n{"text": "b"}\n', "data.jsonl")

    assert rows[1] == Reject(reason="not JSON: brackets within brackets, too deep")
    assert rows[2] == {"text": "b"}
