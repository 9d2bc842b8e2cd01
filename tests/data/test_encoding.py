"""Which encoding a file is in, found from its bytes alone."""

import codecs
import gzip

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from luodi.data import encoding
from luodi.errors import DataError

TEXT = "标签,文本\r\n好评,很好用，下次还买\r\n差评,“退款” 三天没到\r\n" * 3
LATIN = "label,text\r\nquestion,where is my refund?\r\n" * 3
CASES = [
    pytest.param(TEXT, "utf-8", b"", "utf-8", id="utf-8"),
    pytest.param(TEXT, "utf-8", codecs.BOM_UTF8, "utf-8-sig", id="utf-8 with a mark"),
    pytest.param(TEXT, "utf-16-le", codecs.BOM_UTF16_LE, "utf-16", id="utf-16-le with a mark"),
    pytest.param(TEXT, "utf-16-be", codecs.BOM_UTF16_BE, "utf-16", id="utf-16-be with a mark"),
    pytest.param(LATIN, "utf-16-le", b"", "utf-16-le", id="utf-16-le"),
    pytest.param(LATIN, "utf-16-be", b"", "utf-16-be", id="utf-16-be"),
    pytest.param(TEXT, "utf-32-le", codecs.BOM_UTF32_LE, "utf-32", id="utf-32-le with a mark"),
    pytest.param(TEXT, "gbk", b"", "gb18030", id="gbk, which gb18030 contains"),
    pytest.param(TEXT + "𠀋", "gb18030", b"", "gb18030", id="gb18030 with four bytes"),
]


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize(("text", "written", "mark", "found"), CASES)
def test_an_encoding_is_recognized_and_reads_the_text(text, written, mark, found, packed, tmp_path):
    path, raw = tmp_path / "data.csv", mark + text.encode(written)
    path.write_bytes(gzip.compress(raw) if packed else raw)

    name = encoding.detect(path)

    assert name == found
    assert b"".join(encoding.chunks(path)).decode(name) == text


NAMES = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk", "big5", "shift_jis", "euc_kr"]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(NAMES), text=st.text(max_size=12), rest=st.binary(max_size=6), size=st.integers(1, 5))
def test_the_first_failure_is_the_same_wherever_a_chunk_ends(name, text, rest, size, tmp_path, monkeypatch):
    path, raw = tmp_path / "data", text.encode(name, "ignore") + rest
    assume(not raw.startswith(encoding.GZIP))
    path.write_bytes(raw)
    monkeypatch.setattr(encoding, "CHUNK", size)

    at = encoding.first_failure(path, name)

    try:
        raw.decode(name)
        expected = None
    except UnicodeDecodeError as error:
        expected = error.start + 3 * (name == "utf-8-sig" and raw.startswith(codecs.BOM_UTF8))
    assert at == expected


@pytest.mark.parametrize(
    ("raw", "what", "fix"),
    [
        pytest.param(b"PK\x03\x04rest", "a zip archive or an Excel workbook", "save the sheet as CSV", id="xlsx"),
        pytest.param(b"\xd0\xcf\x11\xe0rest", "an old Excel workbook", "save the sheet as CSV", id="xls"),
        pytest.param(b"%PDF-1.7", "a PDF", "export the table", id="pdf"),
        pytest.param(b"\x89PNG\r\n", "a picture", "name a data file", id="png"),
        pytest.param(b"SQLite format 3\0", "an SQLite database", "export the table", id="sqlite"),
        pytest.param(bytes(range(256)), "this is not text: byte 0 is zero", "name a CSV", id="all bytes"),
        pytest.param(b"a,b\n\xff\xff\n", "byte 4 breaks it", "save the file as UTF-8", id="neither encoding"),
        pytest.param(codecs.BOM_UTF8 + b"a\xff", "byte 4 is not utf-8-sig", "save the file", id="a lying mark"),
        pytest.param(codecs.BOM_UTF16_LE + b"a", "byte 2 is not utf-16", "save the file", id="half a character"),
        pytest.param(gzip.compress(TEXT.encode())[:-12], "the gzip file is broken", "copy", id="gzip, cut off"),
        pytest.param(b"\x1f\x8b\x08\0\0\0\0\0\0\0nonsense", "the gzip file is broken", "copy", id="gzip, garbled"),
        pytest.param(b"\x1f\x8bnonsense", "the gzip file is broken", "copy", id="no gzip after all"),
    ],
)
def test_what_is_no_text_is_refused_with_a_remedy(raw, what, fix, tmp_path):
    path = tmp_path / "data.csv"
    path.write_bytes(raw)

    with pytest.raises(DataError, match=what) as caught:
        encoding.detect(path)

    assert caught.value.where == str(path)
    assert fix in caught.value.fix


def test_an_encoding_that_the_user_names_is_taken_if_it_reads_the_file(tmp_path):
    path = tmp_path / "data.csv"
    path.write_bytes("déjà vu".encode("latin-1"))

    assert encoding.check(path, "latin1") == "iso8859-1"
    with pytest.raises(DataError, match="byte 1 is not utf-8"):
        encoding.check(path, "utf-8")


@pytest.mark.parametrize("name", ["utf8000", "base64", "rot13", ""])
def test_a_name_that_is_no_encoding_is_refused_with_one_that_is(name, tmp_path):
    with pytest.raises(DataError, match="there is no encoding") as caught:
        encoding.check(tmp_path, name)

    assert "utf-8" in caught.value.fix
