"""Which encoding a file is in: by its byte order mark, by its zero bytes, else by whose text reads like one."""

import codecs
import io
import re
from collections import Counter
from pathlib import Path

from luodi.data import files
from luodi.data.frequent import KNOWN
from luodi.errors import DataError, did_you_mean

MARKS = (  # the mark of UTF-32 begins with that of UTF-16
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
FAMILIES = (  # the narrower first: it differs from the wider in a few signs only
    ("gb18030",),
    ("big5", "cp950", "big5hkscs"),
    ("shift_jis", "cp932"),
    ("euc_kr",),
    ("cp1252", "iso8859-1"),
)
WIDE = ("utf-16-le", "utf-16-be")
SAMPLE = 1 << 16
SEARCHED = 64 << 20  # bytes of plain ASCII before we stop looking for others
PLAUSIBLE = 0.1  # mean weight per byte; true texts lie above 0.4, texts in a wrong encoding below 0 (bench.encodings)
MAX_CONTROLS = 0.02
FOREIGN = {
    b"\xd0\xcf\x11\xe0": ("an old Office document", "save the sheet as .xlsx or as CSV in UTF-8"),
    b"%PDF": ("a PDF", "export the table as CSV"),
    b"\x89PNG": ("a picture", "name a data file"),
    b"\xff\xd8\xff": ("a picture", "name a data file"),
    b"GIF8": ("a picture", "name a data file"),
    b"SQLite format 3": ("an SQLite database", "name it as sqlite:///FILE?table=TABLE"),
    b"\xfd7zXZ": ("an xz archive", "unpack it, or pack it with gzip or zip"),
    b"BZh9": ("a bzip2 archive", "unpack it, or pack it with gzip or zip"),
    b"7z\xbc\xaf": ("a 7z archive", "unpack it, or pack it with gzip or zip"),
    b"Rar!": ("a rar archive", "unpack it, or pack it with gzip or zip"),
    b"\x28\xb5\x2f\xfd": ("a zstd archive", "unpack it, or pack it with gzip or zip"),
    b"\x1f\x8b": ("an archive within an archive", "unpack the inner one"),
    b"PK\x03\x04": ("an archive within an archive", "unpack the inner one"),
    b"FEA1": ("a Feather file of version 1", "write it as Parquet, or as Feather of version 2"),
    b"\x7fELF": ("a program", "name a data file"),
}
_CONTROLS = bytes(n for n in range(32) if n not in b"\t\n\r\f\v\x1a\x1b\0")
_BEYOND = bytes(range(128, 256))
_LETTERS = re.compile(r"(?<=[A-Za-z])[À-ÖØ-öø-ÿŠŽšžŒœŸ]{1,2}|[À-ÖØ-öø-ÿŠŽšžŒœŸ](?=[A-Za-z])")
_SIGNS = re.compile("(?<![¡-ÿ])[“”„‘’–—…€£©®°«»§·•¿¡ªº²³½¼\xa0](?![¡-ÿ])")


def detect(path: Path) -> str:
    """Return the encoding of a text file, as Python names it. Raises `DataError` when it is not text."""
    return recognize(files.look(path))


def recognize(content: files.Content) -> str:
    """Return the encoding of a content of text. Raises `DataError` when it is not text."""
    sample = first = b""
    read = 0
    for chunk in content.chunks():
        first = first or chunk
        read += len(chunk)
        sample = chunk if len(chunk) > len(sample) or not chunk.isascii() else sample
        if not chunk.isascii() or b"\0" in chunk or read > SEARCHED:
            break
    refuse_foreign(first, content.where)
    for mark, name in MARKS:
        if first.startswith(mark):
            return name
    return guess(_around(sample), where=content.where)


def refuse_foreign(head: bytes, where: str) -> None:
    """Raise `DataError` for what is known to be something else than a table."""
    for magic, (kind, fix) in FOREIGN.items():
        if head.startswith(magic):
            raise DataError(f"this is {kind}, not a table in text form", where=where, fix=fix)
    if head[257:262] == b"ustar":
        raise DataError("this is a tar archive", where=where, fix="unpack it and name the folder, or pack it as zip")


def check(encoding: str) -> str:
    """Return Python's name of an encoding. Raises `DataError` where there is none of that name."""
    try:
        io.TextIOWrapper(io.BytesIO(), encoding=encoding)  # `codecs.lookup` would also find "base64"
    except (LookupError, ValueError):
        known = ["utf-8", "utf-16", "gb18030", "big5", "shift_jis", "latin-1"]
        raise DataError(f"there is no encoding {encoding!r}", fix=did_you_mean(encoding, known)) from None
    return codecs.lookup(encoding).name


def guess(sample: bytes, *, where: str = "") -> str:
    """Return the encoding in which a sample reads most like text. Raises `DataError` when it does in none."""
    zeros = sample.count(0)
    if zeros:
        name, worth = max(((name, _wide_worth(sample, name)) for name in WIDE), key=lambda one: one[1])
        if worth > 3 * PLAUSIBLE:
            return name
        if zeros > max(3, MAX_CONTROLS * len(sample)) or _n_controls(sample) > MAX_CONTROLS * len(sample):
            raise DataError(
                f"this is not text: byte {sample.index(0):,} is zero",
                where=where,
                fix="name a CSV, TSV or JSONL file",
            )
    if sample.isascii() or _utf8_share(sample) >= 0.1:
        return "utf-8"
    wide = [(worth, name) for name in WIDE if (worth := _wide_worth(sample, name)) > 5 * PLAUSIBLE]
    worth, name = max([*wide, *_legacy(sample)])
    if _n_controls(sample) > MAX_CONTROLS * len(sample) or (worth < 2 * PLAUSIBLE and not _is_mostly_ascii(sample)):
        raise DataError(
            "this reads like text neither in UTF-8 nor in GB18030, Big5, Shift-JIS or Latin-1",
            where=where,
            fix='save the file as UTF-8, or name its encoding: [prepare] encoding = "cp1251"',
        )
    return name if worth >= 2 * PLAUSIBLE else "utf-8"  # most lines are ASCII: the others will be listed


def legacy(sample: bytes) -> str | None:
    """Return the older encoding in which some bytes beyond doubt read like text, or `None`."""
    worth, name = max(_legacy(sample))
    enough = _n_beyond(sample) >= 4 or name in FAMILIES[-1]  # one letter between others is enough, one sign is not
    return name if worth >= 5 * PLAUSIBLE and enough else None


def _legacy(sample: bytes) -> list[tuple[float, str]]:
    return [max(((_worth(sample, name), -n, name) for n, name in enumerate(family)))[::2] for family in FAMILIES]


def _around(chunk: bytes) -> bytes:
    """Return a part of a chunk that holds its first bytes beyond ASCII, begun and ended at a line where possible."""
    if len(chunk) <= SAMPLE:
        return chunk
    found = re.search(rb"[^\x01-\x7f]", chunk)
    at = found.start() if found else 0
    start = chunk.rfind(b"\n", 0, at) + 1 if b"\0" not in chunk else 0
    part = chunk[start : start + SAMPLE]
    return part[: part.rfind(b"\n") + 1] or part if b"\0" not in part else part


def _is_mostly_ascii(sample: bytes) -> bool:
    lines = [line for line in sample.splitlines() if line]
    return sum(line.isascii() for line in lines) > max(1, len(lines) / 2)


def _n_beyond(sample: bytes) -> int:
    """Count the bytes beyond ASCII."""
    return len(sample) - len(sample.translate(None, _BEYOND))


def _n_controls(sample: bytes) -> int:
    return len(sample) - len(sample.translate(None, _CONTROLS))


def _utf8_share(sample: bytes) -> float:
    """Return the share of the lines beyond ASCII, by their bytes, that are strictly UTF-8."""
    good = total = 0
    for line in sample.split(b"\n"):
        if line.isascii():
            continue
        total += len(line)
        try:
            codecs.getincrementaldecoder("utf-8")().decode(line)  # the last character may be cut off
            good += len(line)
        except UnicodeDecodeError:
            continue
    return good / max(1, total)


def _wide_worth(sample: bytes, name: str) -> float:
    """Return the mean weight of the characters of a text of two bytes each, -1 to 1."""
    counts = Counter(sample[: len(sample) & ~1].decode(name, "replace"))
    n = max(1, counts.total())
    return sum(k * (0.9 if " " <= char <= "~" or char in "\r\n\t" else _weight(char)) for char, k in counts.items()) / n


def _worth(sample: bytes, name: str) -> float:
    """Return the mean weight of the characters beyond ASCII, -1 to 1; a character of two bytes counts twice."""
    text = sample.decode(name, "replace")
    n_bytes = _n_beyond(sample)
    if name in FAMILIES[-1]:
        good = 0.8 * sum(map(len, _LETTERS.findall(text))) + 0.6 * len(_SIGNS.findall(text))
        n = sum(k for char, k in Counter(text).items() if not char.isascii())
        bad = text.count("�") + sum(text.count(chr(code)) for code in range(0x80, 0xA0))
        return (good - 0.5 * max(0, n - good / 0.7) - bad) / max(1, n)
    total = weight = 0.0
    for char, k in Counter(text).items():
        if not char.isascii():
            n = k if char == "�" or "｡" <= char <= "ﾟ" else 2 * k
            total += n
            weight += n * _weight(char)
    return weight / max(total, n_bytes, 1)


def _weight(char: str) -> float:
    """Say how likely a character is in a text: 1 for the frequent, negative for what hardly occurs."""
    if char in KNOWN:
        return 1.0
    if "ぁ" <= char <= "ヿ":
        return 0.9
    if "가" <= char <= "힣":
        return 0.5 if _encodes(char, "euc_kr") else -0.3
    if "一" <= char <= "鿿":
        return 0.1 if not _is_level_1(char) else 0.3
    if "　" <= char <= "〿" or "！" <= char <= "～" or char in "—…·–‘’“”•":
        return 0.5
    return -0.7


def _is_level_1(char: str) -> bool:
    """Say whether a character is among the 3,755 of GB 2312-1980, level 1, or the 5,401 of Big5, level 1."""
    return (_encodes(char, "gb2312") and 0xB0 <= char.encode("gb2312")[0] <= 0xD7) or (
        _encodes(char, "big5") and 0xA4 <= char.encode("big5")[0] <= 0xC6
    )


def _encodes(char: str, encoding: str) -> bool:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
