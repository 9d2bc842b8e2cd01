"""What grows old: texts go first, then figures; the audit trail last."""

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sqlalchemy import Column, Connection, Table, delete, insert, select, update

from luodi.contracts import record
from luodi.ledger import audit
from luodi.ledger.ledger import Ledger
from luodi.ledger.tables import FEEDBACK, IDEMPOTENCY, META, QUEUE, REQUESTS, REVIEWS

DAY = 86_400.0
KEEP_DAYS = 90  # texts
FIGURE_DAYS = 365  # the rest of a row; never less than its texts
AUDIT_DAYS = 365  # six months are the least that the EU's AI Act asks of a log (articles 19 and 26)
ONCE_DAYS = 2  # how long the same idempotency key gets the same answer
PIECE = 1_000  # rows in one commit: whoever else writes waits for it
PRUNED_AT = "pruned_at"


@record
class Pruned:
    """How much went."""

    texts: int
    """Requests that lost their texts, and comments of feedback and reviews that did."""
    rows: int
    """Rows that went altogether."""
    audit: int
    """Entries of the audit trail."""


@record
class Old:
    """Rows of a scenario from before a time, in seconds since 1970."""

    scenario: str
    before: float


def prune(ledger: Ledger, keep_days: Mapping[str, int], *, by: str, now: float | None = None) -> Pruned:
    """Apply what each scenario's `keep_days` says; an entry of the audit trail tells of it."""
    now = time.time() if now is None else now
    texts = rows = 0
    for scenario, days in keep_days.items():
        old = Old(scenario=scenario, before=now - days * DAY)
        very_old = Old(scenario=scenario, before=now - max(days, FIGURE_DAYS) * DAY)
        texts += _all(ledger, partial(_without_texts, old))
        texts += _all(ledger, partial(_blank, FEEDBACK.c.comment, old))
        texts += _all(ledger, partial(_blank, REVIEWS.c.note, old))
        rows += _all(ledger, partial(_unreviewed, old))
        rows += sum(_all(ledger, partial(_old, one, very_old)) for one in (REQUESTS, FEEDBACK, REVIEWS, QUEUE))
    rows += ledger.write_now(
        lambda c: c.execute(delete(IDEMPOTENCY).where(IDEMPOTENCY.c.at < now - ONCE_DAYS * DAY)).rowcount
    )

    def told(connection: Connection) -> int:
        gone = audit.prune(connection, before=now - AUDIT_DAYS * DAY, actor=by)
        if texts or rows:
            audit.append(connection, actor=by, action="retention.prune", details={"texts": texts, "rows": rows})
        if connection.execute(update(META).where(META.c.name == PRUNED_AT).values(value=str(now))).rowcount == 0:
            connection.execute(insert(META).values(name=PRUNED_AT, value=str(now)))
        return gone

    return Pruned(texts=texts, rows=rows, audit=ledger.write_now(told))


def is_due(connection: Connection, now: float | None = None) -> bool:
    """Say whether a day has gone by since the last time."""
    found = connection.scalars(select(META.c.value).where(META.c.name == PRUNED_AT)).one_or_none()
    return found is None or (time.time() if now is None else now) - float(found) >= DAY


def _all(ledger: Ledger, work: Callable[[Connection], int]) -> int:
    """Do a work again and again, a piece at a time, until it finds nothing more."""
    total = 0
    while n := ledger.write_now(work):
        total += n
    return total


def _ids(connection: Connection, table: Table, old: Old, *conditions: Any) -> list[str]:
    key = table.primary_key.columns[0]
    found = select(key).where(table.c.scenario == old.scenario, table.c.at < old.before, *conditions)
    return list(connection.scalars(found.limit(PIECE)))


def _without_texts(old: Old, connection: Connection) -> int:
    ids = _ids(connection, REQUESTS, old, REQUESTS.c.kept != "none")
    gone = {"request": None, "response": None, "kept": "none"}
    connection.execute(update(REQUESTS).where(REQUESTS.c.id.in_(ids)).values(**gone))
    return len(ids)


def _blank(column: Column[str], old: Old, connection: Connection) -> int:
    ids = _ids(connection, column.table, old, column != "")
    connection.execute(update(column.table).where(column.table.c.id.in_(ids)).values({column: ""}))
    return len(ids)


def _unreviewed(old: Old, connection: Connection) -> int:
    """Take out of the queue what nobody can read any more."""
    ids = _ids(connection, QUEUE, old, QUEUE.c.state.in_(("open", "disputed")))
    return connection.execute(delete(QUEUE).where(QUEUE.c.request_id.in_(ids))).rowcount


def _old(table: Table, old: Old, connection: Connection) -> int:
    ids = _ids(connection, table, old)
    return connection.execute(delete(table).where(table.primary_key.columns[0].in_(ids))).rowcount
