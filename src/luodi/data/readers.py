"""Any labelled table: CSV, TSV, JSONL, JSON or Parquet, gzipped or not. Every row comes out, or the reason why not."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from luodi.contracts import Reject, record
from luodi.data import encoding as encodings
from luodi.errors import DataError

Quoting = Literal[0, 3]
DELIMITERS = (",", "\t", ";", "|", "，")
SNIFFED_LINES = 200
MAX_CELL_CHARACTERS = 1_000_000
MAX_LINES_PER_ROW = 500  # a row over more lines is nearly always a quotation mark that was never closed


@record
class Table:
    """A table that was recognized, and how to read it."""

    path: Path
    format: str
    """csv, jsonl, json or parquet."""
    columns: tuple[str, ...]
    encoding: str = ""
    delimiter: str = ""
    header: bool = True
    quoted: bool = True

    def rows(self) -> Iterator[tuple[int, dict[str, Any] | Reject]]:
        """Yield every row with the line it starts on, counted from 1."""
        return {"csv": _csv_rows, "jsonl": _jsonl_rows, "json": _json_rows, "parquet": _parquet_rows}[self.format](self)

    def describe(self) -> dict[str, Any]:
        """Say what was recognized, as plain JSON."""
        return {"format": self.format, "encoding": self.encoding, "delimiter": self.delimiter, "header": self.header}


def open_table(
    path: Path, *, delimiter: str | None = None, header: bool | None = None, encoding: str | None = None
) -> Table:
    """Recognize a table. What the user states is taken as said. Raises `DataError` for what is no table."""
    if not path.is_file():
        raise DataError("there is no such file", where=str(path), fix="check the name; paths are relative")
    head = next(encodings.chunks(path), b"")[:4]
    if head == b"PAR1":
        return _parquet(path)
    name = encodings.check(path, encoding) if encoding else encodings.detect(path)
    stem = path.name.lower().removesuffix(".gz")
    if stem.endswith((".jsonl", ".ndjson")):
        return _json_table(path, name, "jsonl")
    if stem.endswith(".json"):
        return _json_table(path, name, "json")
    return _csv(path, name, delimiter, header=header)


def text_lines(path: Path, encoding: str) -> Iterator[str]:
    """Yield the lines of a text file, unpacked and decoded, each with whichever of the three line ends it has."""
    with encodings.open_bytes(path) as raw, io.TextIOWrapper(raw, encoding=encoding, newline="") as file:
        yield from file


def _csv(path: Path, encoding: str, delimiter: str | None, *, header: bool | None) -> Table:
    sample = [line for line, _ in zip(text_lines(path, encoding), range(SNIFFED_LINES), strict=False)]
    if not any(line.strip() for line in sample):
        raise DataError("the file is empty", where=str(path), fix="name a file with a header and rows")
    delimiter = delimiter or _delimiter(sample, name=path.name)
    quoted = _quoted(sample, delimiter)
    records = [row for row in _parse(iter(sample), delimiter, quoted=quoted) if row]
    header = _has_header(records) if header is None else header
    first = [cell.strip() for cell in records[0]]
    columns = tuple(first) if header else tuple(str(n) for n in range(1, len(first) + 1))
    twice = [name for name, n in Counter(columns).items() if n > 1]
    if header and (twice or "" in columns):
        columns = tuple(name if name and name not in twice else f"{name}#{n}" for n, name in enumerate(columns, 1))
    return Table(
        path=path,
        format="csv",
        columns=columns,
        encoding=encoding,
        delimiter=delimiter,
        header=header,
        quoted=quoted,
    )


def _delimiter(sample: Sequence[str], *, name: str) -> str:
    """Return the delimiter that cuts the most lines into the same number of cells, two or more.

    Where several cut all lines alike, as when every text of a table has one comma, the file's name decides.
    """
    likely = "\t" if ".tsv" in name.lower() else ","

    def agreement(delimiter: str) -> tuple[float, bool, int]:
        share, width = _agreement(sample, delimiter, quoted=_quoted(sample, delimiter))
        return (share, delimiter == likely, width) if width > 1 else (0.0, False, 1)

    best = max(DELIMITERS, key=agreement)
    return best if agreement(best)[0] > 0 else ","


def _agreement(sample: Sequence[str], delimiter: str, *, quoted: bool) -> tuple[float, int]:
    """Return the share of rows that have the most frequent number of cells, and that number."""
    widths = Counter(len(row) for row in _parse(iter(sample), delimiter, quoted=quoted) if row)
    width, n = widths.most_common(1)[0] if widths else (1, 0)
    return n / max(1, widths.total()), width


def _quoted(sample: Sequence[str], delimiter: str) -> bool:
    """Say whether quotation marks quote. In tab-separated text they are often just marks."""
    if delimiter != "\t":
        return True
    quoted, plain = (_agreement(sample, delimiter, quoted=quoted)[0] for quoted in (True, False))
    if quoted != plain:
        return quoted > plain
    cells = [cell.strip("\r\n") for line in sample for cell in line.split(delimiter)]
    opened = [cell for cell in cells if cell.startswith('"')]
    return bool(opened) and sum(len(cell) > 1 and cell.endswith('"') for cell in opened) > len(opened) / 2


def _has_header(records: Sequence[Sequence[str]]) -> bool:
    """Guess whether the first row names the columns: no cell of it is a value of its own column."""
    first, rest = records[0], [row for row in records[1:] if len(row) == len(records[0])]
    if any(not cell.strip() for cell in first) or len(set(first)) < len(first):
        return bool(not rest)
    if any(_is_number(cell) for cell in first):
        return False
    for n, cell in enumerate(first):
        values = [row[n] for row in rest]
        if cell in values and len(set(values)) < max(2, 0.5 * len(values)):
            return False
    longest = max(len(cell) for cell in first)
    typical = max((sum(len(row[n]) for row in rest) / len(rest) for n in range(len(first))), default=0) if rest else 0
    return longest <= 40 or longest < typical / 2


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _parse(lines: Iterator[str], delimiter: str, *, quoted: bool) -> Iterator[list[str]]:
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    quoting: Quoting = 0 if quoted else 3  # csv.QUOTE_MINIMAL, csv.QUOTE_NONE
    try:
        yield from csv.reader(lines, delimiter=delimiter, quoting=quoting)
    except csv.Error:
        return


def _csv_rows(table: Table) -> Iterator[tuple[int, dict[str, Any] | Reject]]:
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    quoting: Quoting = 0 if table.quoted else 3
    ended = False

    def lines() -> Iterator[str]:
        nonlocal ended
        yield from text_lines(table.path, table.encoding)
        ended = True

    reader = csv.reader(lines(), delimiter=table.delimiter, quoting=quoting)
    skip = table.header
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _unclosed(table, line, str(error)) from None
        if reader.line_num - line >= MAX_LINES_PER_ROW:
            raise _unclosed(table, line, f"the row is {reader.line_num - line + 1:,} lines long")
        if ended:  # the row wanted more lines than there are
            raise _unclosed(table, line, "the file ends inside the text")
        if not row:
            continue  # a blank line is no row
        if skip:
            skip = False
            continue
        if len(row) != len(table.columns):
            yield line, Reject(reason=f"{len(row)} cells where {len(table.columns)} are expected")
        else:
            yield line, dict(zip(table.columns, row, strict=True))


def _unclosed(table: Table, line: int, why: str) -> DataError:
    return DataError(
        f"a quotation mark opened here is not closed ({why})",
        where=f"{table.path}:{line}",
        fix='close it, or double the marks inside the text ("")',
    )


def _json_table(path: Path, encoding: str, kind: str) -> Table:
    table = Table(path=path, format=kind, columns=(), encoding=encoding)
    columns: dict[str, None] = {}
    n = 0
    for (_, row), _ in zip(table.rows(), range(SNIFFED_LINES), strict=False):
        n += 1
        if isinstance(row, dict):
            columns |= dict.fromkeys(row)
    if not columns:
        what = "no line of this file is a JSON object" if n else "the file is empty"
        raise DataError(what, where=str(path), fix='write one object per line: {"text": "…", "label": "…"}')
    return Table(path=path, format=kind, columns=tuple(columns), encoding=encoding)


def _jsonl_rows(table: Table) -> Iterator[tuple[int, dict[str, Any] | Reject]]:
    for line, text in enumerate(text_lines(table.path, table.encoding), start=1):
        if not text.strip():
            continue
        try:
            value = json.loads(text)
        except (ValueError, RecursionError) as error:
            yield line, Reject(reason=f"not JSON: {error}"[:120])
            continue
        yield line, _object(value)


def _json_rows(table: Table) -> Iterator[tuple[int, dict[str, Any] | Reject]]:
    text = "".join(text_lines(table.path, table.encoding))
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(f"this is not JSON: {error}", where=str(table.path), fix="use JSONL, or mend it") from None
    if not isinstance(values, list):
        raise DataError("this is not a list of objects", where=str(table.path), fix='write [{"text": …}, …]')
    for n, value in enumerate(values, start=1):
        yield n, _object(value)


def _object(value: Any) -> dict[str, Any] | Reject:
    """Return a row, unless it is none or could never be written down: JSON may escape one half of a character."""
    if not isinstance(value, dict):
        return Reject(reason="not a JSON object")
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return Reject(reason="half a character: a lone surrogate stands in the text")
    return value


def _parquet(path: Path) -> Table:
    frame = _scan(path)
    return Table(path=path, format="parquet", columns=tuple(frame.columns))


def _scan(path: Path) -> Any:
    import polars as pl

    try:
        return pl.read_parquet(path, memory_map=False)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise DataError(
            f"the Parquet file cannot be read: {str(error).splitlines()[0][:160]}",
            where=str(path),
            fix="it may be cut off: copy or export it again",
        ) from None


def _parquet_rows(table: Table) -> Iterator[tuple[int, dict[str, Any] | Reject]]:
    yield from enumerate(_scan(table.path).iter_rows(named=True), start=1)
