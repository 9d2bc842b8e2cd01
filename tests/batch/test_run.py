"""`luodi predict`: the same rows in the same order, with the answer in columns of their own."""

import csv
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from luodi.batch import run
from luodi.contracts import Reject

HARD = ['say "lost card"', "two\nlines about money", "🙂 refund, please", "tab\there", "钱没退回来", "  ", "a,b;c|d"]


def write(path, rows, *, header=("id", "body"), **how):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, **how)
        writer.writerow(header)
        writer.writerows(rows)
    return path


def read(path, delimiter=","):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


@pytest.fixture
def predict(luodi, finished, tmp_path):
    """Return a function that answers a file with the finished run's bundle and returns what was written, as rows."""

    def call(source, suffix=".csv", *more):
        out = tmp_path / f"answers{suffix}"
        told = luodi("predict", finished, source, "--out", out, *more)
        assert told.code == 0, told.err
        if suffix == ".jsonl":
            return [json.loads(line) for line in out.read_text(encoding="utf-8").split("\n")[:-1]]
        return read(out, "\t" if suffix == ".tsv" else ",")

    return call


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".jsonl"])
def test_the_same_rows_come_out_in_the_same_order(predict, tmp_path, suffix):
    source = write(tmp_path / "in.csv", [[str(n), text] for n, text in enumerate(HARD)])

    answered = predict(source, suffix)

    assert [(row["id"], row["body"]) for row in answered] == [(str(n), text) for n, text in enumerate(HARD)]


def test_a_row_gets_its_label_its_score_and_no_error(predict, tmp_path):
    source = write(tmp_path / "in.csv", [["1", "the bank card was stolen"], ["2", "money back refund invoice"]])

    answered = predict(source)

    assert [row["label"] for row in answered] == ["card", "refund"]
    assert list(answered[0]) == ["id", "body", "label", "score", "handed_over", "error"]
    assert all(0.5 < float(row["score"]) <= 1 and row["handed_over"] == "false" for row in answered)
    assert [row["error"] for row in answered] == ["", ""]


def test_json_lines_get_the_probability_of_every_label(predict, tmp_path):
    (tmp_path / "in.jsonl").write_text('{"body": "lost card", "n": 1}\n{"body": "refund", "more": [1]}\n')

    first, second = predict(tmp_path / "in.jsonl", ".jsonl")

    assert sum(first["scores"].values()) == pytest.approx(1)
    assert (first["n"], second["more"]) == (1, [1])


def test_a_rejected_row_stays_with_its_reason(predict, tmp_path):
    (tmp_path / "in.csv").write_text("id,body\n1,lost card\n2,\n3,a,b,c\n4,refund\n")

    answered = predict(tmp_path / "in.csv")

    assert [row["error"] for row in answered] == ["", "empty text", "4 cells where 2 are expected", ""]
    assert [bool(row["label"]) for row in answered] == [True, False, False, True]


@pytest.mark.parametrize(
    ("suffix", "header"),
    [
        pytest.param(".csv", ["label", "body"], id="csv"),
        pytest.param(".jsonl", ["label", "body", "scores"], id="jsonl, which has scores too"),
    ],
)
def test_a_column_of_the_same_name_as_one_of_ours_is_kept_beside_it(predict, tmp_path, suffix, header):
    source = write(tmp_path / "in.csv", [["old", "lost card", "mine"][: len(header)]], header=header)

    (row,) = predict(source, suffix)

    assert (row["input_label"], row["label"]) == ("old", "card")
    assert suffix == ".csv" or row["input_scores"] == "mine"


def test_no_column_is_lost_to_a_name_twice(predict, tmp_path):
    source = write(tmp_path / "in.csv", [["a", "b", "lost card"]], header=["label", "input_label", "body"])

    (row,) = predict(source)

    assert sorted({row["input_label"], row["input_input_label"]}) == ["a", "b"]


def test_another_name_of_a_column_can_be_said(predict, tmp_path):
    source = write(tmp_path / "in.csv", [["1", "lost card"]], header=["id", "message"])

    (row,) = predict(source, ".csv", "--column", "text=message")

    assert (row["message"], row["label"]) == ("lost card", "card")


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXTS, min_size=1, max_size=8), suffix=st.sampled_from([".csv", ".tsv", ".jsonl"]))
def test_whatever_the_texts_as_many_rows_come_out_as_went_in(bundle, tmp_path, texts, suffix):
    source, target = tmp_path / "in.jsonl", tmp_path / f"out{suffix}"
    source.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))

    counts = run.predict(bundle.path, [str(source)], target)

    written = (
        target.read_bytes().count(b"\n") if suffix == ".jsonl" else len(read(target, "\t" if suffix == ".tsv" else ","))
    )
    assert counts["rows"] == written == len(texts)
    assert counts["rejected"] == sum(isinstance(bundle.clean(bundle.task.Request(text=one)), Reject) for one in texts)


