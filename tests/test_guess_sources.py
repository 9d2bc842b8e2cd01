"""`luodi new` from whatever holds tables: a folder, a pattern, an archive, a workbook, a database."""

import csv
import sqlite3
import zipfile

import pytest


def row(i):
    return [f"Order {i} came late, and nobody would say why", ["late", "lost"][i % 2]]


def table(path, header, make, *, n=60):
    """Write n rows; `make` makes one from its number."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *map(make, range(n))])


def as_folder(path):
    (path / "data").mkdir()
    table(path / "data" / "a.csv", ["text", "label"], row)
    table(path / "data" / "b.csv", ["text", "label"], row)
    return path / "data"


def as_pattern(path):
    return as_folder(path) / "*.csv"


def as_archive(path):
    with zipfile.ZipFile(path / "data.zip", "w") as archive:
        archive.write(as_folder(path) / "a.csv", "a.csv")
    return path / "data.zip"


def as_workbook(path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for cells in [["text", "label"], *map(row, range(60))]:
        book.active.append(cells)
    book.create_sheet("more").append(["x"])
    book.save(path / "data.xlsx")
    return path / "data.xlsx"


def as_database(path):
    with sqlite3.connect(path / "my shop.db") as connection:
        connection.execute("create table calls (text, label)")
        connection.executemany("insert into calls values (?, ?)", map(row, range(60)))
    connection.close()
    return f"sqlite:///{path}/my shop.db?table=calls"


@pytest.mark.parametrize(
    ("make", "note"),
    [
        (as_folder, "the first of 2 tables"),
        (as_pattern, "the first of 2 tables"),
        (as_archive, ""),
        (as_workbook, "not 'more'"),
        (as_database, ""),
    ],
)
def test_any_source_is_looked_at_and_can_be_run(make, note, tmp_path, luodi):
    told = luodi("new", tmp_path / "s", "--data", make(tmp_path), "--yes")

    assert (told.code, told.err) == (0, "")
    assert note in told.out
    assert luodi("run", tmp_path / "s", "--until", "define").code == 0
