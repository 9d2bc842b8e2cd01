"""What `luodi predict` reads and writes: several inputs, every format, standard output."""

import csv
import gzip
import io
import json
import sqlite3
import subprocess
import sys

import pytest

from luodi.batch import run
from luodi.batch.answerer import Answerer, Plan, Shape
from luodi.bundle import open_bundle, write_bundle
from luodi.errors import DataError
from luodi.runtime.engine_constant import Constant
from luodi.tasks import topic_tagging


def rows_of(path, **how):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, **how))


@pytest.fixture
def inputs(tmp_path):
    """A file, a packed one, a folder, and a database; each has its own number of rows."""
    (tmp_path / "a.csv").write_text("id,text\n1,lost card\n")
    with gzip.open(tmp_path / "b.tsv.gz", "wt") as file:
        file.write("text\tmore\nrefund\tx\nmoney\ty\n")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "c.jsonl").write_text('{"text": "card", "id": 7}\n{"text": ""}\n')
    with sqlite3.connect(tmp_path / "d.db") as db:
        db.execute("create table calls (id integer primary key, text)")
        db.execute("insert into calls values (9, 'pin declined')")
    db.close()
    return [str(tmp_path / one) for one in ("a.csv", "b.tsv.gz", "folder")] + [f"sqlite:///{tmp_path}/d.db?table=calls"]


def test_files_folders_and_databases_are_one_input_and_each_row_says_where_it_is_from(bundle, inputs, tmp_path):
    summary = run.predict(bundle.path, inputs, tmp_path / "out.csv")

    rows = rows_of(tmp_path / "out.csv")
    assert list(rows[0]) == ["file", "id", "text", "more", "label", "score", "handed_over", "error"]
    assert [row["id"] for row in rows] == ["1", "", "", "7", "", "9"]
    assert [row["file"].rpartition("/")[2] for row in rows][:4] == ["a.csv", "b.tsv.gz", "b.tsv.gz", "c.jsonl"]
    assert (summary["rows"], summary["rejected"]) == (6, 1)
    assert summary["places"]["empty text"][0].endswith("c.jsonl:2")


