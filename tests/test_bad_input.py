"""What users hand over by mistake: a sentence, a place and a remedy; never a traceback, never half a file."""

import gzip
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

HEAD = "body,queue,channel\n"
LINES = [f"text number {n} about {['cards', 'money'][n % 2]},{['card', 'refund'][n % 2]},mail\n" for n in range(70)]
GOOD = HEAD + "".join(LINES)


def packed(text: str) -> bytes:
    return gzip.compress(text.encode(), mtime=0)


BAD = [
    pytest.param("id,text\n1,a\n", "data.csv", "no column is called 'body'", "use one of 'id', 'text'", id="columns"),
    pytest.param(GOOD.replace("body", "bdy", 1), "data.csv", "is called 'body'", "did you mean 'bdy'?", id="column"),
    pytest.param(b"", "data.csv", "the file is empty", "a header and rows", id="empty"),
    pytest.param("\n \n\n", "data.csv", "the file is empty", "a header and rows", id="blank lines"),
    pytest.param(HEAD, "data.csv", "a header but there are no rows", "add rows", id="header without rows"),
    pytest.param(GOOD.replace("refund,", "card,"), "data.csv", "only one label, 'card'", "two labels", id="one class"),
    pytest.param(HEAD + "a,,mail\n" * 70, "data.csv", "none of 70 rows can be used", "reason", id="no labels"),
    pytest.param(HEAD + ",card,mail\n" * 70, "data.csv", "the first: empty text", "reason", id="no texts"),
    pytest.param(bytes(range(256)) * 20, "data.csv", "this is not text", "CSV", id="binary"),
    pytest.param(b"PK\x03\x04" + bytes(range(250)), "data.csv", "the zip file is broken", "copy", id="half an xlsx"),
    pytest.param(b"%PDF-1.7\n" + b"x" * 99, "data.csv", "a PDF", "as CSV", id="pdf"),
    pytest.param(packed(GOOD)[:-40], "data.csv.gz", "the gzip file is broken", "copy", id="truncated gzip"),
    pytest.param(packed(GOOD)[:60] + b"\0" * 90, "data.csv.gz", "the gzip file is broken", "copy", id="damaged gzip"),
    pytest.param(bytes(range(128, 256)) * 9, "data.csv", "like text neither in UTF-8", "UTF-8", id="encoding"),
    pytest.param(GOOD.encode("utf-16")[:-1], "data.csv", "is not utf-16", "UTF-8", id="half a character"),
    pytest.param(
        HEAD + "".join(f"text {n},label {n},mail\n" for n in range(70)),
        "data.csv",
        "70 labels",
        "free text",
        id="free text",
    ),
    pytest.param("[1, 2", "data.json", "this is not JSON", "JSONL", id="half of JSON"),
    pytest.param("no json\n" * 9, "data.jsonl", "no line of this file is a JSON object", "one object", id="no JSON"),
    pytest.param(GOOD[: len(HEAD)] + "".join(LINES[:3]), "data.csv", "no row is left for", "add rows", id="three rows"),
]


@pytest.mark.parametrize(("content", "file", "what", "fix"), BAD)
def test_bad_data_is_refused_with_its_place_and_a_remedy(tiny, tmp_path, refused, whole, content, file, what, fix):
    folder = tiny(tmp_path / "tiny", file=file)
    (folder / file).write_bytes(content if isinstance(content, bytes) else content.encode())

    said = refused("run", folder)

    assert what in said
    assert file in said.partition("where:")[2].splitlines()[0]
    assert fix in said.partition("fix:")[2]
    whole(folder)


def test_bad_data_shows_no_traceback_in_a_real_process(tiny, tmp_path, luodi_process):
    told = luodi_process("run", tiny(tmp_path / "tiny", content=b"PK\x03\x04" + bytes(250)))

    assert told.code == 2
    assert [line[:9] for line in told.err.splitlines()] == ["error: th", "  where: ", "  fix:   "]


def test_rows_that_cannot_be_read_are_left_out_and_listed_with_their_lines(tiny, tmp_path, luodi):
    content = GOOD.encode() + b"\x80\x80\xff,card,mail\n" + b'"never closed,card,mail\n' + b"two,cells\n"

    told = luodi("run", tiny(tmp_path / "tiny", content=content))

    assert told.code == 0
    (listed,) = (tmp_path / "tiny" / ".luodi" / "prepare").glob("*/rejected.csv")
    assert listed.read_text(encoding="utf-8").splitlines()[1:] == [
        "data.csv:72,bytes that are no text in column 'body'",
        "data.csv:73,a quotation mark opened here is not closed",
        "data.csv:74,2 cells where 3 are expected",
    ]


