"""Any table a company has: text with a delimiter, JSON, Parquet, Arrow, workbooks, databases, packed or not.

Every row comes out, or the reason why not.
"""

import json
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from luodi.contracts import Reject, record
from luodi.data import columnar, database, decode, delimited, files, json_rows, sheets, squad, tmx
from luodi.data import encoding as encodings
from luodi.data.files import Content
from luodi.data.notes import Notes
from luodi.errors import DataError, did_you_mean

Rows = list[tuple[int, dict[str, Any] | Reject]]
LINES, LISTS = (".jsonl", ".ndjson", ".jsonlines"), (".json", ".geojson")
SEPARATED = (".csv", ".tsv", ".tab", ".txt", ".psv", ".dat")
BINARY = (".parquet", ".pq", ".arrow", ".feather", ".ipc", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
SUFFIXES = (*LINES, *LISTS, *SEPARATED, *BINARY, tmx.SUFFIX)
OLE = b"\xd0\xcf\x11\xe0"
WRITE_LINES = 'write JSONL, one object per line: {"text": "…", "label": "…"}'


@record
class Table:
    """A table that was recognized, and how to read it."""

    path: Path | str
    """The file, `archive.zip/member`, or the URL of a database without its password: for messages."""
    format: str
    """csv, jsonl, json, squad, tmx, aligned, parquet, arrow, workbook, sqlite or postgresql."""
    columns: tuple[str, ...]
    read: Callable[[], Iterator[Rows]]
    ledger: Notes
    encoding: str = ""
    delimiter: str = ""
    header: bool = True
    quoted: bool = True
    sheet: str = ""

    @property
    def notes(self) -> tuple[str, ...]:
        """What was mended or passed over; complete once the rows have been read."""
        return self.ledger.lines()

    def rows(self) -> Iterator[tuple[int, dict[str, Any] | Reject]]:
        """Yield every row with the line it starts on, counted from 1; for JSON lists and databases, with its number."""
        self.ledger.again()
        return chain.from_iterable(self.read())

    def batches(self, n: int = 1) -> Iterator[Rows]:
        """Yield the same rows in lists of `n` or somewhat more, the last perhaps of fewer: for worker processes."""
        self.ledger.again()
        held: Rows = []
        for rows in self.read():
            if held:
                held.extend(rows)
            else:
                held = rows
            if len(held) >= n:
                yield held
                held = []
        if held:
            yield held

    def describe(self) -> dict[str, Any]:
        """Say what was recognized, and noted so far, as plain JSON."""
        said = {"format": self.format, "encoding": self.encoding, "delimiter": self.delimiter, "header": self.header}
        more = {"sheet": self.sheet, "notes": list(self.notes)}
        return said | {key: value for key, value in more.items() if value}


def open_table(
    path: Path | str,
    *,
    delimiter: str | None = None,
    header: bool | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
) -> Table:
    """Recognize a table. What the user states is taken as said. Raises `DataError` for what is no table.

    `path` may name a file within a zip archive, `archive.zip/file.csv`, or as text a database: `sqlite:///f.db?table=t`.
    """
    if isinstance(path, str) and database.is_url(path):
        return open_database(database.parse(path, Path()))
    content = look(Path(path))
    content.probe()
    head = content.head(1 << 16)
    if head[:4] == files.ZIP or head[:4] == b"PK\x05\x06":
        names = files.members(content)
        if not is_workbook(names):
            member = _only_table(names, content)
            return open_table(Path(path) / member, delimiter=delimiter, header=header, encoding=encoding, sheet=sheet)
        return _workbook(content, sheet, header=header)
    if head[:4] == OLE:
        return _workbook(content, sheet, header=header)
    if head[:4] == b"PAR1":
        names_in = columnar.parquet_columns(content)
        return _made(content, "parquet", names_in, partial(columnar.parquet, content))
    if head[:6] == b"ARROW1" or (head[:4] == b"\xff\xff\xff\xff" and content.name.endswith(BINARY)):
        return _made(content, "arrow", columnar.arrow_columns(content), partial(columnar.arrow, content))
    if content.name.endswith(tmx.SUFFIX):
        return _made(content, "tmx", tmx.columns(content), partial(tmx.batches, content))
    encodings.refuse_foreign(head, content.where)
    name = encodings.check(encoding) if encoding else encodings.recognize(content)
    if content.name.endswith(LISTS) and squad.looks_like(head[:2_000].decode("utf-8", "replace")):
        return _made(content, "squad", squad.COLUMNS, partial(squad.batches, content), name)
    kind = _kind(content, name)
    if kind != "csv":
        return _json(content, name, kind)
    layout = delimited.sniff(content, name, delimiter, header=header)
    notes = Notes()
    return Table(
        path=_shown(content),
        format="csv",
        columns=layout.columns,
        read=partial(delimited.batches, content, name, layout, notes),
        ledger=notes,
        encoding=name,
        delimiter=layout.delimiter,
        header=layout.header,
        quoted=layout.quoted,
    )


def open_database(source: database.Database) -> Table:
    """Open a table or a query of a database. Raises `DataError` or `SetupError` where it cannot be reached."""
    return Table(
        path=source.name,
        format="sqlite" if source.is_sqlite else "postgresql",
        columns=database.columns(source),
        read=partial(database.batches, source),
        ledger=Notes(),
    )


def text_lines(path: Path, encoding: str) -> Iterator[str]:
    """Yield the lines of a text file, unpacked and decoded, each with whichever of the three line ends it has."""
    yield from lines_of(files.look(path), encoding)


def lines_of(content: Content, encoding: str) -> Iterator[str]:
    """Yield the lines of a content as `text_lines` does."""
    for block in decode.blocks(content, encoding, Notes()):
        yield from delimited.lines(block.text)


def look(path: Path) -> Content:
    """Look at a file, or at a file within an archive, whose path goes on where the archive's ends."""
    for parent in path.parents:
        if parent.is_file():
            member = path.relative_to(parent).as_posix()
            found = files.members(files.look(parent))
            if member not in found:
                raise DataError(f"the archive holds no {member!r}", where=str(parent), fix=did_you_mean(member, found))
            return files.look(parent, member)
    return files.look(path)


def is_workbook(members: list[str]) -> bool:
    """Say whether the files in a zip archive are those of a workbook."""
    return any(name in members for name in ("xl/workbook.xml", "xl/workbook.bin")) or {
        "content.xml",
        "META-INF/manifest.xml",
    } <= set(members)


def tables_in(members: list[str]) -> list[str]:
    """Return those files of an archive that may be tables, sorted."""
    return sorted(name for name in members if name.lower().endswith(SUFFIXES))


def _only_table(names: list[str], content: Content) -> str:
    if content.packed:
        raise DataError("an archive within an archive", where=content.where, fix="unpack the inner one")
    known = {"word/document.xml": "a Word document", "ppt/presentation.xml": "a presentation"}
    for name, kind in known.items():
        if name in names:
            raise DataError(f"this is {kind}, not a table", where=content.where, fix="save its table as CSV or Excel")
    tables = tables_in(names)
    if len(tables) == 1:
        return tables[0]
    if not tables:
        raise DataError("the archive holds no table", where=content.where, fix=files.FORMATS)
    raise DataError(
        f"the archive holds {len(tables)} tables",
        where=content.where,
        fix=f"name one, as in {content.path.name}/{tables[0]}",
    )


def _kind(content: Content, encoding: str) -> str:
    """Tell text with a delimiter from JSON: by the name, or by how it begins."""
    if content.name.endswith(LINES):
        return "jsonl"
    if content.name.endswith((*SEPARATED[:4], ".psv")) and not content.name.endswith(".txt"):
        return "csv"
    block = next(decode.blocks(content, encoding, Notes()), None)
    text = block.text.lstrip() if block else ""
    if text.startswith("{"):
        first, _, rest = text.partition("\n")
        try:
            lines = isinstance(json.loads(first), dict)
        except (ValueError, RecursionError):
            lines = False
        if lines and (rest.strip() or not content.name.endswith(LISTS)):
            return "jsonl"
    if content.name.endswith(LISTS) or (text.startswith("[") and text[1:].lstrip().startswith("{")):
        return "json"
    return "csv"


def _json(content: Content, encoding: str, kind: str) -> Table:
    read = json_rows.lines if kind == "jsonl" else json_rows.items
    columns: dict[str, None] = {}
    n, reason = 0, ""
    sample = zip(chain.from_iterable(read(content, encoding, Notes())), range(delimited.SNIFFED_LINES), strict=False)
    for (_, row), _ in sample:
        n += 1
        if isinstance(row, Reject):
            reason = row.reason if row.reason.startswith("not JSON: ") else reason
        else:
            columns |= dict.fromkeys(row)
    if not columns:
        what = "no line of this file is a JSON object" if kind == "jsonl" else "no item of this list is an object"
        if reason and kind == "json":
            what = f"this is {reason}"
        raise DataError(what if n else "the file is empty", where=content.where, fix=WRITE_LINES)
    notes = Notes()
    return _made(content, kind, tuple(columns), partial(read, content, encoding, notes), encoding, notes)


def _workbook(content: Content, sheet: str | None, *, header: bool | None) -> Table:
    notes = Notes()
    found = sheets.find(content, sheet, header=header, notes=notes)
    return Table(
        path=_shown(content),
        format="workbook",
        columns=found.columns,
        read=partial(sheets.batches, content, found),
        ledger=notes,
        header=found.header,
        sheet=found.name,
    )


def _made(
    content: Content,
    kind: str,
    columns: tuple[str, ...],
    read: Callable[[], Iterator[Rows]],
    encoding: str = "",
    notes: Notes | None = None,
) -> Table:
    return Table(
        path=_shown(content), format=kind, columns=columns, read=read, encoding=encoding, ledger=notes or Notes()
    )


def _shown(content: Content) -> Path:
    return content.path / content.member if content.member else content.path