def test_a_pattern_means_all_that_match(luodi, bundle, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in "ab":
        (tmp_path / f"{name}.csv").write_text(f"text\nlost card {name}\n")

    told = luodi("predict", bundle.path, "*.csv", "--out", "out.jsonl")

    written = (tmp_path / "out.jsonl").read_text().splitlines()
    assert [json.loads(line)["file"] for line in written] == ["a.csv", "b.csv"]
    assert told.out.startswith("2 rows answered: out.jsonl\n")


def test_a_column_that_one_of_the_tables_lacks_is_told_with_its_table(bundle, inputs, tmp_path):
    (tmp_path / "e.csv").write_text("body\nx\n")

    with pytest.raises(DataError, match="no column is called 'text'") as found:
        run.predict(bundle.path, [*inputs, str(tmp_path / "e.csv")], tmp_path / "out.csv")

    assert found.value.where.endswith("e.csv:1")


def test_parquet_keeps_the_types_of_its_columns(bundle, inputs, tmp_path):
    pq = pytest.importorskip("pyarrow.parquet")
    (tmp_path / "n.jsonl").write_text(
        '{"text": "card", "n": 1, "half": 0.5, "yes": true, "tags": ["a", "b"], "mixed": 1, "big": 1}\n'
        f'{{"text": "card", "n": 2, "half": 2, "yes": null, "tags": [], "mixed": "x", "big": {10**30}}}\n'
    )

    run.predict(bundle.path, [str(tmp_path / "n.jsonl")], tmp_path / "out.parquet")

    table = pq.read_table(tmp_path / "out.parquet")
    types = {field.name: str(field.type) for field in table.schema}
    assert types["n"] == "int64" and types["half"] == types["score"] == "double"
    assert types["yes"] == types["handed_over"] == "bool"
    assert types["tags"].startswith("list<") and types["mixed"] == types["big"] == types["error"] == "string"
    assert table.column("mixed").to_pylist() == ["1", "x"]
    run.predict(bundle.path, [str(tmp_path / "out.parquet")], tmp_path / "again.jsonl")
    assert json.loads((tmp_path / "again.jsonl").read_text().splitlines()[1])["half"] == 2.0


def test_an_empty_parquet_has_its_columns(bundle, tmp_path):
    pq = pytest.importorskip("pyarrow.parquet")
    (tmp_path / "in.csv").write_text("id,text\n")

    summary = run.predict(bundle.path, [str(tmp_path / "in.csv")], tmp_path / "out.parquet")

    assert summary["rows"] == 0
    assert pq.read_table(tmp_path / "out.parquet").column_names[:3] == ["id", "text", "label"]


def test_a_number_that_json_has_not_becomes_null(bundle, tmp_path):
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    pq.write_table(pa.table({"text": ["card"], "n": [float("nan")]}), tmp_path / "in.parquet")

    run.predict(bundle.path, [str(tmp_path / "in.parquet")], tmp_path / "out.jsonl")

    assert json.loads((tmp_path / "out.jsonl").read_text(), parse_constant=pytest.fail)["n"] is None


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_to_standard_output_go_the_same_bytes_and_nothing_else(luodi_process, bundle, inputs, tmp_path, form):
    run.predict(bundle.path, inputs, tmp_path / f"out.{form}")

    command = [sys.executable, "-m", "luodi", "predict", str(bundle.path), *inputs, "--out", "-", "--format", form]
    done = subprocess.run(command, capture_output=True, check=True)

    assert done.stdout == (tmp_path / f"out.{form}").read_bytes()
    assert done.stderr.decode().startswith("6 rows answered, 1 without an answer")


def test_a_reader_that_has_enough_ends_it_quietly(bundle, tmp_path):
    (tmp_path / "in.csv").write_text("text\n" + "lost card\n" * 20_000)
    command = f"{sys.executable} -m luodi predict {bundle.path} {tmp_path}/in.csv --out - | head -n 2"

    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)

    assert len(done.stdout.splitlines()) == 2
    assert "Traceback" not in done.stderr and "error" not in done.stderr


def test_parquet_does_not_go_to_standard_output(refused, bundle, inputs):
    assert "no format to write" in refused("predict", bundle.path, *inputs, "--out", "-", "--format", "parquet")


@pytest.fixture
def unsure(tmp_path):
    """A bundle that hands every answer over, since it is never sure enough."""
    folder = tmp_path / "unsure"
    (folder / "model").mkdir(parents=True)
    Constant({"card": 0.7, "refund": 0.3}).save(folder / "model")
    values = {"scenario": "s", "task": "text-classification", "options": {}, "temperature": 1.0}
    promise = {"threshold": 0.9, "promise": {"precision": 0.9}}
    return write_bundle(folder, requests=[open_request("card")], card="# A card\n", **values | promise)


def open_request(text):
    from luodi.tasks.text_classification import Request

    return Request(text=text)


def test_only_what_a_person_should_look_at_can_be_written(luodi, unsure, tmp_path):
    (tmp_path / "in.csv").write_text("text\ncard\n\n ,\n")

    told = luodi("predict", unsure.path, tmp_path / "in.csv", "--out", tmp_path / "out.csv", "--only-handed-over")

    assert [row["handed_over"] for row in rows_of(tmp_path / "out.csv")] == ["true", ""]
    assert "2 rows answered, 1 handed over, 1 without an answer" in told.out


def test_a_model_that_promises_nothing_hands_nothing_over(refused, bundle, inputs, tmp_path):
    said = refused("predict", bundle.path, *inputs, "--out", tmp_path / "out.csv", "--only-handed-over")

    assert "hands nothing over" in said and "[define] automate" in said


