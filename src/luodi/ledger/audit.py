"""Who did what: a chain of entries, each of which seals all before it, so that no change of it stays unseen."""

import hashlib
import json
import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from luodi.contracts import record
from luodi.ledger.tables import AUDIT, META

HEAD, BASE = "audit_head", "audit_base"
START = "0:" + hashlib.sha256(b"luodi audit").hexdigest()
PRUNED = "audit.prune"
PIECE = 1_000


@record
class Verdict:
    """What a look at the chain found."""

    n: int
    """Entries that are whole, from the first on."""
    head: str
    """`number:hash` of the last of them: written down elsewhere, it proves later that nothing before it changed."""
    fault: str = ""
    """What is wrong, or nothing."""


def append(
    connection: Connection, *, actor: str, action: str, subject: str = "", details: Mapping[str, Any] | None = None
) -> str:
    """Add an entry in the transaction of whoever writes; return the new head, `number:hash`.

    `actor` is the id of a key; ids instead of names, since an entry can never be erased.
    """
    before = _head(connection)
    seq = int(before.partition(":")[0]) + 1
    entry: dict[str, Any] = {
        "seq": seq,
        "at": round(time.time(), 6),
        "actor": actor,
        "action": action,
        "subject": subject,
        "details": dict(details or {}),
    }
    entry["hash"] = sealed(entry, before)
    connection.execute(insert(AUDIT).values(**entry))
    head = f"{seq}:{entry['hash']}"
    connection.execute(update(META).where(META.c.name == HEAD).values(value=head))
    return head


def _head(connection: Connection) -> str:
    # on PostgreSQL the lock makes whoever else adds an entry wait for our commit
    return str(connection.scalars(select(META.c.value).where(META.c.name == HEAD).with_for_update()).one())


def sealed(entry: Mapping[str, Any], before: str) -> str:
    """Return the hash of an entry and, through the head before it, of all earlier ones: 64 hexadecimal digits."""
    values = [entry[name] for name in ("seq", "at", "actor", "action", "subject", "details")]
    written = json.dumps([before, *values], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode("ascii")).hexdigest()


def verify(connection: Connection, *, known: str = "") -> Verdict:
    """Walk the whole chain. `known` is a head from an earlier time, `number:hash`, that must still be in it.

    Finds every change, removal, insertion and reordering of entries. Without a known head it cannot find that all of
    it was computed anew from some entry on, or that its last entries and the head in `meta` went together.
    """
    meta = {one.name: one.value for one in connection.execute(select(META).where(META.c.name.in_((HEAD, BASE))))}
    head, base = meta.get(HEAD, START), meta.get(BASE, START)
    at, n, pruned, seen = base, 0, base == START, known in {"", base}
    while entries := _piece(connection, int(at.partition(":")[0])):
        for entry in entries:
            if entry["seq"] != int(at.partition(":")[0]) + 1:
                return Verdict(n=n, head=at, fault=f"an entry is missing after {at.partition(':')[0]}")
            if entry["hash"] != sealed(entry, at):
                return Verdict(n=n, head=at, fault=f"entry {entry['seq']} is not what was written")
            at, n = f"{entry['seq']}:{entry['hash']}", n + 1
            pruned |= entry["action"] == PRUNED and entry["details"].get("base") == base
            seen |= known == at
    fault = ""
    if n != _count(connection):
        fault = "there are entries from before the beginning"
    elif at != head:
        fault = f"the last entries are missing: {head.partition(':')[0]} were written, {at.partition(':')[0]} are here"
    elif not pruned:
        fault = "entries are missing at the beginning, and none says that they were pruned"
    elif not seen:
        fault = "the head that you know is not in it"
    return Verdict(n=n, head=at, fault=fault)


def _piece(connection: Connection, after: int) -> list[dict[str, Any]]:
    found = connection.execute(select(AUDIT).where(AUDIT.c.seq > after).order_by(AUDIT.c.seq).limit(PIECE))
    return [dict(one) for one in found.mappings()]


def _count(connection: Connection) -> int:

    return connection.scalars(select(func.count()).select_from(AUDIT)).one()


def prune(connection: Connection, *, before: float, actor: str) -> int:
    """Delete the entries from before a time, seconds since 1970; an entry says so. Returns how many went."""
    last = connection.execute(
        select(AUDIT.c.seq, AUDIT.c.hash).where(AUDIT.c.at < before).order_by(AUDIT.c.seq.desc()).limit(1)
    ).one_or_none()
    if last is None:
        return 0
    gone = connection.execute(delete(AUDIT).where(AUDIT.c.seq <= last.seq)).rowcount
    base = f"{last.seq}:{last.hash}"
    append(connection, actor=actor, action=PRUNED, details={"base": base, "n": gone})
    connection.execute(update(META).where(META.c.name == BASE).values(value=base))
    return gone


def recent(connection: Connection, *, limit: int, before: int | None = None) -> list[dict[str, Any]]:
    """Return the last entries, last first."""
    found = select(AUDIT).order_by(AUDIT.c.seq.desc()).limit(limit)
    return [
        dict(one)
        for one in connection.execute(found if before is None else found.where(AUDIT.c.seq < before)).mappings()
    ]
