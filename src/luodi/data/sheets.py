"""Workbooks: Excel (.xlsx, .xlsm, .xlsb, .xls) and OpenDocument (.ods). One sheet is a table."""

import json
import re
import subprocess
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from luodi import child
from luodi.contracts import Reject, record
from luodi.data import archives, delimited
from luodi.data.files import CHUNK, Content
from luodi.data.notes import Notes
from luodi.errors import DataError, did_you_mean
from luodi.text import plural

Rows = list[tuple[int, dict[str, Any] | Reject]]
AT_ONCE = 1_000
MAX_UNPACKED = 400_000_000  # bytes; a full sheet of 1,048,576 rows and 6 columns has 300 million
ROOM, ROOM_PER_BYTE = 600_000_000, 6  # memory for the reader: a cell takes 32 bytes, a shared text is copied into each
BROKEN = "open it in the program that wrote it, and save it again, or as CSV in UTF-8"
_EMPTY_FORMULA = re.compile(rb"</f>(?:<v\s*/>|<v></v>)?</c>|<f[^>]*/>(?:<v\s*/>|<v></v>)?</c>")


@record
class Sheet:
    """One sheet, and how its rows are laid out."""

    name: str
    columns: tuple[str, ...]
    header: bool
    top: int
    """The number of the first row, header included."""


def find(content: Content, wanted: str | None, *, header: bool | None, notes: Notes) -> Sheet:
    """Return the sheet to be read. Raises `DataError` where there is none, or none of that name."""
    with _opened(content, wanted) as (found, lines):
        if "unknown" in found:
            fix = did_you_mean(found["unknown"], found["sheets"])
            raise DataError(f"no sheet is called {found['unknown']!r}", where=content.where, fix=fix)
        sample = [line for line, _ in zip(lines, range(delimited.SNIFFED_LINES), strict=False)]
    if not sample:
        raise DataError("the file is empty", where=content.where, fix="name a sheet with a header and rows")
    _say(found, notes)
    width = max(sum(map(bool, cells)) for _, cells in sample)
    start = next((n for n, (_, cells) in enumerate(sample) if sum(map(bool, cells)) > 1), 0) if width > 1 else 0
    if start:
        notes.said.append(f"above the names of the columns, {plural(start, 'row')} of one cell passed over as a title")
    records = [cells for _, cells in sample[start:]]
    header = delimited.has_header(records) if header is None else header
    first = [cell.strip() for cell in records[0]]
    columns = delimited.named(first) if header else tuple(str(n) for n in range(1, len(first) + 1))
    return Sheet(name=found["sheet"], columns=columns, header=header, top=sample[start][0])


def names(content: Content) -> list[str]:
    """Return the names of the sheets that are shown, in order."""
    with _opened(content, None) as (found, _):
        return [name for name in found["sheets"] if name not in {*found["hidden"], *found["empty"]}]


def batches(content: Content, sheet: Sheet) -> Iterator[Rows]:
    """Yield every row below the header that is not blank, with its number in the sheet."""
    first = sheet.top + sheet.header
    with _opened(content, sheet.name) as (_, lines):
        rows: Rows = []
        for number, cells in lines:
            if number < first:
                continue
            rows.append((number, _row(cells, sheet.columns)))
            if len(rows) == AT_ONCE:
                yield rows
                rows = []
        yield rows


def _row(cells: list[str], columns: tuple[str, ...]) -> dict[str, Any] | Reject:
    if len(cells) != len(columns):
        return Reject(reason=f"{len(cells)} cells where {len(columns)} are expected")
    if any("\ud800" <= char <= "\udfff" for cell in cells if not cell.isascii() for char in cell):
        return Reject(reason="half a character: a lone surrogate stands in the text")
    return dict(zip(columns, cells, strict=True))


@contextmanager
def _opened(content: Content, wanted: str | None) -> Iterator[tuple[dict[str, Any], Iterator[tuple[int, list[str]]]]]:
    """Start the reader; give what it found in the workbook, and the rows of the sheet as they come."""
    with content.seekable() as raw:
        size, n_empty = _check(raw, content.where)
        raw.seek(0)
        command = child.command("luodi.data.sheet_child", wanted or "", str(ROOM + ROOM_PER_BYTE * size))
        with subprocess.Popen(command, stdin=raw, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            try:
                assert process.stdout
                lines = _answers(process.stdout, process, content.where)
                found = next(lines)
                yield found | {"n_empty": n_empty}, lines
            finally:
                process.kill()


def _answers(lines: IO[bytes], process: "subprocess.Popen[bytes]", where: str) -> Iterator[Any]:
    for line in lines:
        answer = json.loads(line)
        if isinstance(answer, dict) and "error" in answer:
            raise DataError(f"the workbook cannot be read: {answer['error']}", where=where, fix=BROKEN)
        yield answer
    if process.wait():
        raise DataError(
            "the workbook takes more memory or time than a table of its size",
            where=where,
            fix="a cell far from the others? Copy the table into a new workbook, or save it as CSV in UTF-8",
        )


def _check(raw: IO[bytes], where: str) -> tuple[int, int]:
    """Return the size when unpacked, in bytes, and the number of formulas without a saved result."""
    size = raw.seek(0, 2)
    raw.seek(0)
    if raw.read(2) != b"PK":
        if size > MAX_UNPACKED:
            raise DataError("the workbook is larger than 400 MB", where=where, fix="save the sheet as CSV in UTF-8")
        return 4 * size, 0
    archives.members(raw, where)
    total = n_empty = 0
    try:
        with zipfile.ZipFile(raw) as book:
            for one in book.infolist():
                with book.open(one) as member:
                    tail = b""
                    for chunk in iter(lambda member=member: member.read(CHUNK), b""):  # type: ignore[misc]
                        total += len(chunk)
                        if total > MAX_UNPACKED or (total > 100_000_000 and total > archives.BOMB_RATIO * size):
                            raise DataError(
                                "the workbook unpacks to far more than a table of its size: it looks like a bomb",
                                where=where,
                                fix="save the sheet as CSV in UTF-8, if it is what you expect",
                            )
                        if b"</f>" in chunk or tail:
                            n_empty += len(_EMPTY_FORMULA.findall(tail + chunk)) - len(_EMPTY_FORMULA.findall(tail))
                            tail = chunk[-64:]
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise DataError(f"the workbook is broken: {error}", where=where, fix=BROKEN) from None
    return total, n_empty


def _say(found: dict[str, Any], notes: Notes) -> None:
    """Note what a person should know who believes that all of the workbook was read."""
    others = [name for name in found["sheets"] if name not in {found["sheet"], *found["hidden"], *found["empty"]}]
    if others:
        named = ", ".join(repr(name) for name in others[:5])
        notes.said.append(f"read the sheet {found['sheet']!r}, not {named}: [prepare] sheet names another")
    if hidden := [name for name in found["hidden"] if name != found["sheet"]]:
        notes.said.append(f"hidden sheets were not read: {', '.join(repr(name) for name in hidden[:5])}")
    if found["sheet"] in found["hidden"]:
        notes.said.append(f"the sheet {found['sheet']!r} is hidden")
    if found.get("merged"):
        notes.said.append(f"merged cells hold their value in each of their places: {found['merged']}")
    if found["n_empty"]:
        notes.said.append(f"formulas without a saved result read as empty: {found['n_empty']}")
