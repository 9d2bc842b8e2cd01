"""Which answers wait for a person: handed over, hardly decided, disputed, or drawn by chance.

Those drawn by chance are drawn from all answers alike, before anything else is asked about them. They alone can tell
how often the service is right, and they are never pushed out, so that nothing biases them.
"""

import asyncio
import random
import time
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, func, insert, or_, select, update

from luodi.contracts import record
from luodi.data.dedupe import fingerprint
from luodi.ledger.entries import Served
from luodi.ledger.ledger import Ledger
from luodi.ledger.tables import FEEDBACK, QUEUE, REQUESTS, REVIEWS
from luodi.ledger.writer import WriteError
from luodi.loop.likeness import Recent
from luodi.steps.reviewing import Review

REASONS = ("disputed", "sampled", "handed_over", "low_margin")
"""In the order in which a person meets them."""
FLUSH_SECONDS = 0.5
MOST_AT_ONCE = 100  # found between two writes; more of them would tell little more
MOST_DISPUTES = 200
LOOKS_BACK_SECONDS = 30 * 86_400.0
OVERLAP_SECONDS = 5.0  # a write that is under way may carry an earlier time than one that is done


@record
class Found:
    """An answer that a person should look at."""

    request_id: str
    at: float
    reason: str
    priority: float
    text: str
    """What the model saw; it is compared, and never kept here."""
    probability: float = 1.0
    wanted: int = 1


def reason_of(served: Served, kind: str, rules: Review, rng: random.Random) -> str | None:
    """Say why a person should look at an answer; `None` where none need."""
    if rng.random() < rules.share:
        return "sampled"
    if served.handed_over:
        return "handed_over"
    margin = served.margin if kind == "classify" else 2 * served.confidence - 1
    return "low_margin" if margin < rules.margin else None


def priority_of(reason: str, confidence: float) -> float:
    """Return what comes first: the reason decides, then how unsure the model was.

    >>> priority_of("disputed", 0.9) > priority_of("handed_over", 0.1) > priority_of("handed_over", 0.8)
    True
    """
    return len(REASONS) - REASONS.index(reason) + 0.99 * (1 - confidence)


class Queue:
    """Watches the answers of one scenario, in one event loop. Someone else calls `flush`, every half second."""

    def __init__(
        self, scenario: str, kind: str, rules: Review, ledger: Ledger, *, rng: random.Random | None = None
    ) -> None:
        self.scenario, self.kind, self.rules, self.ledger = scenario, kind, rules, ledger
        self.rng = rng or random.Random()
        self.n_dropped = 0
        """Those that were found and not written: too many at once."""
        self._found: list[Found] = []
        self._drawn: list[Found] = []
        self._recent = Recent()
        self._since = time.time() - LOOKS_BACK_SECONDS

    def see(self, served: Served) -> None:
        """Note an answer that a person should look at. Quick; nothing is written yet."""
        reason = reason_of(served, self.kind, self.rules, self.rng)
        if reason is None:
            return
        into = self._drawn if reason == "sampled" else self._found
        if len(into) >= MOST_AT_ONCE:
            self.n_dropped += 1
            return
        into.append(
            Found(
                request_id=served.id,
                at=served.at,
                reason=reason,
                priority=priority_of(reason, served.confidence),
                text=served.x,
                probability=self.rules.share if reason == "sampled" else 1.0,
                wanted=2 if self.rng.random() < self.rules.second else 1,
            )
        )

    async def flush(self) -> None:
        """Write what was seen since, and what users have contradicted since."""
        found, self._found, drawn, self._drawn = self._found, [], self._drawn, []
        if found:
            new = await asyncio.to_thread(self._recent.are_new, [one.text for one in found])
            drawn += [one for one, is_new in zip(found, new, strict=True) if is_new]
        disputes = await self.ledger.aread(lambda connection: disputed(connection, self.scenario, self._since))
        if drawn or disputes:
            try:
                await self.ledger.write(
                    lambda connection: admit(connection, self.scenario, self.rules, drawn, disputes)
                )
            except WriteError:  # the disk; next time, perhaps
                self._drawn = [*drawn, *self._drawn][:MOST_AT_ONCE]
                raise
        if disputes:
            self._since = max(one["at"] for one in disputes) - OVERLAP_SECONDS


