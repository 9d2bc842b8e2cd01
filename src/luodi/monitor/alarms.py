"""Alarms and windows in the ledger, so that they outlive a restart and other programs can read them."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from luodi.ledger.ids import new_id
from luodi.ledger.ledger import rows_of
from luodi.ledger.tables import ALARMS, FEEDBACK, QUEUE, REQUESTS, WINDOWS

HOUR = 3_600.0
WEEK = 7 * 24 * HOUR
MOST_JUDGED = 2_000


def open_alarms(connection: Connection, scenario: str) -> dict[str, dict[str, Any]]:
    """Return the alarms that have not ended, by number."""
    found = connection.execute(select(ALARMS).where(ALARMS.c.scenario == scenario, ALARMS.c.ended_at.is_(None)))
    return {one["number"]: one for one in rows_of(found)}


def recent(connection: Connection, scenario: str, *, limit: int = 50) -> list[dict[str, Any]]:
    """Return the last alarms, last first."""
    asked = select(ALARMS).where(ALARMS.c.scenario == scenario).order_by(ALARMS.c.at.desc()).limit(limit)
    return rows_of(connection.execute(asked))


def settle(
    connection: Connection, scenario: str, raised: Mapping[str, tuple[str, Mapping[str, Any]]], *, owned: Sequence[str]
) -> list[dict[str, Any]]:
    """Make the open alarms of the numbers in `owned` those that are raised, number to (level, details).

    Returns the alarms that began, grew worse or ended, as they are now.
    """
    before, now, changed = open_alarms(connection, scenario), time.time(), []
    for number, (level, details) in raised.items():
        old = before.get(number)
        if old is None:
            changed.append(add(connection, scenario, number, level, details))
        elif level == "stop" and old["level"] != "stop":
            values = {"level": level, "details": dict(details)}
            connection.execute(update(ALARMS).where(ALARMS.c.id == old["id"]).values(**values))
            changed.append(old | values)
    for number in set(before) & set(owned) - set(raised):
        connection.execute(update(ALARMS).where(ALARMS.c.id == before[number]["id"]).values(ended_at=now))
        changed.append(before[number] | {"ended_at": now})
    return changed


def add(
    connection: Connection, scenario: str, number: str, level: str, details: Mapping[str, Any], *, over: bool = False
) -> dict[str, Any]:
    """Write an alarm and return it; one that is `over` tells of something that was dealt with at once."""
    now = time.time()
    made = {
        "id": new_id(now),
        "scenario": scenario,
        "at": now,
        "level": level,
        "number": number,
        "details": dict(details),
        "ended_at": now if over else None,
    }
    connection.execute(insert(ALARMS).values(**made))
    return made


def keep_window(connection: Connection, scenario: str, start: float, figures: Mapping[str, Any]) -> None:
    """Write the figures of an hour, new or again."""
    key = (WINDOWS.c.scenario == scenario) & (WINDOWS.c.start == start)
    done = connection.execute(update(WINDOWS).where(key).values(figures=dict(figures)))
    if not done.rowcount:
        values = {"scenario": scenario, "start": start, "seconds": HOUR, "figures": dict(figures)}
        connection.execute(insert(WINDOWS).values(**values))


def last_window(connection: Connection, scenario: str) -> dict[str, Any] | None:
    """Return the latest hour that was written."""
    asked = select(WINDOWS).where(WINDOWS.c.scenario == scenario).order_by(WINDOWS.c.start.desc()).limit(1)
    found = rows_of(connection.execute(asked))
    return found[0] if found else None


def per_week(connection: Connection, scenario: str) -> float:
    """Return how many requests the windows of the last seven days hold."""
    asked = select(WINDOWS.c.figures).where(WINDOWS.c.scenario == scenario, WINDOWS.c.start >= time.time() - WEEK)
    return float(sum(one["requests"] for one in connection.scalars(asked)))


def judged(connection: Connection, scenario: str, release: str, *, by: str) -> list[bool]:
    """Return whether answers that were given alone were right, oldest first, as far as people judged them.

    `by` is "review", of requests that were sampled at random, or "feedback", of what callers chose to tell.
    """
    alone = (REQUESTS.c.scenario == scenario) & (REQUESTS.c.release == release) & ~REQUESTS.c.handed_over
    if by == "review":
        told, at = QUEUE, QUEUE.c.decided_at
        right = QUEUE.c.label == REQUESTS.c.label
        mine = (QUEUE.c.state == "decided") & (QUEUE.c.reason == "sampled") & QUEUE.c.label.is_not(None)
    else:
        told, at = FEEDBACK, FEEDBACK.c.at
        right = func.coalesce(FEEDBACK.c.right, FEEDBACK.c.label == REQUESTS.c.label)
        mine = FEEDBACK.c.right.is_not(None) | FEEDBACK.c.label.is_not(None)
    asked = (
        select(right.label("right"))
        .select_from(told.join(REQUESTS, told.c.request_id == REQUESTS.c.id))
        .where(alone & mine)
        .order_by(at.desc())
        .limit(MOST_JUDGED)
    )
    return [bool(one) for one in connection.scalars(asked)][::-1]


def texts_of(connection: Connection, ids: Sequence[str]) -> dict[str, Any]:
    """Return the requests with these ids as they were kept, which is masked unless the scenario says otherwise."""
    found = connection.execute(select(REQUESTS.c.id, REQUESTS.c.request).where(REQUESTS.c.id.in_(ids)))
    return {one.id: one.request for one in found if one.request}
