"""Tables as they come from companies on a bad day: made by a seed, each with what must come of it."""

import csv
import gzip
import io
import json
import os
import random
import stat
import struct
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

EN = "where is my refund card money lost order late good bad screen price support phone never again thanks box"
ZH = "我的退款在哪里订单没有收到质量很好客服态度不错价格便宜物流太慢下次还会来买包装破了手机屏幕电池服务满意"
TW = "我的退款在哪裡訂單沒有收到質量很好客服態度不錯價格便宜物流太慢下次還會來買包裝破了手機屏幕電池服務滿意"
JA = "これはとても良い商品でした注文がまだ届きませんありがとうございます使いやすいです返金してください"
DE = "für die schöne Tür größer als früher zurück über Straße möchte ich gern die Bestellung prüfen"
ODD = {
    "emoji": ["👨‍👩‍👧‍👦", "👍🏽", "🇨🇳🇩🇪", "❤️"],
    "right to left": ["שלום", "مرحبا", "\u202eabc\u202c", "\u2067x\u2069"],
    "zero width": ["a\u200bb", "c\u200dd", "e\u2060f", "\u00adg"],
    "tag characters": ["\U000e0041\U000e0042x", "a\ufe0f"],
    "normal forms": ["é", "e\u0301", "ﬁ", "Å", "Å", "한국"],
    "wide digits": ["１２３", "ＡＢＣ", "①②", "㈱"],
    "homoglyphs": ["раypal", "Αpple", "ℂ"],
    "rare characters": ["𠀋𡈽", "𣏓", "龘", "\U0002f81a"],
    "control characters": ["\x1b[31mred\x1b[0m", "bell\x07", "\x0b\x0c", "del\x7f", "\x85next"],
    "null words": ["NaN", "None", "null", "NULL", "inf", "-inf", "N/A", "#N/A", "nan", "undefined"],
    "numbers": ["007", "00", "1e400", "12345678901234567890123", "0x1F", "1_000", "3.10", "-0", "٣"],
    "formulas": ["=1+1", "@SUM(A1)", "+1", "-1", "=cmd|' /C calc'!A0"],
    "line signs": ["a\u2028b", "c\u2029d", "\x1ce"],
}


@dataclass
class Case:
    """One file, and what must come of it."""

    kind: str
    name: str
    raw: bytes | Callable[[Path], None] = b""
    n_rows: int | None = None
    """How many rows go in, where that has one answer."""
    refused: bool | None = False
    """Whether it must be refused; `None`: either will do, as long as it is said."""
    texts: list[str] = field(default_factory=list)
    """Cells that must come out as they went in."""
    url: str = ""
    path: Path = Path()


def corpus(folder: Path, n: int, *, seed: int = 1) -> Iterator[Case]:
    """Write `n` files into a folder, all kinds in turn, and yield each with what must come of it."""
    for k in range(n):
        make = KINDS[k % len(KINDS)]
        case = make(random.Random(f"{seed}/{k}"))
        case.path = folder / f"{k:04}" / case.name
        case.path.parent.mkdir(parents=True)
        if callable(case.raw):
            case.raw(case.path)
        else:
            case.path.write_bytes(case.raw)
        yield case


def sentence(rng: random.Random, words: str = EN, n: int = 8) -> str:
    return " ".join(rng.choices(words.split(), k=n)) if " " in words else "".join(rng.choices(words, k=n))


def rows(rng: random.Random, words=EN, n: int | None = None, length: int = 8) -> list[list[str]]:
    n = n or rng.randint(5, 60)
    return [[f"{sentence(rng, words, length)} {k}", rng.choice(["billing", "login", "other"])] for k in range(n)]


def written(table, *, delimiter=",", end="\n", header=("text", "label"), quoting=csv.QUOTE_MINIMAL) -> str:
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerows([header, *table] if header else table)
    return file.getvalue()


def text_case(kind: str, table, raw: str | bytes, *, name="data.csv", texts=True, n_rows: int | None = -1) -> Case:
    raw = raw.encode() if isinstance(raw, str) else raw
    n = len(table) if n_rows == -1 else n_rows
    return Case(kind, name, raw, n_rows=n, texts=[row[0] for row in table] if texts else [])