def test_for_a_spreadsheet_no_cell_is_a_formula_and_the_encoding_is_marked(bundle, tmp_path):
    cells = ["=cmd|' /C calc'!A0", "+1-1", "@SUM(1)", "-2+3", "-5.5", "+49", "退款", "plain"]
    with (tmp_path / "in.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["text"], *([one] for one in cells)])

    run.predict(bundle.path, [str(tmp_path / "in.csv")], tmp_path / "out.csv", spreadsheet=True)

    assert (tmp_path / "out.csv").read_bytes().startswith("\ufefftext,".encode())
    assert [row["text"] for row in rows_of(tmp_path / "out.csv")] == [
        "'=cmd|' /C calc'!A0", "'+1-1", "'@SUM(1)", "'-2+3", "-5.5", "+49", "退款", "plain"
    ]  # fmt: skip


def test_the_summary_counts_labels_and_says_where_the_first_rejects_are(luodi, bundle, tmp_path):
    (tmp_path / "in.csv").write_text("text\n" + "lost card\n" * 3 + '" "\n' * 5 + "money back refund\n")

    told = luodi("predict", bundle.path, tmp_path / "in.csv", "--out", tmp_path / "out.csv")

    first, card, refund, empty = told.out.splitlines()
    assert first == f"9 rows answered, 5 without an answer (see the column error): {tmp_path}/out.csv"
    assert card.split() == ["3", "75.0%", "card"] and refund.split() == ["1", "25.0%", "refund"]
    assert empty.split("(")[1] == ", ".join(f"{tmp_path}/in.csv:{n}" for n in (5, 6, 7)) + ", …)"


def test_several_labels_of_a_row_are_counted_each(tmp_path):
    folder = tmp_path / "tags"
    (folder / "model").mkdir(parents=True)
    Constant({"a": 0.9, "b": 0.8, "c": 0.1}).save(folder / "model")
    values = {"scenario": "s", "task": "topic-tagging", "options": {}, "temperature": 1.0}
    write_bundle(folder, requests=[topic_tagging.Request(text="x")], card="", threshold=None, promise=None, **values)
    (tmp_path / "in.csv").write_text("text\none\ntwo\n")

    summary = run.predict(folder, [str(tmp_path / "in.csv")], tmp_path / "out.csv")

    assert summary["labels"] == {"a": 2, "b": 2}
    assert rows_of(tmp_path / "out.csv")[0]["labels"] == "a|b"


def test_pseudonyms_are_the_same_in_every_process(bundle, tmp_path):
    """They are part of what the model reads, so an answer must not depend on which process gave it."""
    folder = tmp_path / "b"
    (folder / "model").mkdir(parents=True)
    Constant({"a": 0.9, "b": 0.1}).save(folder / "model")
    values = {"scenario": "s", "task": "text-classification", "options": {}, "temperature": 1.0, "promise": None}
    wash = {"clean": None, "personal": "pseudonymize", "kinds": ["email"], "lines": []}
    write_bundle(folder, requests=[open_request("x")], card="", threshold=None, wash=wash, **values)
    shape = Shape(name="x", columns=("text",), mapping={"text": "text"})
    plan = Plan(bundle=str(folder), format="csv", tables=(shape,), columns=("text",))

    washed = {Answerer(plan, open_bundle(folder)).bundle.clean(open_request("li@example.com")).text for _ in range(2)}

    assert len(washed) == 1


def test_rows_of_many_windows_through_several_processes_are_those_of_one(bundle, tmp_path, monkeypatch):
    (tmp_path / "in.csv").write_text("id,text\n" + "".join(f"{n},lost card {n}\n" for n in range(9_000)))
    out = io.BytesIO()
    run.predict(bundle.path, [str(tmp_path / "in.csv")], None, stream=out, form="csv")
    monkeypatch.setattr(run, "LARGE", 0)

    several = io.BytesIO()
    run.predict(bundle.path, [str(tmp_path / "in.csv")], None, stream=several, form="csv")

    assert several.getvalue() == out.getvalue()
    assert several.getvalue().count(b"\n") == 9_001
