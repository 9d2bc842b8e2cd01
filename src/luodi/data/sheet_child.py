"""Reads one sheet of a workbook in a process of its own: a workbook that wants all the memory gets an error instead.

Takes the workbook on standard input, writes JSON lines: what was found, then the rows as lists of cells.
"""

import datetime as dt
import io
import json
import os
import resource
import sys
from collections.abc import Iterator
from typing import Any

MAX_SECONDS = 600


def main() -> None:
    """Read the sheet named by the first argument, or the first one with cells that is not hidden."""
    wanted, limit = sys.argv[1], int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    import python_calamine as calamine

    with os.fdopen(0, "rb") as file:
        file.seek(0)
        raw = io.BytesIO(file.read())
    try:
        book = calamine.CalamineWorkbook.from_filelike(raw)
        found, sheet = _choose(book, wanted)
        _write(found)
        if sheet is not None:
            for line, cells in _rows(sheet):
                _write([line, cells])
    except calamine.PasswordError:
        _write({"error": "it is locked with a password"})
    except (calamine.CalamineError, OSError, ValueError, MemoryError, OverflowError) as error:
        _write({"error": f"{type(error).__name__}: {error}"[:200]})
    sys.stdout.flush()


def _choose(book: Any, wanted: str) -> tuple[dict[str, Any], Any]:
    metadata = [one for one in book.sheets_metadata if str(one.typ).endswith("WorkSheet")]
    hidden = [one.name for one in metadata if not str(one.visible).endswith("Visible")]
    names = [one.name for one in metadata]
    visible = [name for name in names if name not in hidden]
    found: dict[str, Any] = {"sheets": names, "hidden": hidden, "sheet": None, "empty": []}
    if wanted and wanted not in names:
        return found | {"unknown": wanted}, None
    for name in [wanted] if wanted else [*visible, *hidden]:
        sheet = book.get_sheet_by_name(name)
        if sheet.total_height and sheet.start is not None:
            return found | {"sheet": name, "merged": len(_merged(sheet))}, sheet
        found["empty"].append(name)
    return found, None


def _merged(sheet: Any) -> list[Any]:
    return list(sheet.merged_cell_ranges or ())


def _rows(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    """Yield every row that is not blank with its number. A merged cell holds its value in each of its places."""
    top, left = sheet.start
    filled: dict[tuple[int, int], tuple[int, int]] = {}
    starts: dict[tuple[int, int], str] = {}
    for (row, column), (last_row, last_column) in _merged(sheet):
        if (last_row - row + 1) * (last_column - column + 1) <= 100_000:
            starts[row, column] = ""
            filled |= {(r, c): (row, column) for r in range(row, last_row + 1) for c in range(column, last_column + 1)}
    for number, values in enumerate(sheet.iter_rows()):
        cells = [_text(value) for value in values]
        if filled:
            for column in range(len(cells)):
                at = (number, column)
                if at in starts:
                    starts[at] = cells[column]
                elif at in filled:
                    cells[column] = cells[column] or starts[filled[at]]
        if any(cells):
            yield number + 1, cells[left:] if number >= top else cells


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time(0) else value.isoformat(" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return "" if value is None else str(value)


def _write(value: Any) -> None:
    sys.stdout.write(json.dumps(value) + "\n")


if __name__ == "__main__":
    main()