def test_a_truncated_parquet_file_is_refused(tiny, tmp_path, refused):
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    pq.write_table(pa.table({"body": ["a"] * 99, "queue": ["b"] * 99}), tmp_path / "whole.parquet")
    content = (tmp_path / "whole.parquet").read_bytes()[:-30]

    said = refused("run", tiny(tmp_path / "tiny", content=content, file="data.parquet"))

    assert "the Parquet file cannot be read" in said
    assert "copy or export it again" in said


def test_a_label_of_the_exam_that_training_never_saw_is_refused(folder, refused, whole):
    (folder / "exam.csv").write_text(HEAD + "".join(LINES[:10]) + "where is my parcel,parcels,mail\n")
    text = (folder / "scenario.toml").read_text().replace('train = "data.csv"', 'train = "data.csv"\ntest = "exam.csv"')
    (folder / "scenario.toml").write_text(text)

    said = refused("run", folder)

    assert "the label 'parcels' stands in test but never in training" in said
    assert "where: exam.csv:12" in said
    whole(folder)


def make_folder(path: Path) -> None:
    path.mkdir()


def make_loop(path: Path) -> None:
    path.symlink_to(path)


@pytest.mark.parametrize(
    ("make", "what"),
    [
        pytest.param(make_folder, "no file in this folder is a table", id="a folder without data"),
        pytest.param(os.mkfifo, "is a pipe or a device", id="a pipe"),
        pytest.param(make_loop, "does not exist", id="a link to itself"),
        pytest.param(lambda path: path.symlink_to("/dev/zero"), "is a pipe or a device", id="an endless device"),
        pytest.param(lambda path: None, "does not exist", id="nothing"),
    ],
)
def test_what_is_no_file_is_refused_at_once(folder, refused, make, what):
    (folder / "data.csv").unlink()
    make(folder / "data.csv")

    said = refused("run", folder)

    assert what in said
    assert not (folder / ".luodi").exists()


def test_a_file_that_is_gone_when_the_run_begins_is_said(folder, refused):
    shutil.move(folder / "data.csv", folder / "other.csv")

    assert "'other.csv'" in refused("run", folder)


def test_a_file_in_the_place_of_the_workspace_is_said(folder, refused):
    (folder / ".luodi").write_text("")

    assert "a file where a folder should be" in refused("run", folder)


HOLD = "import sys; from luodi.store import Store; from pathlib import Path\n"
HOLD += "with Store(Path(sys.argv[1])).lock(): print('locked', flush=True); sys.stdin.read()"


def test_a_second_run_at_once_is_refused(folder, refused):
    command = [sys.executable, "-c", HOLD, str(folder / ".luodi")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "locked\n"

        said = refused("run", folder)
        process.stdin.close()

    assert f"already being run by process {process.pid}" in said
    assert "wait until it has finished" in said


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda model: model.write_bytes(model.read_bytes()[:-1] + b"\0"), id="changed"),
        pytest.param(lambda model: model.write_bytes(model.read_bytes()[:99]), id="cut off"),
        pytest.param(lambda model: model.unlink(), id="gone"),
        pytest.param(lambda model: (model.parent / "more.bin").write_bytes(b"0"), id="with another file"),
    ],
)
def test_a_damaged_bundle_answers_nothing(done, refused, tmp_path, damage):
    (model,) = (done / ".luodi" / "deploy").glob("*/model/ngrams.safetensors")
    bundle = shutil.copytree(model.parents[1], tmp_path / "bundle")
    damage(bundle / "model" / "ngrams.safetensors")
    (tmp_path / "in.csv").write_text("text\nlost card\n")

    assert "bundle" in refused("predict", bundle, tmp_path / "in.csv", "--out", tmp_path / "out.csv")
    assert "luodi run makes a fresh bundle" in refused("serve", bundle, "--port", "0")
    assert not (tmp_path / "out.csv").exists()


def test_a_run_whose_model_was_changed_is_to_be_done_again(done, refused, tmp_path):
    (model,) = (done / ".luodi" / "deploy").glob("*/model/ngrams.safetensors")
    model.write_bytes(model.read_bytes()[:-1] + b"\0")

    said = refused("predict", done, done / "data.csv", "--out", tmp_path / "out.csv")

    assert "the step deploy is still to do" in said
    assert "luodi run" in said


def test_a_port_in_use_is_said_with_another_one(done, refused):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        said = refused("serve", done, "--port", port)

    assert f"port {port} is in use" in said
    assert "--port" in said.partition("fix:")[2]
