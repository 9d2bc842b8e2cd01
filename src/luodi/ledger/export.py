"""Requests, feedback and reviews as CSV or JSON lines, in constant memory; no cell is a formula."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from typing import Any

from sqlalchemy import select

from luodi.data.corrections import neutral
from luodi.ledger import paging
from luodi.ledger.ledger import Ledger
from luodi.ledger.tables import FEEDBACK, REQUESTS, REVIEWS

WHAT = {"requests": REQUESTS, "feedback": FEEDBACK, "reviews": REVIEWS}
FORMATS = ("csv", "jsonl")
MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}
BOM = "\ufeff"  # or Excel takes Chinese for something else


def export(ledger: Ledger, scenario: str, *, what: str, form: str) -> Iterator[str]:
    """Yield the text of an export, some hundred rows at a time, oldest first."""
    table = WHAT[what]
    names = [one.name for one in table.columns if one.name != "scenario"]
    query = select(*(table.c[name] for name in names)).where(table.c.scenario == scenario)
    if form == "csv":
        yield BOM + _csv([dict(zip(names, names, strict=True))], names)
    for rows in paging.pages(ledger.read, query, [table.c.id]):
        yield (
            _csv(rows, names) if form == "csv" else "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in rows)
        )


def _csv(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> str:
    out = StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([_cell(one[name]) for name in names] for one in rows)
    return out.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return neutral(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