def test_more_rows_than_are_answered_at_once_stay_in_order(bundle, tmp_path):
    n = 2 * run.WINDOW_ROWS + 1
    source = write(tmp_path / "in.csv", [[i, f"card {i}"] for i in range(n)], header=["id", "text"])

    counts = run.predict(bundle.path, [str(source)], tmp_path / "out.csv")

    assert (counts["rows"], counts["rejected"], counts["handed_over"]) == (n, 0, 0)
    assert [int(row["id"]) for row in read(tmp_path / "out.csv")] == list(range(n))


def test_the_counts_are_told_to_machines(luodi, finished, tmp_path):
    source = write(tmp_path / "in.csv", [["1", "lost card"], ["2", ""]])

    told = luodi("predict", finished, source, "--out", tmp_path / "out.csv", "--json")

    assert json.loads(told.out) == {
        "rows": 2,
        "rejected": 1,
        "handed_over": 0,
        "written": 2,
        "labels": {"card": 1},
        "reasons": {"empty text": 1},
        "places": {"empty text": [f"{source}:3"]},
        "out": str(tmp_path / "out.csv"),
    }


def test_a_bundle_by_itself_answers_too(luodi, bundle, tmp_path):
    source = write(tmp_path / "in.csv", [["lost card"]], header=["text"])

    told = luodi("predict", bundle.path, source, "--out", tmp_path / "out.csv")

    assert told.out.startswith("1 row answered: ")


@pytest.mark.parametrize(
    ("out", "what"),
    [
        pytest.param("out.xlsx", "no format to write", id="unknown format"),
        pytest.param("out", "no format to write", id="no format"),
        pytest.param("nowhere/out.csv", "cannot be written", id="no such folder"),
        pytest.param("folder.csv", "a folder where a file should be", id="a folder"),
        pytest.param("in.csv", "would replace the questions", id="the input itself"),
        pytest.param("in.csv/out.csv", "a file where a folder should be", id="inside a file"),
        pytest.param("x" * 300 + ".csv", "too long", id="a name no file can have"),
    ],
)
def test_an_output_that_cannot_be_written_is_refused(refused, finished, tmp_path, out, what):
    source = write(tmp_path / "in.csv", [["1", "lost card"]])
    (tmp_path / "folder.csv").mkdir()
    before = source.read_bytes()

    assert what in refused("predict", finished, source, "--out", tmp_path / out)

    assert sorted(one.name for one in tmp_path.iterdir()) == ["folder.csv", "in.csv"]
    assert source.read_bytes() == before


def test_a_full_disk_leaves_no_half_of_the_answers(on_a_disk, finished, tmp_path):
    write(tmp_path / "in.csv", [[i, f"lost card {i}"] for i in range(2000)])

    told = on_a_disk(f"luodi predict {finished} {tmp_path}/in.csv --out $disk/out.csv; echo $?; ls $disk", "16k")

    assert told.out == "2\n"
    assert told.err.startswith("error: there is no space left on the disk")


@pytest.mark.parametrize(
    ("content", "what", "fix"),
    [
        pytest.param("id,bdy\n1,lost\n", "no column is called 'body', where 'text' should be", "'bdy'", id="column"),
        pytest.param("", "the file is empty", "fix", id="empty"),
    ],
)
def test_an_input_that_cannot_be_answered_leaves_the_old_answers(refused, finished, tmp_path, content, what, fix):
    (tmp_path / "in.csv").write_text(content)
    (tmp_path / "out.csv").write_text("old")

    said = refused("predict", finished, tmp_path / "in.csv", "--out", tmp_path / "out.csv")

    assert what in said
    assert fix in said
    assert sorted(one.name for one in tmp_path.iterdir()) == ["in.csv", "out.csv"]
    assert (tmp_path / "out.csv").read_text() == "old"


@pytest.mark.parametrize(
    ("more", "what"),
    [
        pytest.param(["missing.csv"], "no such file", id="no input"),
        pytest.param(["in.csv", "--column", "text"], "no equals sign", id="half a column"),
        pytest.param(["in.csv", "--column", "text=bod"], "no column is called 'bod'", id="misspelt column"),
    ],
)
def test_a_mistaken_call_is_refused(refused, finished, tmp_path, more, what):
    write(tmp_path / "in.csv", [["1", "lost card"]])

    assert what in refused("predict", finished, tmp_path / more[0], *more[1:], "--out", tmp_path / "out.csv")


def test_a_scenario_without_a_run_is_sent_to_run_first(refused, folder, tmp_path):
    said = refused("predict", folder, tmp_path / "in.csv", "--out", tmp_path / "out.csv")

    assert "the step define is still to do" in said
    assert "luodi run" in said
