"""`GET /v1/{scenario}/traffic`: how much was asked, how it was answered and how fast, in about sixty steps of time.

Whole counts come from an index. Shares and latencies of a step are those of its last 2,000 answers: exact where there
were no more, and the cost stays bounded where there were.
"""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select
from starlette.requests import Request
from starlette.responses import Response

from luodi.ledger.tables import REQUESTS
from luodi.serve.bodies import number, takes
from luodi.serve.routes import ADMIN, PREFIX, Route
from luodi.serve.routes_predict import as_json
from luodi.serve.service import Service
from luodi.store import read_json

if TYPE_CHECKING:
    from luodi.bundle import Bundle

STEPS = (15, 60, 300, 900, 1_800, 3_600)
"""Seconds; the smallest that needs no more than 60 of them is taken."""
MOST_STEPS, MOST_MINUTES, MOST_ROWS = 60, 3_600, 2_000
SETTLED_SECONDS = 5.0
"""An answer is in the ledger by then, so an older step changes no more."""
MOST_LABELS = 200
REFERENCE = "watch.json"

Step = Mapping[str, Any]


class Settled:
    """The steps that change no more, by scenario, length and start."""

    def __init__(self) -> None:
        self.steps: dict[tuple[str, int, float], Step] = {}

    def keep(self, key: tuple[str, int, float], step: Step) -> None:
        """Keep a step; the oldest go when there are many."""
        if len(self.steps) >= 50 * MOST_STEPS:
            for old in sorted(self.steps, key=lambda one: one[2])[: 10 * MOST_STEPS]:
                del self.steps[old]
        self.steps[key] = step


async def traffic(service: Service, http: Request) -> Response:
    """Return counts, hand-over and latency by step, and the share of each label beside the expected one."""
    endpoint = service.endpoint(http)
    minutes = number(http, "minutes", 60, high=MOST_MINUTES)
    settled = service.memory.setdefault("traffic", Settled())
    steps = await service.ledger.aread(
        lambda connection: gather(connection, endpoint.name, minutes, now=time.time(), settled=settled)
    )
    seconds, errors = seconds_of(minutes), endpoint.figures.errors
    shown = ("at", "requests", "handed_over", "p50_ms", "p95_ms")
    buckets = [
        {name: one[name] for name in shown} | {"errors": errors.between(one["at"], one["at"] + seconds)}
        for one in steps
    ]
    shares = label_shares(steps, expected_of(endpoint.bundle))
    return as_json({"seconds": seconds, "buckets": buckets, "labels": shares})


def seconds_of(minutes: int) -> int:
    """Return the length of a step.

    >>> seconds_of(15), seconds_of(60), seconds_of(1440)
    (15, 60, 1800)
    """
    return next(one for one in STEPS if 60 * minutes <= one * MOST_STEPS)


def gather(connection: Connection, scenario: str, minutes: int, *, now: float, settled: Settled) -> list[Step]:
    """Return the steps of the last minutes, oldest first; the last one is not over yet."""
    seconds = seconds_of(minutes)
    last = now // seconds * seconds
    starts = [last - seconds * n for n in reversed(range(max(1, 60 * minutes // seconds)))]
    made = []
    for start in starts:
        key = (scenario, seconds, start)
        step = settled.steps.get(key)
        if step is None:
            step = look(connection, scenario, start, start + seconds)
            if start + seconds + SETTLED_SECONDS < now:
                settled.keep(key, step)
        made.append(step)
    return made


def look(connection: Connection, scenario: str, start: float, end: float) -> Step:
    """Return the figures of one step."""
    of = REQUESTS.c
    inside = (of.scenario == scenario, of.at >= start, of.at < end)
    n = int(connection.scalar(select(func.count()).where(*inside)) or 0)
    rows: Sequence[Any] = ()
    if n:
        query = select(of.label, of.handed_over, of.latency_ms).where(*inside).order_by(of.at.desc()).limit(MOST_ROWS)
        rows = connection.execute(query).all()
    weight = n / len(rows) if rows else 0.0
    slow = sorted(row.latency_ms for row in rows)
    labels = Counter(label for row in rows for label in row.label.split("|") if label)
    return {
        "at": start,
        "requests": n,
        "handed_over": round(weight * sum(row.handed_over for row in rows)),
        "p50_ms": quantile(slow, 0.50),
        "p95_ms": quantile(slow, 0.95),
        "labels": {label: weight * times for label, times in labels.items()},
    }


def quantile(ordered: Sequence[float], q: float) -> float | None:
    """Return the smallest value that so many are no larger than; `None` of nothing.

    >>> quantile([1.0, 2.0, 3.0, 4.0], 0.5), quantile([], 0.5)
    (2.0, None)
    """
    return round(ordered[max(0, -int(-q * len(ordered) // 1) - 1)], 3) if ordered else None


def label_shares(steps: Sequence[Step], expected: Mapping[str, float]) -> list[dict[str, Any]]:
    """Return the share of all requests that got each label, most frequent first, with what was expected."""
    counts = Counter[str]()
    for one in steps:
        counts.update(one["labels"])
    total = sum(one["requests"] for one in steps)
    if not total:
        return []
    names = [label for label, _ in counts.most_common(MOST_LABELS)]
    names += [label for label in expected if label not in counts][: MOST_LABELS - len(names)]
    return [{"label": one, "share": round(counts[one] / total, 6), "expected": expected.get(one)} for one in names]


def expected_of(bundle: "Bundle") -> dict[str, float]:
    """Return the share of each label in the reference of a bundle; nothing where it has none."""
    try:
        found = read_json(bundle.path / REFERENCE)
        (part,) = (one for one in found["parts"] if one["name"] == "labels")
        return {label: round(float(share), 6) for label, share in zip(found["labels"], part["mean"], strict=False)}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


ROUTES = (
    Route(
        method="GET",
        path=PREFIX + "/traffic",
        scope="any",
        handler=traffic,
        about="Return requests, hand-over, latency and label shares of the last minutes.",
        listeners=ADMIN,
        answers=takes(
            query={"minutes": {"type": "integer", "minimum": 1, "maximum": MOST_MINUTES}},
            answers={"200": "The figures, oldest first."},
        ),
    ),
)
