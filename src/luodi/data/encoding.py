"""Which encoding a file is in: by its byte order mark, else the first that reads all of it."""

import codecs
import gzip
import io
import itertools
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from luodi.errors import DataError, did_you_mean

MARKS = (  # the mark of UTF-32 begins with that of UTF-16
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
GZIP = b"\x1f\x8b"
CHUNK = 1 << 20
FOREIGN = {
    b"PK\x03\x04": ("a zip archive or an Excel workbook", "save the sheet as CSV in UTF-8, or unpack the archive"),
    b"\xd0\xcf\x11\xe0": ("an old Excel workbook", "save the sheet as CSV in UTF-8"),
    b"%PDF": ("a PDF", "export the table as CSV"),
    b"\x89PNG": ("a picture", "name a data file"),
    b"\xff\xd8\xff": ("a picture", "name a data file"),
    b"SQLite format 3": ("an SQLite database", "export the table as CSV"),
}


def open_bytes(path: Path) -> IO[bytes]:
    """Open a file for reading bytes, unpacking gzip on the way."""
    with path.open("rb") as file:
        packed = file.read(2) == GZIP
    return cast("IO[bytes]", gzip.open(path)) if packed else path.open("rb")


def chunks(path: Path) -> Iterator[bytes]:
    """Yield a file's bytes, unpacked. Raises `DataError` where a gzip file breaks off."""
    try:
        with open_bytes(path) as file:
            while chunk := file.read(CHUNK):
                yield chunk
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"the gzip file is broken: {error}", where=str(path), fix="copy the file again") from None


def detect(path: Path) -> str:
    """Return the encoding of a text file, as Python names it. Raises `DataError` when it is not text."""
    head = next(chunks(path), b"")
    for magic, (kind, fix) in FOREIGN.items():
        if head.startswith(magic):
            raise DataError(f"this is {kind}, not a table in text form", where=str(path), fix=fix)
    for mark, name in MARKS:
        if head.startswith(mark):
            return check(path, name)
    if b"\0" in head:
        return _wide(path, head)
    failures = {}
    for name in ("utf-8", "gb18030"):
        at = first_failure(path, name)
        if at is None:
            return name
        failures[name] = at
    raise DataError(
        f"this is neither UTF-8 (byte {failures['utf-8']:,} breaks it) "
        f"nor GB18030 (byte {failures['gb18030']:,} breaks it)",
        where=str(path),
        fix='save the file as UTF-8, or name its encoding: [prepare] encoding = "latin-1"',
    )


def check(path: Path, encoding: str) -> str:
    """Return Python's name of an encoding, if there is one of that name and it reads all of the file."""
    try:
        io.TextIOWrapper(io.BytesIO(), encoding=encoding)  # `codecs.lookup` would also find "base64"
    except (LookupError, ValueError):
        raise DataError(
            f"there is no encoding {encoding!r}", fix=did_you_mean(encoding, ["utf-8", "utf-16", "gb18030", "latin-1"])
        ) from None
    at = first_failure(path, encoding)
    if at is not None:
        raise DataError(
            f"byte {at:,} is not {encoding}", where=str(path), fix="save the file again as UTF-8, or name its encoding"
        )
    return codecs.lookup(encoding).name


def first_failure(path: Path, encoding: str) -> int | None:
    """Return the place of the first byte that an encoding cannot read, or `None`."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    read = 0
    for chunk in itertools.chain(chunks(path), [b""]):
        read += len(chunk)
        try:
            decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:  # what it was given ends where we stand, wherever it began
            return read - len(error.object) + error.start
    return None


def _wide(path: Path, head: bytes) -> str:
    """Tell UTF-16 without a byte order mark from bytes that are no text, by where the zero bytes stand."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    for name, zeros, others in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if zeros > 4 * others and first_failure(path, name) is None:
            return name
    raise DataError(
        f"this is not text: byte {head.index(0):,} is zero", where=str(path), fix="name a CSV, TSV or JSONL file"
    )
