"""What a recommender showed, and what was taken of it: impressions to examine on, and events to learn from."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from sqlalchemy import Connection, select

from luodi.ledger import paging
from luodi.ledger.ledger import Ledger
from luodi.ledger.tables import FEEDBACK, REQUESTS

IMPRESSION = ("user", "item", "position", "propensity", "because", "reward", "time", "request_id")
CLICK = ("user", "item", "kind", "time", "request_id")
Row = dict[str, Any]


def impressions(ledger: Ledger, scenario: str) -> Iterator[Row]:
    """Yield each item that was shown, oldest first, with its place from 1 on, its propensity, and 1 if it was taken.

    Answers whose texts are not kept, or are older than they are kept, are left out.
    """
    for answer, taken in _answers(ledger, scenario):
        user, wanted = _user(answer), {one["item"] for one in taken}
        for place, item in enumerate((answer["response"] or {}).get("items", ()), start=1):
            yield {
                "user": user,
                "item": str(item["id"]),
                "position": place,
                "propensity": item.get("propensity", 1.0),
                "because": item.get("because", ""),
                "reward": int(str(item["id"]) in wanted),
                "time": int(answer["at"]),
                "request_id": answer["id"],
            }


def clicks(ledger: Ledger, scenario: str) -> Iterator[Row]:
    """Yield each item that a known visitor was said to take, oldest answer first; nobody's sessions are left out."""
    for answer, taken in _answers(ledger, scenario):
        user = _user(answer)
        for one in taken if user else ():
            yield {
                "user": user,
                "item": one["item"],
                "kind": one["kind"],
                "time": int(one["at"]),
                "request_id": answer["id"],
            }


def _answers(ledger: Ledger, scenario: str) -> Iterator[tuple[Mapping[str, Any], list[Row]]]:
    """Yield answers with what was said to be taken after each."""
    columns = (REQUESTS.c[name] for name in ("id", "at", "request", "response"))
    query = select(*columns).where(REQUESTS.c.scenario == scenario, REQUESTS.c.request.is_not(None))
    for page in paging.pages(ledger.read, query, [REQUESTS.c.id]):
        ids = [one["id"] for one in page]
        taken = ledger.read(partial(_taken, ids=ids))
        for one in page:
            yield one, taken.get(one["id"], [])


def _taken(connection: Connection, ids: list[str]) -> dict[str, list[Row]]:
    columns = (FEEDBACK.c.request_id, FEEDBACK.c.at, FEEDBACK.c.label, FEEDBACK.c.comment)
    asked = select(*columns).where(FEEDBACK.c.request_id.in_(ids), FEEDBACK.c.label.is_not(None))
    made: dict[str, list[Row]] = {}
    for one in connection.execute(asked.order_by(FEEDBACK.c.id)):
        made.setdefault(one.request_id, []).append({"item": one.label, "kind": one.comment, "at": one.at})
    return made


def _user(answer: Mapping[str, Any]) -> str:
    return str((answer["request"] or {}).get("user") or "")
