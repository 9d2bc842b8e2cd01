"""`luodi inspect`: what it shows, what it writes, how it ends."""

import json
import re
import sqlite3

import pytest

from luodi.report.screen import cells_of, wrapped


@pytest.fixture
def table(tmp_path):
    """Return a function that writes rows of (body, queue) as a CSV with two more columns, and returns its path."""

    def write(pairs, name="calls.csv"):
        lines = [f'C{n:04},2026-{n % 9 + 1:02}-0{n % 9 + 1},"{body}",{queue}' for n, (body, queue) in enumerate(pairs)]
        path = tmp_path / name
        path.write_text("\n".join(["id,received,body,queue", *lines]) + "\n", encoding="utf-8")
        return path

    return write


def calls(n=600):
    things = ["parcel", "refund", "invoice", "login", "printer", "kettle"]
    return [
        (f"The {things[i % 6]} of week {i} is {things[i // 6 % 6]} {i % 89}", ["a", "b", "c"][i % 3]) for i in range(n)
    ]


def test_a_good_file_is_shown_on_one_screen_and_ends_with_0(luodi, table):
    told = luodi("inspect", table(calls()), "--quick")

    assert told.code == 0
    assert told.out.startswith("looks like text-classification: text 'body', label 'queue'")
    assert re.search(r"calls\.csv  600 rows, 4 columns  CSV UTF-8 comma", told.out)
    assert re.search(r"^received +date +– +9 +2026-01-01 … 2026-09-09$", told.out, re.M)
    assert told.out.endswith(f"next  luodi new calls --data {table(calls())}\n")
    assert len(told.out.splitlines()) <= 40
    assert all(cells_of(line) <= 100 for line in told.out.splitlines() if "--data" not in line)


def test_what_has_to_be_mended_ends_with_1_and_comes_first(luodi, table):
    told = luodi("inspect", table([*calls(), ("A late one", "A "), ("Another late one", "a")]), "--quick")

    findings = re.findall(r"^(fix|look|fine)  ", told.out, re.M)
    assert told.code == 1
    assert findings[0] == "fix"
    assert "one label, several spellings: 'a' = 'A '" in told.out


@pytest.mark.parametrize(
    "content", [b"", b"body,queue\n", b"\x00\x01\x02" * 50], ids=["empty", "header only", "binary"]
)
def test_what_is_no_table_is_refused(refused, tmp_path, content):
    (tmp_path / "x.csv").write_bytes(content)

    refused("inspect", tmp_path / "x.csv")


def test_a_wrong_column_is_refused_with_the_right_one(refused, table):
    assert "did you mean 'body'?" in refused("inspect", table(calls(50)), "--text", "bdy")
    assert "did you mean 'queue'?" in refused("inspect", table(calls(50)), "--label", "quue")


def test_a_file_without_labels_is_shown_too(luodi, tmp_path):
    lines = [f"This is the review number {n} and it is different {n * n}" for n in range(600)]
    (tmp_path / "reviews.txt").write_text("\n".join(["review", *lines]), encoding="utf-8")

    told = luodi("inspect", tmp_path / "reviews.txt", "--quick")

    assert told.code == 0
    assert told.out.startswith("no column looks like a label; text 'review'")
    assert "luodi new" not in told.out


def test_machines_get_json_and_nothing_else(luodi, table):
    told = luodi("inspect", table(calls()), "--quick", "--json")

    found = json.loads(told.out)
    assert found["about"]["name"] == "calls.csv"
    assert {"severity", "code", "what", "fix"} <= found["advice"][0].keys()
    assert str(table(calls()).parent) not in told.out


def test_personal_data_is_not_shown_in_the_examples(luodi, table):
    told = luodi("inspect", table([("ring me: 415-555-2671", "a"), *calls()]), "--quick")

    assert "555-2671" not in told.out
    assert "[PHONE]" in told.out


def test_a_folder_and_a_database_are_inspected_like_a_file(luodi, table, tmp_path):
    table(calls(300), name="one.csv")
    table(calls(300), name="two.csv")
    with sqlite3.connect(tmp_path / "calls.db") as database:
        database.execute("create table calls (body text, queue text)")
        database.executemany("insert into calls values (?, ?)", calls())
    database.close()

    both = luodi("inspect", str(tmp_path / "*.csv"), "--quick")
    stored = luodi("inspect", f"sqlite:///{tmp_path}/calls.db?table=calls", "--quick")

    assert "600 rows, 4 columns of 2 files" in both.out
    assert "600 rows, 2 columns" in stored.out


def test_wide_letters_are_counted_as_two_cells_when_lines_are_broken():
    lines = wrapped("标签有多种写法：请合并 these are words, 以及更多文字" * 3, 30)

    assert all(cells_of(line) <= 30 for line in lines)
    assert "".join(lines).replace(" ", "") == ("标签有多种写法：请合并 these are words, 以及更多文字" * 3).replace(
        " ", ""
    )
