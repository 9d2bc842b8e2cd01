"""What users say about answers: kept once, however often it is sent, and only acknowledged once it is durable."""

import time
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from luodi.contracts import record
from luodi.ledger.ids import new_id
from luodi.ledger.tables import FEEDBACK, REQUESTS

# Made once: to put a statement together takes longer than to run it.
SAME = select(FEEDBACK).where(FEEDBACK.c.key_id == bindparam("of"), FEEDBACK.c.idempotency_key == bindparam("once"))
ANSWER = select(REQUESTS.c.id).where(REQUESTS.c.id == bindparam("request"), REQUESTS.c.scenario == bindparam("of"))
ADD = insert(FEEDBACK)


@record
class Opinion:
    """What is said about one answer, as it is kept."""

    request_id: str
    right: bool | None
    label: str | None
    comment: str


class UnknownRequestError(Exception):
    """There is no such answer."""


class OtherBodyError(Exception):
    """The same idempotency key came with another content."""


def add(
    connection: Connection, opinion: Opinion, *, scenario: str, key_id: str, idempotency_key: str, known: bool
) -> tuple[str, bool]:
    """Keep an opinion; return its id, and whether it is new.

    `known` says that the answer is on its way into the table. Raises `UnknownRequestError` and `OtherBodyError`.
    """
    same = {"of": key_id, "once": idempotency_key}
    before = connection.execute(SAME, same).mappings().one_or_none()
    values: dict[str, Any] = {"scenario": scenario, **asdict(opinion)}
    if before is not None:
        if {name: before[name] for name in values} != values:
            raise OtherBodyError
        return str(before["id"]), False
    asked = {"request": opinion.request_id, "of": scenario}
    if not known and connection.execute(ANSWER, asked).first() is None:
        raise UnknownRequestError
    values |= {"id": new_id(), "at": time.time(), "key_id": key_id, "idempotency_key": idempotency_key}
    connection.execute(ADD, values)
    return str(values["id"]), True
