"""What people decided about traffic, as rows to learn from: a table beside the scenario, never a change of its data.

Each line says where it comes from. Delete a line, and no later challenger learns from it; correct its label, and the
correction stays.
"""

import csv
import io
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from luodi.contracts import Task, record
from luodi.data import corrections
from luodi.errors import DataError
from luodi.ledger.tables import QUEUE, REQUESTS, REVIEWS
from luodi.loop.gate import Reviewed
from luodi.store import write_text

FILE = "reviewed.csv"
PROVENANCE = ("request_id", "decided_at", "reviewers", "answered")


@record
class Decided:
    """An answer that people have decided about."""

    reviewed: Reviewed
    request: Mapping[str, Any]
    """As the ledger kept it."""
    answered: str
    """What the service had said."""
    reason: str
    """Why a person was asked: `sampled` where chance alone drew it."""
    response: Mapping[str, Any]
    """The answer, as far as the ledger kept it."""


def harvest(connection: Connection, scenario: str, task: Task, options: Any) -> list[Decided]:
    """Return what was decided about a scenario's traffic, oldest first; those whose texts are not kept are left out."""
    found = connection.execute(
        select(
            QUEUE.c.request_id, QUEUE.c.label, QUEUE.c.decided_at, QUEUE.c.reason, REQUESTS.c.request,
            REQUESTS.c.label.label("answered"), REQUESTS.c.response,
        )
        .join(REQUESTS, REQUESTS.c.id == QUEUE.c.request_id)
        .where(QUEUE.c.scenario == scenario, QUEUE.c.state == "decided", REQUESTS.c.request.is_not(None))
        .order_by(QUEUE.c.decided_at, QUEUE.c.request_id)
    ).all()  # fmt: skip
    votes: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in connection.execute(select(REVIEWS).where(REVIEWS.c.scenario == scenario)):
        votes[one.request_id, one.label].append(one.reviewer)
    made = []
    for one in found:
        request = {name: tuple(value) if isinstance(value, list) else value for name, value in one.request.items()}
        reviewed = Reviewed(
            request_id=one.request_id,
            text=str(task.to_x(task.Request(**request), options)),
            label=one.label,
            reviewers=tuple(sorted(votes[one.request_id, one.label])),
            at=one.decided_at,
        )
        made.append(Decided(reviewed=reviewed, request=request, answered=one.answered, reason=one.reason,
                            response=one.response or {}))  # fmt: skip
    return made


def read(path: Path) -> dict[str, dict[str, str]]:
    """Return the lines of the table by request id; none without a file. Raises `DataError` for another table."""
    if not path.is_file():
        return {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            if not set(PROVENANCE) <= set(rows.fieldnames or ()):
                raise DataError(
                    "this is no table of reviewed texts", where=f"{path}:1", fix="luodi challenge writes one"
                )
            return {row["request_id"]: row for row in rows}
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"this is no CSV file in UTF-8: {error}", where=str(path), fix="save it as CSV UTF-8") from None


Cells = Callable[[Task, Decided], dict[str, str]]
"""What was decided to a row of the task's table."""


def label_field(task: Task) -> str:
    """Return the field of a row that holds what people decide."""
    return "labels" if "labels" in {field.name for field in fields(task.Row)} else "label"


def labeled(task: Task, one: Decided) -> dict[str, str]:
    """Return an answer that was decided about as a row of its task, whose label people gave."""
    return {key: str(value) for key, value in one.request.items()} | {label_field(task): one.reviewed.label}


def write(
    path: Path,
    task: Task,
    passed: Sequence[Decided],
    *,
    written: Collection[str],
    cells: Cells = labeled,
) -> set[str]:
    """Write the table: its lines as they are, as far as they still pass, and new ones; return all ids ever written.

    `written` are the ids of earlier lines: one that is no longer in the table was deleted by a person, and stays out.
    """
    old = read(path)
    columns = [*PROVENANCE, *(one.name for one in fields(task.Row))]
    lines = []
    for one in passed:
        name = one.reviewed.request_id
        if name in old:
            lines.append(old[name])
        elif name not in written:
            row = {key: corrections.neutral(cell) for key, cell in cells(task, one).items()}
            lines.append(row | _provenance(one))
    out = io.StringIO(newline="")
    table = csv.DictWriter(out, columns, restval="", extrasaction="ignore", lineterminator="\n")
    table.writeheader()
    table.writerows(lines)
    write_text(path, out.getvalue())
    return {*written, *old, *(one["request_id"] for one in lines)}


def _provenance(one: Decided) -> dict[str, str]:
    return {
        "request_id": one.reviewed.request_id,
        "decided_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(one.reviewed.at)),
        "reviewers": "|".join(one.reviewed.reviewers),
        "answered": corrections.neutral(one.answered),
    }