def disputed(connection: Connection, scenario: str, since: float) -> list[dict[str, Any]]:
    """Return answers that users have called wrong since then, and that wait nowhere: id, text, confidence, time."""
    wrong = or_(FEEDBACK.c.right.is_(False), and_(FEEDBACK.c.label.is_not(None), FEEDBACK.c.label != REQUESTS.c.label))
    waits = exists().where(
        QUEUE.c.request_id == FEEDBACK.c.request_id, QUEUE.c.priority >= priority_of("disputed", 1.0)
    )
    found = connection.execute(
        select(FEEDBACK.c.request_id, FEEDBACK.c.at, REQUESTS.c.confidence, REQUESTS.c.request)
        .join(REQUESTS, REQUESTS.c.id == FEEDBACK.c.request_id)
        .where(FEEDBACK.c.scenario == scenario, FEEDBACK.c.at > since, wrong, ~waits)
        .order_by(FEEDBACK.c.at)
        .limit(MOST_DISPUTES)
    )
    return [dict(one) for one in found.mappings()]


def admit(
    connection: Connection,
    scenario: str,
    rules: Review,
    found: Sequence[Found],
    disputes: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Let answers wait. A text that waits or was decided is not asked about twice, but where chance drew it."""
    prints = {one.request_id: fingerprint(one.text).hex() for one in found}
    column = QUEUE.c.fingerprint
    known = {
        *connection.scalars(
            select(column).where(QUEUE.c.scenario == scenario, column.in_(sorted(set(prints.values()))))
        )
    }
    rows = []
    for one in found:
        mark = prints[one.request_id]
        if one.reason != "sampled" and mark in known:
            continue
        known.add(mark)
        rows.append(_row(scenario, one, mark))
    if rows:
        connection.execute(insert(QUEUE), rows)
    for contradicted in disputes:  # after the others, since the same answer may be among them
        _dispute(connection, scenario, contradicted)
    _make_room(connection, scenario, rules.max_waiting)


def _row(scenario: str, one: Found, mark: str) -> dict[str, Any]:
    return {
        "request_id": one.request_id,
        "scenario": scenario,
        "at": one.at,
        "reason": one.reason,
        "priority": one.priority,
        "state": "open",
        "probability": one.probability,
        "wanted": one.wanted,
        "fingerprint": mark,
    }


def _dispute(connection: Connection, scenario: str, one: Mapping[str, Any]) -> None:
    """Let a contradicted answer wait, before others and for two opinions; whoever waits already moves up."""
    priority = priority_of("disputed", one["confidence"])
    moved = connection.execute(
        update(QUEUE).where(QUEUE.c.request_id == one["request_id"]).values(priority=priority, wanted=2)
    )
    if not moved.rowcount:
        text = "\n".join(str(value) for value in (one["request"] or {}).values())
        found = Found(
            request_id=one["request_id"], at=one["at"], reason="disputed", priority=priority, text=text, wanted=2
        )
        connection.execute(insert(QUEUE), [_row(scenario, found, fingerprint(text).hex())])


def _make_room(connection: Connection, scenario: str, most: int) -> None:
    """Take out those that would teach least and that nobody has looked at, oldest first."""
    waits = and_(QUEUE.c.scenario == scenario, QUEUE.c.state == "open")
    too_many = connection.scalar(select(func.count()).select_from(QUEUE).where(waits)) or 0
    if too_many <= most:
        return
    reviewed = exists().where(REVIEWS.c.request_id == QUEUE.c.request_id)
    leaving = connection.scalars(
        select(QUEUE.c.request_id)
        .where(waits, QUEUE.c.reason != "sampled", ~reviewed)
        .order_by(QUEUE.c.priority, QUEUE.c.at)
        .limit(too_many - most)
    ).all()
    connection.execute(delete(QUEUE).where(QUEUE.c.request_id.in_(leaving)))
