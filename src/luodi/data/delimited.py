"""Tables with a delimiter: what stands between the cells, whether names stand on top, and every row, fast."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from luodi.contracts import Reject, record
from luodi.data import columnar, decode
from luodi.data.files import Content
from luodi.data.notes import Notes
from luodi.errors import DataError

Quoting = Literal[0, 3]
Rows = list[tuple[int, dict[str, Any] | Reject]]
DELIMITERS = (",", "\t", ";", "|", "，")
RARE = ("^", "~", ":", "；")  # these stand in texts and times too, so they must fit every row
SNIFFED_LINES, SNIFFED_CHARACTERS = 200, 1 << 20
MAX_CELL_CHARACTERS = 1_000_000
MAX_LINES_PER_ROW = 500  # a row over more lines is nearly always a quotation mark that was never closed
UNCLOSED = "a quotation mark opened here is not closed"
USUAL_NAMES = {
    "id",
    "text",
    "body",
    "content",
    "title",
    "label",
    "category",
    "class",
    "date",
    "文本",
    "内容",
    "标题",
    "标签",
    "类别",
}
AGAIN = "the names of the columns again"


@record
class Layout:
    """How the cells of a table are told apart."""

    columns: tuple[str, ...]
    delimiter: str
    header: bool
    quoted: bool
    top: int = 1
    """The line on which the first row, or the header, stands."""


def sniff(content: Content, encoding: str, delimiter: str | None, *, header: bool | None) -> Layout:
    """Recognize delimiter and header from the first lines. Raises `DataError` where there is none with text."""
    sample = _sample(content, encoding)
    if not any(line.strip() for line in sample):
        raise DataError("the file is empty", where=content.where, fix="name a file with a header and rows")
    delimiter = delimiter or _delimiter(sample, name=content.name)
    quoted = _quoted(sample, delimiter)
    records = [row for row in _parse(sample, delimiter, quoted=quoted) if row]
    if not records:  # not one row of the sample can be read as quoted: its marks are just marks
        quoted, records = False, [row for row in _parse(sample, delimiter, quoted=False) if row]
    header = has_header(records) if header is None else header
    first = [cell.strip() for cell in records[0]]
    columns = named(first) if header else tuple(str(n) for n in range(1, len(first) + 1))
    top = next(n for n, line in enumerate(sample, start=1) if line.strip())
    return Layout(columns=columns, delimiter=delimiter, header=header, quoted=quoted, top=top)


def named(names: Sequence[str]) -> tuple[str, ...]:
    """Return names that can be told apart: what is blank or stands twice gets its number.

    >>> named(["text", "", "text", "label"])
    ('text#1', '#2', 'text#3', 'label')
    """
    counts = Counter(names)
    made = [name if name and counts[name] == 1 else f"{name}#{n}" for n, name in enumerate(names, 1)]
    return tuple(made) if len(set(made)) == len(made) else tuple(f"{name}#{n}" for n, name in enumerate(names, 1))


def batches(content: Content, encoding: str, layout: Layout, notes: Notes) -> Iterator[Rows]:
    """Yield every row below the header with the line it starts on, some thousand at a time."""
    reader = _Reader(layout)
    for block in decode.blocks(content, encoding, notes):
        yield from reader.block(block)
    yield from reader.end()


class _Reader:
    """Cuts blocks of whole lines into rows; a row may go on in the next block."""

    def __init__(self, layout: Layout) -> None:
        csv.field_size_limit(MAX_CELL_CHARACTERS)
        self.layout, self.width = layout, len(layout.columns)
        self.rest, self.rest_line, self.broken = list[str](), 1, False
        self.skip = layout.header

    def block(self, block: decode.Block) -> Iterator[Rows]:
        self.broken = block.broken or (self.broken and bool(self.rest))
        if not self.rest and not self.skip and not self.broken:
            rows = self._fast(block.text, block.line)
            if rows is not None:
                yield rows
                return
        found = self.rest + lines(block.text)
        first = self.rest_line if self.rest else block.line
        self.rest = []
        yield list(self._careful(found, first, last=False))

    def end(self) -> Iterator[Rows]:
        """Yield what is left: a row whose quotation mark was never closed, and the lines after it."""
        if self.rest:
            rest, self.rest = self.rest, []
            yield list(self._careful(rest, self.rest_line, last=True))

    def _fast(self, text: str, line: int) -> Rows | None:
        """Cut a block in which nothing is odd: one row a line, all of one width. No step is a loop in Python."""
        if len(text) > MAX_CELL_CHARACTERS or self.width == 1:
            return None
        plain = text.replace("\r\n", "\n") if "\r" in text else text
        if "\r" in plain:
            return None
        plain = plain.removesuffix("\n")
        if self.layout.quoted and '"' in plain:
            rows = self._quoted_rows(plain, large=line > 1)
        else:
            rows = [one.split(self.layout.delimiter) for one in plain.split("\n")]
        if rows is None or set(map(len, rows)) != {self.width}:
            return None
        columns = self.layout.columns
        if self.layout.header and (list(columns) in rows or columns in rows):
            return None
        return list(enumerate([dict(zip(columns, row)) for row in rows], start=line))  # noqa: B905 - checked above

    def _quoted_rows(self, text: str, *, large: bool) -> Sequence[Sequence[str]] | None:
        """Return the cells of a text, where each of its lines is a row by itself.

        Arrow reads at twice the speed of Python's `csv`, and takes 0.2 s to load (docs/logbook.md, 2026-11-24).
        """
        rows: Sequence[Sequence[str]] | None = None
        if large and self.layout.delimiter.isascii() and "\n\n" not in text:
            rows = columnar.cells(text, self.layout.delimiter, self.width)
        if rows is None:
            try:
                rows = list(csv.reader(text.split("\n"), delimiter=self.layout.delimiter, strict=True))
            except csv.Error:
                return None
        return rows if len(rows) == text.count("\n") + 1 else None

    def _careful(self, lines: list[str], first: int, *, last: bool) -> Iterator[tuple[int, dict[str, Any] | Reject]]:
        """Yield row after row; keep the lines of one that is not complete in `rest`."""
        at = 0
        while at < len(lines):
            found = self._next(lines, at, last=last)
            if found is None:
                self.rest, self.rest_line = lines[at:], first + at
                return
            row, after = found
            if isinstance(row, Reject):
                self.skip = False  # the names themselves cannot be read
                yield first + at, row
            elif after > at + 1 or lines[at].strip("\r\n"):  # a blank line is no row
                made = self._made(row)
                if made is not None:
                    yield first + at, made
            at = after

    def _next(self, lines: list[str], at: int, *, last: bool) -> tuple[list[str] | Reject, int] | None:
        """Return the next row, or why there is none, and where to go on; `None` to wait for more lines."""
        line = lines[at]
        if not self.layout.quoted or '"' not in line:
            return line.rstrip("\r\n").split(self.layout.delimiter), at + 1
        limit = min(len(lines), at + MAX_LINES_PER_ROW)
        for taken in ([line], lines[at:limit])[line.count('"') % 2 :]:
            reader = csv.reader(taken, delimiter=self.layout.delimiter, strict=True)
            try:
                row = next(reader)
            except csv.Error as error:
                if "unexpected end" not in str(error):
                    return (self._lenient(line) if reader.line_num == 1 else Reject(reason=UNCLOSED)), at + 1
                continue
            if reader.line_num > 1 and self._swallowed(row, taken[1 : reader.line_num - 1]):
                return Reject(reason=UNCLOSED), at + 1
            return row, at + reader.line_num
        if limit == len(lines) and not last and sum(map(len, taken)) < MAX_CELL_CHARACTERS:
            return None
        return Reject(reason=UNCLOSED), at + 1

    def _lenient(self, line: str) -> list[str] | Reject:
        """Read one line whose marks do not follow the rules, as in `"so-called" support,bad`."""
        try:
            row = next(csv.reader([line], delimiter=self.layout.delimiter))
        except csv.Error:
            return Reject(reason=f"more than {MAX_CELL_CHARACTERS:,} characters in one cell")
        return row if len(row) == self.width else Reject(reason="a quotation mark stands where none may")

    def _swallowed(self, row: list[str], inner: list[str]) -> bool:
        """Say whether the lines within one cell are rows themselves: then its mark closed much too late."""
        n = sum(self._is_row(line) for line in inner)
        if len(row) != self.width:
            return n > 0
        return len(inner) >= (3 if self.width > 2 else 5) and n > 0.9 * len(inner)

    def _is_row(self, line: str) -> bool:
        try:
            return len(next(csv.reader([line], delimiter=self.layout.delimiter, strict=True))) == self.width
        except (csv.Error, StopIteration):
            return False

    def _made(self, row: list[str]) -> dict[str, Any] | Reject | None:
        columns = self.layout.columns
        if self.skip:
            self.skip = False
            return None
        if len(row) != self.width:
            return Reject(reason=f"{len(row)} cells where {self.width} are expected")
        if self.layout.header and row[0] == columns[0] and row == list(columns):
            return Reject(reason=AGAIN)
        for n, cell in enumerate(row if self.broken else ()):
            if decode.is_broken(cell):
                return Reject(reason=f"bytes that are no text in column {columns[n]!r}")
        for cell in row:
            if len(cell) > MAX_CELL_CHARACTERS:
                return Reject(reason=f"more than {MAX_CELL_CHARACTERS:,} characters in one cell")
        return dict(zip(columns, row, strict=True))


def lines(text: str) -> list[str]:
    """Cut a text into its lines, each with whichever of the three line ends it has."""
    return list(io.StringIO(text, newline=""))


def _sample(content: Content, encoding: str) -> list[str]:
    """Return the first lines, at least two where there are two; the last may be cut off where lines are long."""
    found: list[str] = []
    n = 0
    for block in decode.blocks(content, encoding, Notes()):
        for line in lines(block.text):
            found.append(line)
            n += len(line)
            if len(found) >= SNIFFED_LINES or (n > SNIFFED_CHARACTERS and len(found) > 1):
                return found
    return found


def _delimiter(sample: Sequence[str], *, name: str) -> str:
    """Return the delimiter that cuts the most lines into the same number of cells, two or more.

    Where several cut all lines alike, as when every text of a table has one comma, the file's name decides.
    """
    likely = "\t" if ".tsv" in name else ","

    def agreement(delimiter: str) -> tuple[float, bool, int]:
        share, width = _agreement(sample, delimiter, quoted=_quoted(sample, delimiter))
        return (share, delimiter == likely, width) if width > 1 else (0.0, False, 1)

    best = max(DELIMITERS, key=agreement)
    if agreement(best)[0] > 0:
        return best
    rare = max(RARE, key=agreement)
    return rare if agreement(rare)[0] == 1 and len(sample) > 2 else ","


def _agreement(sample: Sequence[str], delimiter: str, *, quoted: bool) -> tuple[float, int]:
    """Return the share of rows that have the most frequent number of cells, and that number."""
    widths = Counter(len(row) for row in _parse(sample, delimiter, quoted=quoted) if row)
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


def has_header(records: Sequence[Sequence[str]]) -> bool:
    """Guess whether the first row names the columns: no cell of it is a value of its own column."""
    first, rest = records[0], [row for row in records[1:] if len(row) == len(records[0])]
    if rest and (any(not cell.strip() for cell in first) or len(set(first)) < len(first)):
        return any(cell.strip().lower() in USUAL_NAMES for cell in first)
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


def _parse(sample: Sequence[str], delimiter: str, *, quoted: bool) -> Iterator[list[str]]:
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    quoting: Quoting = 0 if quoted else 3  # csv.QUOTE_MINIMAL, csv.QUOTE_NONE
    try:
        yield from csv.reader(sample, delimiter=delimiter, quoting=quoting)
    except csv.Error:
        return
