"""Files that explode, change or are none: refused early, in three parts."""

import gzip
import io
import os
import subprocess
import sys
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from luodi.data.readers import open_table
from luodi.errors import DataError

CSV = b"text,label\nwhere is my refund,billing\nI cannot log in,login\n"


def zip_of(path, **members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in members.items():
            archive.writestr(name.replace("_", "."), raw)
    return path


def gzip_bomb(path):
    with gzip.open(path, "wb", compresslevel=1) as file:
        for _ in range(110):
            file.write(b"a,b\n" * 250_000)


def zip_bomb(path):
    zip_of(path, a_csv=b"a,b\n" * 30_000_000)


def xlsx_bomb(path):
    sheet = b"<row><c><v>1</v></c></row>" * 4_500_000
    zip_of(path, **{"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>", "xl/sheet1.xml": sheet})


def parquet_bomb(path):
    schema = pa.schema([(f"c{n}", pa.int8()) for n in range(25)])
    column = pa.array([0] * 1_000_000, pa.int8())
    pq.write_table(pa.table([column] * 25, schema=schema), path, row_group_size=1_000_000)


def arrow_bomb(path):
    with pa.ipc.new_file(
        path, pa.schema([("text", pa.string())]), options=pa.ipc.IpcWriteOptions(compression="zstd")
    ) as file:
        file.write_batch(pa.record_batch([pa.array(["a" * 1_000] * 120_000)], names=["text"]))


def one_endless_line(path):
    with path.open("wb") as file:
        file.write(b"text,label\n")
        for _ in range(64):
            file.write(b"a" * 1_000_000)


BOMBS = [
    pytest.param(gzip_bomb, "data.csv.gz", "200 times its size", id="gzip"),
    pytest.param(zip_bomb, "data.zip", "a bomb", id="zip"),
    pytest.param(xlsx_bomb, "data.xlsx", "a bomb", id="xlsx"),
    pytest.param(parquet_bomb, "data.parquet", "a bomb", id="parquet"),
    pytest.param(arrow_bomb, "data.arrow", "a bomb", id="arrow"),
    pytest.param(
        one_endless_line, "data.csv", "this line has more than 16 million characters", id="a line without end"
    ),
]
READ = """
import re, sys
from pathlib import Path
from luodi.data.readers import open_table
from luodi.errors import DataError
try:
    sum(1 for _ in open_table(Path(sys.argv[1])).rows())
except DataError as error:
    peak = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]
    print(int(peak) // 1024, error.what, "|", error.where, "|", error.fix)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc for the memory that was taken")
@pytest.mark.parametrize(("make", "name", "what"), BOMBS)
def test_what_explodes_is_refused_within_200_mb(make, name, what, tmp_path):
    make(tmp_path / name)

    done = subprocess.run(
        [sys.executable, "-c", READ, str(tmp_path / name)], capture_output=True, text=True, check=True
    )

    mb, _, said = done.stdout.partition(" ")
    assert what in said
    assert all(part.strip() for part in said.split("|"))
    assert int(mb) < 200


def test_files_that_share_their_bytes_are_refused(tmp_path):
    raw = bytearray(zip_of(tmp_path / "a.zip", a_csv=CSV, b_csv=CSV).read_bytes())
    second = raw.rfind(b"PK\x01\x02")
    raw[second + 42 : second + 46] = bytes(4)
    (tmp_path / "a.zip").write_bytes(raw)

    with pytest.raises(DataError, match="overlap"):
        open_table(tmp_path / "a.zip")


@pytest.mark.parametrize("name", ["../a.csv", "/a.csv", "x/../../a.csv", "C:\\a.csv", "..\\a.csv"])
def test_a_name_that_leads_out_of_an_archive_is_refused(name, tmp_path):
    zip_of(tmp_path / "a.zip", **{name: CSV})

    with pytest.raises(DataError, match="leads out of it") as caught:
        open_table(tmp_path / "a.zip")

    assert str(tmp_path / "a.zip") in caught.value.where


@pytest.mark.parametrize("append", [False, True], ids=["replaced", "appended to"])
def test_a_file_that_changes_between_looking_and_reading_is_refused(append, tmp_path):
    path = tmp_path / "data.csv"
    path.write_bytes(CSV)
    table = open_table(path)
    if append:
        with path.open("ab") as file:
            file.write(b"c,d\n")
    else:
        (tmp_path / "new").write_bytes(CSV)
        (tmp_path / "new").replace(path)

    with pytest.raises(DataError, match="changed while it was being read") as caught:
        list(table.rows())

    assert caught.value.where == str(path)


def test_a_file_that_grows_while_it_is_read_is_refused_in_the_end(tmp_path):
    path = tmp_path / "data.csv"
    path.write_bytes(CSV + b"more,billing\n" * 50_000)
    rows = open_table(path).rows()
    next(rows)
    with path.open("ab") as file:
        file.write(b"late,login\n")

    with pytest.raises(DataError, match="changed while it was being read"):
        list(rows)


@pytest.mark.parametrize("packing", ["gzip", "zip"])
@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet", "arrow", "xlsx"])
def test_every_form_is_read_packed_too(kind, packing, tmp_path):
    raw = io.BytesIO()
    frame = pa.table({"text": ["a", "b"], "label": ["x", "y"]})
    if kind == "parquet":
        pq.write_table(frame, raw)
    elif kind == "arrow":
        with pa.ipc.new_stream(raw, frame.schema) as stream:
            stream.write_table(frame)
    elif kind == "xlsx":
        openpyxl = pytest.importorskip("openpyxl")
        book = openpyxl.Workbook()
        for row in [("text", "label"), ("a", "x"), ("b", "y")]:
            book.active.append(row)
        book.save(raw)
    else:
        raw.write(
            {"csv": b"text,label\na,x\nb,y\n", "jsonl": b'{"text":"a","label":"x"}\n{"text":"b","label":"y"}'}[kind]
        )
    path = tmp_path / (f"data.{kind}.gz" if packing == "gzip" else "data.zip")
    if packing == "gzip":
        path.write_bytes(gzip.compress(raw.getvalue()))
    else:
        zip_of(path, **{f"in/data.{kind}": raw.getvalue()})

    rows = [row for _, row in open_table(path).rows()]

    assert rows == [{"text": "a", "label": "x"}, {"text": "b", "label": "y"}]


def test_an_archive_of_several_tables_names_them(tmp_path):
    zip_of(tmp_path / "a.zip", a_csv=CSV, b_csv=CSV)

    with pytest.raises(DataError, match="holds 2 tables") as caught:
        open_table(tmp_path / "a.zip")

    assert "a.zip/a.csv" in caught.value.fix
    assert len(list(open_table(tmp_path / "a.zip" / "b.csv").rows())) == 2


def test_a_pipe_is_never_waited_for(tmp_path):
    os.mkfifo(tmp_path / "data.csv")

    with pytest.raises(DataError, match="a pipe or a device"):
        open_table(tmp_path / "data.csv")
