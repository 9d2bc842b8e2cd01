"""Which encoding a file is in, found from its bytes alone."""

import codecs
import gzip

import pytest

from luodi.data import encoding, files
from luodi.data.readers import open_table
from luodi.errors import DataError

TEXT = "标签,文本\r\n好评,很好用，下次还买\r\n差评,“退款” 三天没到\r\n" * 3
TRADITIONAL = "標籤,文本\r\n好評,這個很好用，下次還會買\r\n差評,退款三天沒有收到\r\n" * 3
JAPANESE = "label,text\r\n良い,とても使いやすいです\r\n悪い,返金がまだ届きません\r\n" * 3
LATIN = "label,text\r\nquestion,where is my refund?\r\n" * 3
GERMAN = "label,text\r\nfrage,für wen ist die “schöne” Tür?\r\nréclamation,où est ma commande à 5 €\r\n"
CASES = [
    pytest.param(TEXT, "utf-8", b"", "utf-8", id="utf-8"),
    pytest.param(TEXT, "utf-8", codecs.BOM_UTF8, "utf-8-sig", id="utf-8 with a mark"),
    pytest.param(TEXT, "utf-16-le", codecs.BOM_UTF16_LE, "utf-16", id="utf-16-le with a mark"),
    pytest.param(TEXT, "utf-16-be", codecs.BOM_UTF16_BE, "utf-16", id="utf-16-be with a mark"),
    pytest.param(LATIN, "utf-16-le", b"", "utf-16-le", id="utf-16-le"),
    pytest.param(LATIN, "utf-16-be", b"", "utf-16-be", id="utf-16-be"),
    pytest.param(TEXT, "utf-16-le", b"", "utf-16-le", id="utf-16-le in Chinese"),
    pytest.param(TEXT, "utf-16-be", b"", "utf-16-be", id="utf-16-be in Chinese"),
    pytest.param(TEXT, "utf-32-le", codecs.BOM_UTF32_LE, "utf-32", id="utf-32-le with a mark"),
    pytest.param(TEXT, "gbk", b"", "gb18030", id="gbk, which gb18030 contains"),
    pytest.param(TEXT + "𠀋", "gb18030", b"", "gb18030", id="gb18030 with four bytes"),
    pytest.param(TRADITIONAL, "big5", b"", "big5", id="big5"),
    pytest.param(TRADITIONAL, "gb18030", b"", "gb18030", id="traditional in gb18030"),
    pytest.param(JAPANESE, "shift_jis", b"", "shift_jis", id="shift-jis"),
    pytest.param(GERMAN, "cp1252", b"", "cp1252", id="cp1252"),
    pytest.param(GERMAN.replace("“", "").replace("”", "").replace("€", ""), "latin-1", b"", "cp1252", id="latin-1"),
]


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize(("text", "written", "mark", "found"), CASES)
def test_an_encoding_is_recognized_and_reads_the_text(text, written, mark, found, packed, tmp_path):
    path, raw = tmp_path / "data.csv", mark + text.encode(written)
    path.write_bytes(gzip.compress(raw) if packed else raw)

    name = encoding.detect(path)

    assert name == found
    assert b"".join(files.look(path).chunks()).decode(name) == text


@pytest.mark.parametrize(
    ("raw", "what", "fix"),
    [
        pytest.param(b"\xd0\xcf\x11\xe0rest", "an old Office document", "save the sheet as .xlsx", id="xls"),
        pytest.param(b"%PDF-1.7", "a PDF", "export the table", id="pdf"),
        pytest.param(b"\x89PNG\r\n", "a picture", "name a data file", id="png"),
        pytest.param(b"SQLite format 3\0", "an SQLite database", "sqlite:///", id="sqlite"),
        pytest.param(b"\xfd7zXZ\0", "an xz archive", "unpack it", id="xz"),
        pytest.param(b"a" * 257 + b"ustar\0", "a tar archive", "unpack it", id="tar"),
        pytest.param(bytes(range(256)), "this is not text: byte 0 is zero", "name a CSV", id="all bytes"),
        pytest.param(b"a,b\n\xff\xff\n", "text neither in UTF-8", "save the file as UTF-8", id="no encoding"),
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


def test_a_wide_encoding_that_breaks_off_is_said_with_the_byte(tmp_path):
    path = tmp_path / "data.csv"
    path.write_bytes(codecs.BOM_UTF16_LE + "a,b\n".encode("utf-16-le") + b"c")

    with pytest.raises(DataError, match="byte 10 is not utf-16") as caught:
        list(open_table(path).rows())

    assert "save the file again" in caught.value.fix


def test_an_encoding_that_the_user_names_is_taken_as_said(tmp_path):
    path = tmp_path / "data.csv"
    path.write_bytes("text,label\nпривет,x\n".encode("cp1251"))

    table = open_table(path, encoding="windows-1251")

    assert (table.encoding, next(table.rows())) == ("cp1251", (2, {"text": "привет", "label": "x"}))


@pytest.mark.parametrize("name", ["utf8000", "base64", "rot13", ""])
def test_a_name_that_is_no_encoding_is_refused_with_one_that_is(name):
    with pytest.raises(DataError, match="there is no encoding") as caught:
        encoding.check(name)

    assert "utf-8" in caught.value.fix