def sizes(rng: random.Random) -> Case:
    shape = rng.choice(["empty", "blank", "header", "one row", "one class", "rows", "columns", "cell", "huge cell"])
    if shape in {"empty", "blank"}:
        return Case(shape, "data.csv", b"" if shape == "empty" else b"\n \r\n\n", refused=True)
    table = rows(rng, n={"header": 1, "one row": 1, "rows": 20_000}.get(shape))
    if shape == "header":
        return Case(shape, "data.csv", b"text,label\n", n_rows=0)
    if shape == "columns":
        more = [str(k) for k in range(10_000)]
        wide = [row + more for row in table[:3]]
        return text_case(shape, wide, written(wide, header=["text", "label", *(f"c{k}" for k in more)]))
    if shape == "cell":
        table[1][0] = "x" * 999_999
    if shape == "huge cell":
        table[1][0] = "x" * rng.randint(1_000_001, 3_000_000)
    if shape == "one class":
        table = [[text, "same"] for text, _ in table]
    return text_case(shape, table, written(table), texts=shape != "huge cell")


def headers(rng: random.Random) -> Case:
    kind, header = rng.choice(
        [
            ("duplicate header", ("text", "text")),
            ("blank header", ("text", "")),
            ("blank headers", ("", "label")),
            ("no header", None),
            ("spaces in a header", (" text ", "label\t")),
        ]
    )
    table = rows(rng, n=12)
    return text_case(kind, table, written(table, header=header), n_rows=None if kind == "no header" else 12)


def values(rng: random.Random) -> Case:
    kind = rng.choice([*ODD, "label variants", "numbers as labels", "duplicate ids"])
    table = rows(rng)
    for row in table:
        if kind in ODD:
            row[0] = f"{row[0]} {rng.choice(ODD[kind])}" if rng.random() < 0.7 else rng.choice(ODD[kind])
        elif kind == "label variants":
            row[1] = rng.choice(["Refund", "refund", " refund", "REFUND ", "ｒefund"])
        else:
            row[1] = str(rng.randint(0, 3))
    if rng.random() < 0.3:
        lines = "".join(json.dumps({"text": a, "label": b}, ensure_ascii=rng.random() < 0.5) + "\n" for a, b in table)
        return text_case(kind, table, lines, name="data.jsonl")
    return text_case(kind, table, written(table, quoting=rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])))


def line_ends(rng: random.Random) -> Case:
    table = rows(rng)
    kind = rng.choice(["mixed line ends", "lone CR", "CR in cells", "blank lines", "no last line end"])
    if kind == "lone CR":
        return text_case(kind, table, written(table, end="\r"))
    lines = written(table).splitlines()
    if kind == "CR in cells":
        n = rng.randint(1, 4)
        for _ in range(n):
            k = rng.randrange(1, len(lines))
            lines[k] = lines[k].replace(" ", "\r", 1)
        return text_case(kind, table, "\n".join(lines) + "\n", texts=False, n_rows=None)
    if kind == "no last line end":
        return text_case(kind, table, "\n".join(lines))
    ends = ["\n", "\r\n", "\r"] if kind == "mixed line ends" else ["\n", "\n\n", "\r\n\r\n"]
    return text_case(kind, table, "".join(line + rng.choice(ends) for line in lines))


def quotes(rng: random.Random) -> Case:
    table = rows(rng, n=rng.randint(20, 900))
    kind = rng.choice(["unbalanced quote", "quote inside", "quote at the end", "many lines in a cell", "ragged rows"])
    k = rng.randrange(1, len(table) - 1)
    lines = written(table).splitlines(keepends=True)
    if kind == "unbalanced quote":
        lines[k] = '"' + lines[k]
    elif kind == "quote inside":
        lines[k] = '5" ' + lines[k]
    elif kind == "quote at the end":
        lines[k] = lines[k].replace(",", '",')
    elif kind == "ragged rows":
        lines[k] = rng.choice(["one cell\n", "a,b,c,d\n", ",\n" * 1, "a,b,\n"])
    else:
        table[k][0] = 'a\nb, c\n\n"d"\r\ne'
        return text_case(kind, table, written(table))
    kept = [row for n, row in enumerate(table, start=1) if n != k]
    return text_case(kind, kept, "".join(lines), n_rows=len(table))


def zeros(rng: random.Random) -> Case:
    table = rows(rng)
    lines = written(table).splitlines(keepends=True)
    k = rng.randrange(1, len(lines))
    lines[k] = lines[k].replace(" ", "\0 ", 1)
    return text_case("zero bytes", table, "".join(lines))


