"""What users say about answers: kept once, however often it is sent, and only acknowledged once it is durable."""

import time
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, insert, select

from luodi.contracts import record
from luodi.ledger.ids import new_id
from luodi.ledger.tables import FEEDBACK, REQUESTS


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
    same = (FEEDBACK.c.key_id == key_id) & (FEEDBACK.c.idempotency_key == idempotency_key)
    before = connection.execute(select(FEEDBACK).where(same)).mappings().one_or_none()
    values: dict[str, Any] = {"scenario": scenario, **asdict(opinion)}
    if before is not None:
        if {name: before[name] for name in values} != values:
            raise OtherBodyError
        return str(before["id"]), False
    if not known and not _is_there(connection, opinion.request_id, scenario):
        raise UnknownRequestError
    one = new_id()
    connection.execute(
        insert(FEEDBACK).values(id=one, at=time.time(), key_id=key_id, idempotency_key=idempotency_key, **values)
    )
    return one, True


def _is_there(connection: Connection, request_id: str, scenario: str) -> bool:
    found = select(REQUESTS.c.id).where(REQUESTS.c.id == request_id, REQUESTS.c.scenario == scenario)
    return connection.execute(found).first() is not None
