"""Everything about one person out of a ledger: rows about them go, names in other rows become a mark."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import JSON, Connection, Table, Text, delete, select, tuple_, update

from luodi.contracts import record
from luodi.ledger import audit, paging
from luodi.ledger.ledger import Ledger
from luodi.ledger.tables import AUDIT, IDEMPOTENCY, META, METADATA, REQUESTS
from luodi.privacy.person import Person

PIECE = 500
NAMED = ("name", "idempotency_key")  # short columns that people fill
NUMBERS = ("scores",)  # labels and fractions, in which a customer number would be found by chance


@record
class Who:
    """Whom to look for."""

    person: Person
    fields: tuple[tuple[str, str], ...] = ()
    """Fields of a request, and the values that mean the person."""
    scenario: str | None = None
    """Look in the rows of one scenario alone, where a row has one."""


@record
class Held:
    """Where a person stands in a ledger: table to the keys of rows."""

    rows: Mapping[str, list[tuple[Any, ...]]]
    audit: int
    """Entries of the audit trail that name them: these cannot change."""

    @property
    def n(self) -> int:
        """How many rows."""
        return sum(map(len, self.rows.values()))


def look(ledger: Ledger, who: Who) -> Held:
    """Find a person. Changes nothing."""
    found = {one.name: list(_about(ledger, one, who)) for one in METADATA.sorted_tables if one not in (META, AUDIT)}
    named = sum(who.person.is_in_any([e["subject"], e["details"]]) for page in _all(ledger, AUDIT) for e in page)
    return Held(rows={name: keys for name, keys in found.items() if keys}, audit=named)


def forget(ledger: Ledger, who: Who, *, details: Mapping[str, Any]) -> int:
    """Erase a person, and overwrite where they stood; return how many rows went or changed."""
    held, n = look(ledger, who), 0
    for name, found in held.rows.items():
        table = METADATA.tables[name]
        for start in range(0, len(found), PIECE):
            piece = found[start : start + PIECE]
            n += ledger.write_now(partial(_erase, table, piece, who.person))
    ledger.write_now(
        lambda c: audit.append(
            c, actor="owner", action="forget", subject=who.scenario or "", details={**details, "rows": n}
        )
    )
    ledger.compact([*held.rows, *(one.name for one in _dependents())])
    return n


def _goes(table: Table) -> bool:
    """Say whether a row of a table that is about a person goes; of other tables the name alone does."""
    return table in (REQUESTS, IDEMPOTENCY) or "request_id" in table.c


def _dependents() -> list[Table]:
    return [one for one in METADATA.sorted_tables if "request_id" in one.c]


def _texts(table: Table) -> list[str]:
    texts = [one.name for one in table.c if isinstance(one.type, JSON | Text) or one.name in NAMED]
    return [one for one in texts if one not in NUMBERS]


def _all(ledger: Ledger, table: Table, scenario: str | None = None) -> Iterator[list[dict[str, Any]]]:
    query = select(table)
    if scenario is not None and "scenario" in table.c:
        query = query.where(table.c.scenario == scenario)
    return paging.pages(ledger.read, query, list(table.primary_key.columns))


def _about(ledger: Ledger, table: Table, who: Who) -> Iterator[tuple[Any, ...]]:
    names, keys = _texts(table), [one.name for one in table.primary_key.columns]
    for page in _all(ledger, table, who.scenario):
        for row in page:
            if who.person.is_in_any([row[name] for name in names]) or (table is REQUESTS and _has(row, who.fields)):
                yield tuple(row[name] for name in keys)


def _has(row: Mapping[str, Any], fields: Sequence[tuple[str, str]]) -> bool:
    request = row["request"] or {}
    return any(str(request.get(name, "")).strip() == value for name, value in fields)


def _erase(table: Table, keys: Sequence[tuple[Any, ...]], person: Person, connection: Connection) -> int:
    mine = tuple_(*table.primary_key.columns).in_(keys)
    n = 0
    if table is REQUESTS:
        ids = [key for (key,) in keys]
        n += sum(connection.execute(delete(t).where(t.c.request_id.in_(ids))).rowcount for t in _dependents())
    if _goes(table):
        return n + connection.execute(delete(table).where(mine)).rowcount
    for row in [dict(one) for one in connection.execute(select(table).where(mine)).mappings()]:
        this = tuple_(*table.primary_key.columns) == tuple_(*(row[one.name] for one in table.primary_key.columns))
        cleaned = {name: _without(row[name], person) for name in _texts(table)}
        n += connection.execute(update(table).where(this).values(**cleaned)).rowcount
    return n


def _without(value: Any, person: Person) -> Any:
    if isinstance(value, str):
        return person.without(value)
    if isinstance(value, dict):
        return {person.without(name): _without(one, person) for name, one in value.items()}
    return [_without(one, person) for one in value] if isinstance(value, list) else value