def delimiters(rng: random.Random) -> Case:
    delimiter = rng.choice([";", "\t", "|", "，", "^", "~", ","])
    table = rows(rng, rng.choice([EN, ZH]), n=rng.randint(5, 60), length=12)
    return text_case(f"delimiter {delimiter!r}", table, written(table, delimiter=delimiter))


def marks(rng: random.Random) -> Case:
    table = rows(rng, ZH, length=12)
    lines = [*written(table).splitlines(keepends=True)]
    kind = rng.choice(["mark", "mark in the middle", "two marks", "a lying mark"])
    if kind == "mark in the middle":
        lines[rng.randrange(1, len(lines))] = "\ufeff" + lines[rng.randrange(1, len(lines))]
        return text_case(kind, table, "".join(lines), texts=False)
    if kind == "a lying mark":
        return text_case(kind, table, b"\xef\xbb\xbf" + "".join(lines).encode("gb18030"))
    return text_case(kind, table, "\ufeff" * (2 if kind == "two marks" else 1) + "".join(lines))


ENCODINGS = [("gbk", ZH), ("gb18030", ZH + "𠀋"), ("big5", TW), ("shift_jis", JA), ("latin-1", DE), ("cp1252", DE)]
WIDE = [("utf-16", ZH), ("utf-16-le", ZH), ("utf-16-be", EN), ("utf-16-be", ZH), ("utf-32", ZH), ("utf-8", ZH)]


def encodings(rng: random.Random) -> Case:
    name, words = rng.choice([*ENCODINGS, *WIDE])
    table = rows(rng, words, n=rng.randint(15, 60), length=14)
    return text_case(f"in {name}", table, written(table).encode(name))


def mixed(rng: random.Random) -> Case:
    table = rows(rng, ZH, n=rng.randint(15, 60), length=16)
    other = rng.choice(["gb18030", "gb18030", "utf-8"])
    lines = written(table).splitlines(keepends=True)
    share = rng.choice([0.1, 0.3, 0.5])
    raw = b"".join(line.encode(other if rng.random() < share else "utf-8") for line in lines)
    return text_case("mixed encodings", table, raw)


def mojibake(rng: random.Random) -> Case:
    wrong = rng.choice(["latin-1", "cp1252", "gb18030", "twice"])
    words = DE if wrong == "cp1252" else ZH
    table = rows(rng, words, n=rng.randint(10, 40), length=12)
    for row in table:
        row[0] = row[0].replace("ß", "ss") if wrong == "cp1252" else row[0]
    text = written(table)
    if wrong == "gb18030":  # an odd number of bytes loses one
        damaged = text.encode().decode("gb18030", "replace")
        return text_case("mojibake by gbk", table, damaged, texts=False)
    for _ in range(2 if wrong == "twice" else 1):
        text = text.encode().decode("latin-1" if wrong != "cp1252" else "cp1252", "replace")
    return text_case(f"mojibake by {wrong}", table, text, texts="\ufffd" not in text)


def broken_bytes(rng: random.Random) -> Case:
    table = rows(rng, rng.choice([EN, ZH]), n=rng.randint(20, 60), length=12)
    lines = [line.encode() for line in written(table).splitlines(keepends=True)]
    kind, bad = rng.choice(
        [
            ("overlong", b"\xc0\xaf"),
            ("lone surrogate", b"\xed\xa0\xbd"),
            ("cut off", b"\xe4\xbd"),
            ("never", b"\xff\xfe\xff"),
        ]
    )
    k = rng.randrange(1, len(lines))
    lines[k] = bad + lines[k]
    return text_case(kind, table, b"".join(lines), texts=False)


