"""Requests, feedback, reviews and what a recommender showed, as CSV or JSON lines, in constant memory.

No cell of a CSV is a formula.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from itertools import islice
from typing import Any

from sqlalchemy import select

from luodi.data.corrections import neutral
from luodi.ledger import paging, shown
from luodi.ledger.ledger import Ledger
from luodi.ledger.tables import FEEDBACK, REQUESTS, REVIEWS

TABLES = {"requests": REQUESTS, "feedback": FEEDBACK, "reviews": REVIEWS}
SHOWN = {"impressions": (shown.impressions, shown.IMPRESSION), "clicks": (shown.clicks, shown.CLICK)}
"""Of a recommender: what it showed to whom, and what was taken of it."""
WHAT = (*TABLES, *SHOWN)
PIECE = 500
FORMATS = ("csv", "jsonl")
MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}
BOM = "\ufeff"  # or Excel takes Chinese for something else


def export(ledger: Ledger, scenario: str, *, what: str, form: str) -> Iterator[str]:
    """Yield the text of an export, some hundred rows at a time, oldest first."""
    names, pages = _shown(ledger, scenario, what) if what in SHOWN else _table(ledger, scenario, what)
    if form == "csv":
        yield BOM + _csv([dict(zip(names, names, strict=True))], names)
    for rows in pages:
        yield (
            _csv(rows, names) if form == "csv" else "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in rows)
        )


Pages = tuple[Sequence[str], Iterable[Sequence[Mapping[str, Any]]]]


def _table(ledger: Ledger, scenario: str, what: str) -> Pages:
    table = TABLES[what]
    names = [one.name for one in table.columns if one.name != "scenario"]
    query = select(*(table.c[name] for name in names)).where(table.c.scenario == scenario)
    return names, paging.pages(ledger.read, query, [table.c.id])


def _shown(ledger: Ledger, scenario: str, what: str) -> Pages:
    rows_of, names = SHOWN[what]
    rows = rows_of(ledger, scenario)
    return names, iter(lambda: list(islice(rows, PIECE)), [])


def _csv(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> str:
    out = StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([_cell(one[name]) for name in names] for one in rows)
    return out.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return neutral(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
