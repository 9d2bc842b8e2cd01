"""Take everything about one person out of files: records of JSON and CSV, rows and free pages of SQLite."""

import csv
import json
import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from luodi.contracts import record
from luodi.privacy.person import Person
from luodi.store import write_json

ERASED = "[ERASED]"
CHUNK = 1 << 20
OVERLAP = 4_096
SQLITE = b"SQLite format 3\0"
PAGES, RECORDS = {".html", ".md"}, {".jsonl", ".json", ".csv", ".tsv"}


@record
class Traces:
    """What means a person's rows: where they stood, and the fingerprints of their texts."""

    person: Person
    where: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()

    def is_about(self, value: Any) -> bool:
        """Say whether a record is about the person."""
        if isinstance(value, dict) and (value.get("key") in self.keys or {*_places(value)} & self.where):
            return True
        return bool(self.person.is_in_any(value))


def _places(value: dict[str, Any]) -> Iterator[str]:
    return (one for name in ("line", "where") if isinstance(one := value.get(name), str))


def holds(path: Path, traces: Traces) -> bool:
    """Say whether a file holds anything about the person."""
    if _is_sqlite(path):
        return any(_rows_about(path, traces)) or _in_bytes(path, traces.person)
    if path.suffix == ".jsonl":
        return any(traces.is_about(one) for one in _lines(path)) or _in_bytes(path, traces.person)
    if path.suffix == ".json":
        value = _json(path)
        return bool(_clean(value, traces) != value)
    if path.suffix in {".csv", ".tsv"}:
        return any(traces.is_about(row) for row in _table(path))
    if path.suffix in PAGES:
        return bool(traces.person.is_in(path.read_text(encoding="utf-8", errors="replace")))
    return _in_bytes(path, traces.person)


def erase(path: Path, traces: Traces) -> int:
    """Take the person out of a file of records, whole or not at all; return how many records went.

    A page, which is made anew by its command, and a file that is no records are deleted.
    """
    if _is_sqlite(path):
        return _from_sqlite(path, traces)
    if path.suffix == ".jsonl":
        return _rewrite(path, _lines(path), traces, lambda one: json.dumps(one, ensure_ascii=False) + "\n")
    if path.suffix == ".json":
        value = _json(path)
        write_json(path, _clean(value, traces))
        return 1
    if path.suffix in {".csv", ".tsv"}:
        return _from_table(path, traces)
    path.unlink()
    return 1


def _rewrite(path: Path, records: Iterator[Any], traces: Traces, text_of: Callable[[Any], str]) -> int:
    partial, n = path.with_name(path.name + ".partial"), 0
    with partial.open("w", encoding="utf-8") as file:
        for one in records:
            if traces.is_about(one):
                n += 1
            else:
                file.write(text_of(one))
    partial.replace(path)
    return n


def _from_table(path: Path, traces: Traces) -> int:
    partial, n = path.with_name(path.name + ".partial"), 0
    with partial.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter=_delimiter(path), lineterminator="\n")
        for number, row in enumerate(_table(path)):
            if number == 0:
                table.writerow(row)
            if traces.is_about(row):
                n += 1
            else:
                table.writerow(row.values())
    partial.replace(path)
    return n


def _table(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        for row in csv.DictReader(file, delimiter=_delimiter(path)):
            yield {str(name): str(value) for name, value in row.items()}


def _delimiter(path: Path) -> str:
    return "\t" if path.suffix == ".tsv" else ","


def _lines(path: Path) -> Iterator[Any]:
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            try:
                yield json.loads(line)
            except ValueError:  # a line that a crash cut off
                yield {"line": "", "text": line}


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return path.read_text(encoding="utf-8", errors="replace")


def _clean(value: Any, traces: Traces) -> Any:
    """Return a JSON value without the records about the person, and with a mark for their names elsewhere.

    Only records leave a list: of plain values each may stand for its place.
    """
    if isinstance(value, list):
        return [_clean(one, traces) for one in value if not _goes(one, traces)]
    if isinstance(value, dict):
        kept = {key: one for key, one in value.items() if not traces.person.is_in(str(key))}
        return {key: _clean(one, traces) for key, one in kept.items()}
    if isinstance(value, str):
        return ERASED if traces.person.is_in(value) else value
    return value


def _goes(one: Any, traces: Traces) -> bool:
    """Say whether an item of a list is a record about the person, and not something that holds such records."""
    if not isinstance(one, dict) or any(isinstance(v, list) and v and isinstance(v[0], dict) for v in one.values()):
        return False
    return traces.is_about(one)


def is_records(path: Path) -> bool:
    """Say whether a file can lose records and still be what it is; pages are made anew."""
    return path.suffix in RECORDS or path.suffix in PAGES or _is_sqlite(path)


def _is_sqlite(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(SQLITE)) == SQLITE


def _tables(base: sqlite3.Connection) -> list[str]:
    names = base.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").fetchall()
    return ['"' + name.replace('"', '""') + '"' for (name,) in names]


def _about(base: sqlite3.Connection, table: str, traces: Traces) -> list[int]:
    rows = base.execute(f"SELECT rowid, * FROM {table}")  # noqa: S608 - a name from the database itself, quoted
    return [row[0] for row in rows if traces.is_about([_text(cell) for cell in row[1:]])]


def _text(cell: Any) -> str:
    return cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell)


def _rows_about(path: Path, traces: Traces) -> Iterator[int]:
    with closing(sqlite3.connect(path)) as base:
        for table in _tables(base):
            yield from _about(base, table, traces)


def _from_sqlite(path: Path, traces: Traces) -> int:
    """Delete rows, overwrite what they stood on, and write the file anew, so that no free page keeps them."""
    n = 0
    with closing(sqlite3.connect(path, isolation_level=None)) as base:
        base.execute("PRAGMA secure_delete = ON")
        for table in _tables(base):
            found = _about(base, table, traces)
            base.executemany(f"DELETE FROM {table} WHERE rowid = ?", [(one,) for one in found])  # noqa: S608
            n += len(found)
        base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        base.execute("VACUUM")
        base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return n


def _in_bytes(path: Path, person: Person) -> bool:
    """Look through a file of any kind, in pieces that overlap."""
    with path.open("rb") as file:
        before = b""
        while chunk := file.read(CHUNK):
            if person.is_in_bytes(before + chunk):
                return True
            before = chunk[-OVERLAP:]
    return False


def left(paths: Collection[Path], person: Person) -> list[Path]:
    """Return the files in which the person can still be found, byte for byte."""
    return [path for path in paths if path.is_file() and _in_bytes(path, person)]
