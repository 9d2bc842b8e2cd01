"""What visitors took after they were shown a list, as rows of the log: a table beside the scenario's own data.

Each line names the answer it came after. Delete a line, and no later challenger learns from it.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from luodi.contracts import record
from luodi.errors import DataError
from luodi.store import read_json, write_json, write_text

FILE = "clicked.csv"
COLUMNS = ("user", "item", "time", "kind", "weight", "request_id")
A_DAY = 86_400
MOST_A_DAY = 200
"""Of one visitor: more is no person, or one who wants to move what all others see."""
MILLISECONDS = 10**11  # a moment above it is none in seconds before the year 5138


@record
class Form:
    """How the scenario's own log says what clicks have to say, too."""

    least_kind: str = ""
    """The kind that counts least: what a click is whose kind is not told."""
    kinds: frozenset[str] = frozenset()
    """Those that are counted; empty where all are."""
    weight: str = ""
    """What an event has to weigh to be counted; nothing where any will do."""
    per_second: int = 1
    """How many units of the log's times are a second; 0 where it has no times."""


def read(path: Path) -> list[dict[str, str]]:
    """Return the lines of the table; none without a file. Raises `DataError` for another table."""
    if not path.is_file():
        return []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            if not set(COLUMNS) <= set(rows.fieldnames or ()):
                raise DataError("this is no table of clicks", where=f"{path}:1", fix="luodi challenge writes one")
            return list(rows)
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"this is no CSV file in UTF-8: {error}", where=str(path), fix="save it as CSV UTF-8") from None


def write(path: Path, clicks: Iterable[Mapping[str, Any]], *, form: Form, memory: Path) -> list[dict[str, str]]:
    """Write the table: its lines as they are, and new ones; return all of them, oldest first.

    `memory` keeps what was ever written: a line that is no longer in the table was deleted by a person, and stays out.
    """
    lines = read(path)
    old = {_key(one) for one in lines}
    known = set(map(str, read_json(memory))) if memory.is_file() else set()
    per_day: dict[tuple[str, int], int] = {}
    for one in clicks:
        day = (str(one["user"]), int(one["time"]) // A_DAY)
        per_day[day] = per_day.get(day, 0) + 1
        line = _line(one, form)
        key = _key(line)
        counted = not form.kinds or line["kind"] in form.kinds
        if counted and key not in old and key not in known and per_day[day] <= MOST_A_DAY:
            lines.append(line)
            old.add(key)
    out = io.StringIO(newline="")
    table = csv.DictWriter(out, COLUMNS, extrasaction="ignore", lineterminator="\n")
    table.writeheader()
    table.writerows(lines)
    write_text(path, out.getvalue())
    memory.parent.mkdir(parents=True, exist_ok=True)
    write_json(memory, sorted(known | old))
    return lines


def _line(click: Mapping[str, Any], form: Form) -> dict[str, str]:
    return {
        "user": str(click["user"]),
        "item": str(click["item"]),
        "time": str(int(click["time"]) * form.per_second) if form.per_second else "",
        "kind": str(click["kind"] or form.least_kind),
        "weight": form.weight,
        "request_id": str(click["request_id"]),
    }


def _key(line: Mapping[str, str]) -> str:
    return "/".join((line["request_id"], line["item"], line["kind"]))