def json_lists(rng: random.Random) -> Case:
    kind = rng.choice(
        ["plain", "indented", "cut off", "deep", "bad item", "no list", "NaN and big numbers", "twice a key"]
    )
    table = [{"text": text, "label": label} for text, label in rows(rng)]
    raw = json.dumps(table, indent=1 if kind == "indented" else None, ensure_ascii=False)
    n: int | None = len(table)
    if kind == "cut off":
        raw, n = raw[: rng.randrange(len(raw) // 2, len(raw) - 1)], None
    elif kind == "deep":
        raw, n = "[" * 100_000, None
    elif kind == "bad item":
        k = rng.randrange(1, len(table) - 1)
        raw = raw.replace(f'{table[k]["text"]}"', f"{table[k]['text']}", 1)
        n = None
    elif kind == "no list":
        raw, n = '{"text": 1}', None
    elif kind == "NaN and big numbers":
        raw = (
            raw[:-1] + ', {"text": NaN, "label": 123456789012345678901234567890, "x": 1e999, "y": ' + "9" * 5_000 + "}]"
        )
        n = len(table) + 1
    elif kind == "twice a key":
        raw, n = raw[:-1] + ', {"text": "a", "text": "b", "label": "x"}]', len(table) + 1
    refused = kind in {"deep", "no list"}
    return Case(f"JSON: {kind}", "data.json", raw.encode(), n_rows=n, refused=refused)


def json_lines(rng: random.Random) -> Case:
    table = [json.dumps({"text": text, "label": label}) for text, label in rows(rng)]
    bad = rng.choice(
        [
            '{"text": ',
            "[1, 2]",
            "7",
            '{"text": "\\ud83d"}',
            "[" * 100_000,
            '{"text": "a"} {"text": "b"}',
            "x" * 2_000_000,
        ]
    )
    table.insert(rng.randrange(len(table)), bad)
    return Case("JSON lines: one is bad", "data.jsonl", "\n".join(table).encode(), n_rows=len(table))


def parquet(rng: random.Random) -> Case:
    import pyarrow as pa
    import pyarrow.feather as feather
    import pyarrow.parquet as pq

    table = rows(rng)
    texts = pa.array([row[0] for row in table])
    labels = pa.array([row[1] for row in table]).dictionary_encode()
    nested = pa.array([{"a": [{"b": 2}], "when": None} for _ in table])
    frame = pa.table({"text": texts, "label": labels, "nested": nested, "n": pa.array(range(len(table)), pa.int64())})
    sink, arrow = io.BytesIO(), rng.random() < 0.4
    if arrow:
        feather.write_feather(frame, sink, compression=rng.choice(["lz4", "uncompressed", "zstd"]))
    else:
        pq.write_table(frame, sink, row_group_size=7, compression=rng.choice(["snappy", "zstd", "none", "gzip"]))
    raw, kind = bytearray(sink.getvalue()), rng.choice(["whole", "cut off", "changed footer", "changed bytes"])
    name = "data.feather" if arrow else "data.parquet"
    if kind == "whole":
        return Case(f"{name}: {kind}", name, bytes(raw), n_rows=len(table), texts=[row[0] for row in table])
    if kind == "cut off":
        return Case(f"{name}: {kind}", name, bytes(raw[: rng.randrange(20, len(raw) - 8)]), refused=True)
    at = range(len(raw) - 200, len(raw)) if kind == "changed footer" else range(8, len(raw))
    for _ in range(rng.randint(1, 8)):
        raw[rng.choice(at)] = rng.randrange(256)
    return Case(f"{name}: {kind}", name, bytes(raw), refused=None)


def workbooks(rng: random.Random) -> Case:
    import datetime as dt

    import openpyxl

    kind = rng.choice(
        ["whole", "hidden first", "merged", "dates", "formulas", "empty", "far cell", "cut off", "locked?", "title"]
    )
    table = rows(rng, rng.choice([EN, ZH]), n=rng.randint(5, 20))
    book = openpyxl.Workbook()
    sheet = book.active
    if kind == "hidden first":
        sheet.append(["secret", "data"])
        sheet.sheet_state = "hidden"
        sheet = book.create_sheet("shown")
    if kind == "title":
        sheet.append(["Report for 2024"])
    if kind != "empty":
        sheet.append(["text", "label", "when", "sum"])
        for k, row in enumerate(table):
            when = dt.datetime(2024, 1, 1 + k, 0, k % 60) if kind == "dates" else "2024-01-01"
            sheet.append([*row, when, "=1+1" if kind == "formulas" else k])
    if kind == "merged":
        sheet.merge_cells("B2:B4")
    if kind == "far cell":
        sheet["XFD1048576"] = "x"
    file = io.BytesIO()
    book.save(file)
    raw = file.getvalue()
    if kind in {"cut off", "locked?"}:
        raw = raw[: len(raw) // 2] if kind == "cut off" else b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + rng.randbytes(3_000)
    refused = kind in {"empty", "far cell", "cut off", "locked?"}
    return Case(
        f"workbook: {kind}",
        "data.xlsx",
        raw,
        n_rows=None if refused else len(table),
        refused=refused,
        texts=[] if refused else [row[0] for row in table],
    )


def ods(rng: random.Random) -> Case:
    table = rows(rng, ZH, n=8)
    bomb = rng.random() < 0.3
    cell = '<table:table-cell office:value-type="string"{}><text:p>{}</text:p></table:table-cell>'
    more = ' table:number-columns-repeated="16384"' if bomb else ""
    lines = "".join(
        f"<table:table-row{' table:number-rows-repeated=' + chr(34) + '1048576' + chr(34) if bomb else ''}>"
        + "".join(cell.format(more, value) for value in row)
        + "</table:table-row>"
        for row in [["text", "label"], *table]
    )
    spaces = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{spaces}><office:body><office:spreadsheet>'
        f'<table:table table:name="S">{lines}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", content)
    kind = "ods: repeated cells" if bomb else "ods"
    texts = [] if bomb else [row[0] for row in table]
    return Case(kind, "data.ods", file.getvalue(), n_rows=None if bomb else 8, refused=bomb, texts=texts)


def packed(rng: random.Random) -> Case:
    table = rows(rng, rng.choice([EN, ZH]), n=40)
    raw, kind = (
        written(table).encode(),
        rng.choice(["gzip", "gzip cut off", "gzip garbled", "gzip bomb", "zip", "zip cut off"]),
    )
    good = kind in {"gzip", "zip"}
    if kind == "gzip bomb":
        raw = gzip.compress(b"text,label\n" + b"a,b\n" * 40_000_000, 1) if rng.random() < 0.2 else _zeros_gzip(300)
    elif kind.startswith("gzip"):
        raw = gzip.compress(raw, mtime=0)
    else:
        raw = zipped({"inner/data.csv": raw})
    if kind.endswith("cut off"):
        raw = raw[: rng.randrange(20, len(raw) - 9)]
    if kind == "gzip garbled":
        raw = raw[:30] + rng.randbytes(50) + raw[80:]
    name = "data.csv.gz" if kind.startswith("gzip") else "data.zip"
    return Case(
        kind, name, raw, n_rows=40 if good else None, refused=not good, texts=[row[0] for row in table] if good else []
    )


def zipped(members: dict[str, bytes], **more) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = more.get("mode", 0o100644) << 16
            archive.writestr(info, raw)
    return file.getvalue()


def _zeros_gzip(mb: int) -> bytes:
    file = io.BytesIO()
    with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1, mtime=0) as packed_file:
        for _ in range(mb):
            packed_file.write(b"a," * 500_000)
    return file.getvalue()


def archives(rng: random.Random) -> Case:
    raw = written(rows(rng)).encode()
    kind = rng.choice(
        ["up", "absolute", "drive", "link", "device", "nested", "locked", "bomb", "overlap", "many", "twice", "none"]
    )
    name = {"up": "../../a.csv", "absolute": "/etc/a.csv", "drive": "C:\\a.csv", "nested": "a.zip", "none": "a.md"}.get(
        kind
    )
    mode = {"link": stat.S_IFLNK | 0o777, "device": stat.S_IFCHR | 0o666}.get(kind, 0o100644)
    made = zipped({name or "a.csv": raw}, mode=mode)
    if kind == "locked":
        made = bytearray(made)
        made[6] |= 1
        made[made.rfind(b"PK\x01\x02") + 8] |= 1
    elif kind == "bomb":
        made = zipped({"a.csv": b"a," * 100_000_000})
    elif kind == "overlap":
        made = bytearray(zipped({"a.csv": raw, "b.csv": raw}))
        second = made.rfind(b"PK\x01\x02")
        made[second + 42 : second + 46] = struct.pack("<I", 0)
    elif kind == "many":
        made = zipped({f"{k}.csv": b"" for k in range(10_001)})
    elif kind == "twice":
        made = zipped({"a.csv": raw, "b.csv": raw}).replace(b"b.csv", b"a.csv")
    return Case(f"zip: {kind}", "data.zip", bytes(made), refused=True)


def no_files(rng: random.Random) -> Case:
    kind = rng.choice(["pipe", "folder", "device", "loop", "gone", "link"])
    good = written(rows(rng, n=9))

    def link(path: Path) -> None:
        path.with_name("other").write_text(good)
        path.symlink_to(path.with_name("other"))

    make = {
        "pipe": os.mkfifo,
        "folder": Path.mkdir,
        "device": lambda path: path.symlink_to("/dev/zero"),
        "loop": lambda path: path.symlink_to(path),
        "gone": lambda path: None,
        "link": link,
    }[kind]
    return Case(kind, "data.csv", make, n_rows=9 if kind == "link" else None, refused=kind != "link")


def changing(rng: random.Random) -> Case:
    table = rows(rng, n=rng.randint(10, 8_000))
    return Case("changed while read", "changing.csv", written(table).encode(), refused=True)


def foreign(rng: random.Random) -> Case:
    head = rng.choice(
        [b"%PDF-1.7", b"\x89PNG\r\n", b"\xff\xd8\xff\xe0", b"7z\xbc\xaf'\x1c", b"BZh9", b"\x7fELF", b"PK\x03\x04"]
    )
    return Case("a foreign file", rng.choice(["data.csv", "data.xlsx"]), head + rng.randbytes(2_000), refused=True)


def garbled(rng: random.Random) -> Case:
    """Bytes of a good file, changed, cut and doubled: anything may come of it but a traceback."""
    table = rows(rng, rng.choice([EN, ZH]))
    raw = bytearray(written(table).encode(rng.choice(["utf-8", "utf-16", "gb18030"])))
    for _ in range(rng.randint(1, 40)):
        at = rng.randrange(len(raw))
        change = rng.randrange(3)
        if change == 0:
            raw[at] = rng.randrange(256)
        elif change == 1:
            del raw[at : at + rng.randint(1, 9)]
        else:
            raw[at:at] = raw[max(0, at - 20) : at]
        raw = raw or bytearray(b"x")
    name = rng.choice(["data.csv", "data.tsv", "data.txt", "data.json", "data.jsonl", "data"])
    return Case("garbled", name, bytes(raw), refused=None)


def noise(rng: random.Random) -> Case:
    raw = rng.randbytes(rng.randint(1, 5_000))
    return Case("noise", rng.choice(["data.csv", "data.parquet", "data.xlsx", "data.json", "d.gz"]), raw, refused=None)


def databases(rng: random.Random) -> Case:
    import sqlite3

    table = rows(rng, ZH)
    kind = rng.choice(["whole", "no such table", "garbled"])

    def make(path: Path) -> None:
        with sqlite3.connect(path) as connection:
            connection.execute("create table calls (text, label)")
            connection.executemany("insert into calls values (?, ?)", table)
        connection.close()
        if kind == "garbled":
            path.write_bytes(path.read_bytes()[:50] + rng.randbytes(3_000))

    good = kind == "whole"
    url = "sqlite:///{}?table=" + ("calls" if kind != "no such table" else "cals")
    texts = [row[0] for row in table] if good else []
    return Case(
        f"SQLite: {kind}", "data.db", make, n_rows=len(table) if good else None, refused=not good, url=url, texts=texts
    )


KINDS: list[Callable[[random.Random], Case]] = [
    sizes, headers, values, values, values, line_ends, line_ends, quotes, quotes, zeros, delimiters, marks, encodings,
    encodings, encodings, mixed, mojibake, broken_bytes, json_lists, json_lists, json_lines, parquet, parquet,
    workbooks, ods, packed, archives, no_files, changing, foreign, garbled, garbled, noise, databases,
]  # fmt: skip


def ordeal(case: Case) -> str:
    """Read a case as the platform does; return what went against what must come of it, or nothing."""
    from luodi.contracts import Reject
    from luodi.data.readers import open_table
    from luodi.errors import LuodiError

    try:
        table = open_table(case.url.format(case.path) if case.url else case.path)
        if case.name == "changing.csv":
            with case.path.open("ab") as file:
                file.write(b"more,rows\n")
        found = [row for _, row in table.rows()]
        assert all(table.notes) and json.dumps(table.describe())
    except LuodiError as error:
        if not (error.what and error.where and error.fix):
            return f"an error without its three parts: {error.what} {error.where} {error.fix}"
        return f"refused: {error.what}" if case.refused is False else ""
    except RecursionError as error:
        return f"traceback: {error!r}"
    except Exception as error:  # noqa: BLE001 - the point of the exercise
        return f"traceback: {error!r}"
    if case.refused:
        return f"not refused, {len(found)} rows"
    if case.n_rows is not None and len(found) != case.n_rows:
        return f"{len(found)} rows where {case.n_rows} went in"
    cells = {value for row in found if not isinstance(row, Reject) for value in row.values() if isinstance(value, str)}
    lost = [text for text in case.texts if text not in cells]
    same = unicodedata.normalize("NFC", lost[0])[:40] if lost else ""
    return f"{len(lost)} of {len(case.texts)} texts came out otherwise, as {same!r}" if lost else ""
