"""Corrections of labels: a table beside the user's data, never a change of it. Delete a line, and it is undone."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from luodi.contracts import record
from luodi.errors import DataError
from luodi.store import write_text
from luodi.text import shorten

FILE = "corrections.csv"
COLUMNS = ("key", "given", "corrected", "decided", "where", "text")
DECISIONS = ("accepted", "rejected", "excluded")
SHOWN_CHARACTERS = 80
FORMULA = frozenset("=+-@＝＋－＠\t\r\n")
"""What a cell that a spreadsheet computes begins with (OWASP, "CSV Injection")."""


@record
class Correction:
    """What a person decided about the label of a text."""

    key: str
    """The fingerprint of the text as the user's file has it: 32 hexadecimal digits."""
    given: str
    """The label it bears; several stand between bars; nothing means any label."""
    corrected: str
    """The label it should bear."""
    decided: str
    """accepted: the label is corrected; rejected: it was right; excluded: the row is left out."""
    where: str = ""
    text: str = ""
    """The beginning of the text, for the reader alone."""


def read(path: Path) -> list[Correction]:
    """Return the corrections of a file, none where there is no file. Raises `DataError` for what is none."""
    if not path.is_file():
        return []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            if not set(COLUMNS[:4]) <= set(rows.fieldnames or ()):
                raise DataError(f"this file needs the columns {', '.join(COLUMNS[:4])}", where=f"{path}:1",
                                fix="luodi labels writes such a file")  # fmt: skip
            return [checked(path, rows.line_num, row) for row in rows]
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"this is no CSV file in UTF-8: {error}", where=str(path), fix="save it as CSV UTF-8") from None


def checked(path: Path, line: int, row: Mapping[str, Any]) -> Correction:
    """Return what a row decides. Raises `DataError` where it says nothing that can be done."""
    where = f"{path}:{line}"
    decided = (row["decided"] or "").strip()
    if decided not in DECISIONS:
        raise DataError(f"{decided!r} is no decision", where=where, fix=f"write one of {', '.join(DECISIONS)}")
    key = (row["key"] or "").strip().lower()
    if len(key) != 32 or not set(key) <= set("0123456789abcdef"):
        raise DataError(f"{shorten(key, 40)!r} is no key", where=where, fix="keep the column key as it was written")
    if decided == "accepted" and not (row["corrected"] or "").strip():
        raise DataError("the corrected label is missing", where=where, fix="fill it in, or write rejected")
    values = {name: (row.get(name) or "").strip() for name in COLUMNS}
    return Correction(**{**values, "key": key})


def write(path: Path, corrections: Iterable[Correction]) -> None:
    """Write the corrections, whole or not at all."""
    from io import StringIO

    out = StringIO(newline="")
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    for one in corrections:
        values = [getattr(one, name) for name in COLUMNS]
        values[-1] = neutral(shorten(one.text, SHOWN_CHARACTERS))
        table.writerow(values)
    write_text(path, out.getvalue())


def neutral(text: str) -> str:
    """Keep a spreadsheet from taking a text for a formula.

    >>> neutral("=1+1"), neutral("a+b"), neutral("")
    ("'=1+1", 'a+b', '')
    """
    return "'" + text if text.lstrip(" ")[:1] in FORMULA and text else text


def label_text(y: Any) -> str:
    """Return an answer as it is written in a cell.

    >>> label_text(["b", "a"])
    'a|b'
    """
    return y if isinstance(y, str) else "|".join(sorted(y))


def label_value(text: str, *, like: Any) -> Any:
    """Return the answer that a cell means, of the same form as another answer."""
    return text if isinstance(like, str) else sorted({one.strip() for one in text.split("|") if one.strip()})
