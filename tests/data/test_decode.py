"""Damaged text: lines in another encoding, bytes that are none, text saved in the wrong encoding."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.contracts import Reject
from luodi.data import decode, mojibake
from luodi.data.readers import open_table

CHINESE = ["屏幕很好，电池也不错", "客服态度很差", "物流太慢了，等了五天", "质量一般，价格便宜", "下次还会再来买的"]
GERMAN = ["für wen", "die Tür ist schön", "größer als früher", "im Café"]


def read(tmp_path, raw, name="data.csv", **stated):
    (tmp_path / name).write_bytes(raw)
    table = open_table(tmp_path / name, **stated)
    return list(table.rows()), table


@pytest.mark.parametrize(
    ("main", "other", "n_other"),
    [("utf-8", "gb18030", 1), ("utf-8", "big5", 1), ("gb18030", "utf-8", 1), ("utf-8", "gb18030", 3)],
)
def test_lines_in_another_encoding_are_read_and_said(main, other, n_other, tmp_path):
    texts = [text.replace("电", "電") if "big5" in (main, other) else text for text in CHINESE * 5]
    texts = ["這個商品很好用，下次還會買"] * 25 if other == "big5" else texts
    odd = set(range(7, 7 + n_other))
    lines = [f"{text},x{n}\n".encode(other if n in odd else main) for n, text in enumerate(texts)]

    rows, table = read(tmp_path, b"text,label\n" + b"".join(lines))

    assert [row["text"] for _, row in rows] == texts
    assert any(f"in {other}" in note or "mended" in note for note in table.notes) or table.encoding == "utf-8"
    assert str(9) in " ".join(table.notes)


def test_bytes_that_are_no_text_are_listed_with_their_column(tmp_path):
    raw = b"text,label\n" + b"good,x\n" * 9 + b"\xff\xfe\xff\xff,x\n" + b"good,\xed\xa0\xbd\n" + b"good,x\n"

    rows, _ = read(tmp_path, raw)

    assert len(rows) == 12
    assert rows[9:11] == [
        (11, Reject(reason="bytes that are no text in column 'text'")),
        (12, Reject(reason="bytes that are no text in column 'label'")),
    ]


@pytest.mark.parametrize(
    ("texts", "wrong", "rounds"),
    [
        pytest.param(CHINESE, "latin-1", 1, id="Chinese by latin-1"),
        pytest.param(CHINESE, "latin-1", 2, id="Chinese by latin-1, twice"),
        pytest.param(GERMAN, "cp1252", 1, id="German by cp1252"),
        pytest.param(["“quoted” – and so on…", "it’s 5 €"], "cp1252", 1, id="signs by cp1252"),
        pytest.param(["我的手机", "你好"], "gb18030", 1, id="Chinese by gbk"),
    ],
)
def test_text_that_was_read_in_the_wrong_encoding_and_saved_so_is_mended_and_said(texts, wrong, rounds, tmp_path):
    damaged = list(texts)
    for _ in range(rounds):
        damaged = [text.encode().decode(wrong, "surrogateescape") for text in damaged]
    damaged = [text for text in damaged if not decode.is_broken(text)]
    lines = "".join(f"{text},x{n}\n" for n, text in enumerate(damaged))

    rows, table = read(tmp_path, ("text,label\n" + lines).encode(), header=True)

    expected = [text for text in texts if not decode.is_broken(text.encode().decode(wrong, "surrogateescape"))]
    assert [row["text"] for _, row in rows] == expected
    assert f"was mended: {len(expected)} line" in " ".join(table.notes)


@pytest.mark.parametrize(
    "text",
    [
        *GERMAN,
        *CHINESE,
        "« CAFÉ» à São Paulo",
        "NÃO É",
        "ÜBER “uns”",
        "Ääkköset Ålesund œuvre",
        "naïve Zoë 25 °C ±3 µm²",
        "這個商品很好用",
        "한국어 문장",
        "Привет, мир",
        "日本語の文章",
        "涓涓细流",
        "联通",
    ],
)
def test_text_with_nothing_wrong_stays_as_it_is(text):
    assert mojibake.mend(text) == text


@given(st.text(st.characters(categories=["L", "N", "P", "Z"]), max_size=30))
def test_mending_is_done_after_one_call(text):
    assert mojibake.mend(mojibake.mend(text)) == mojibake.mend(text)


def test_marks_and_zeros_within_are_taken_out_and_said(tmp_path):
    rows, table = read(tmp_path, "\ufeff\ufefftext,label\nabc,x\n\ufeffd\0ef,y\n".encode())

    assert [tuple(row.values()) for _, row in rows] == [("abc", "x"), ("def", "y")]
    assert table.notes == (
        "a byte order mark before the line was removed: 2 lines (1, 3)",
        "zero bytes were removed: 1 line (3)",
    )


def test_notes_are_counted_anew_when_the_rows_are_read_again(tmp_path):
    _, table = read(tmp_path, b"text,label\na\0b,x\n")
    before = table.notes

    list(table.rows())

    assert table.notes == before
    assert table.describe()["notes"] == list(before)


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16", "utf-32-le", "big5"])
def test_lines_count_alike_wherever_a_block_ends(encoding, ends, tmp_path):
    texts = [f"这个很好用 {n} " + "好" * (n % 50) for n in range(9_000)]
    raw = "".join(f"{text},x{ends}" for text in ["text", *texts]).replace("这个", "用").encode(encoding)

    rows, _ = read(tmp_path, raw, encoding=encoding, header=True)

    assert [line for line, _ in rows] == list(range(2, 9_002))
    assert [row["text"] for _, row in rows] == [text.replace("这个", "用") for text in texts]
