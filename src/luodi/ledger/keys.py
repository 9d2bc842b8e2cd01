"""API keys: 256 random bits that are shown once and kept as their SHA-256, with scopes, a pace and an end."""

import hashlib
import secrets
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, insert, select, update

from luodi.contracts import record
from luodi.errors import DataError, did_you_mean
from luodi.ledger import audit
from luodi.ledger.ids import new_id
from luodi.ledger.tables import KEYS

PREFIX = "luodi_"  # so that a scanner of repositories and logs can tell what it found
SECRET_BYTES = 32
SCOPES = ("predict", "feedback", "review", "admin")
MAX_NAME, MAX_PER_MINUTE, MAX_DAYS, MAX_GRACE_MINUTES = 100, 1_000_000, 3_650, 30 * 24 * 60
GRACE_MINUTES = 60
DAY = 86_400.0
LIST = "luodi keys SCENARIO"


@record
class Key:
    """What is known of a key: all but the key."""

    id: str
    name: str
    hash: str
    scopes: tuple[str, ...]
    per_minute: int | None
    """Calls in a minute, all of which may come at once; `None` for any number."""
    created_at: float
    expires_at: float | None
    revoked_at: float | None
    last_used_at: float | None
    """To within a minute."""

    def is_valid(self, at: float) -> bool:
        """Say whether the key opens anything at a time, in seconds since 1970."""
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)


def digest(secret: str) -> str:
    """Return what is kept of a key. It has 256 bits of chance, so that a slow hash would protect nothing more."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def create(
    connection: Connection,
    *,
    name: str,
    scopes: Sequence[str],
    by: str,
    per_minute: int | None = None,
    days: float | None = None,
) -> tuple[str, str]:
    """Make a key; return its id, and the key itself, which nobody can find out later. Raises `DataError`."""
    _check(name, scopes, per_minute, days)
    now = time.time()
    ends = None if days is None else now + days * DAY
    return _insert(connection, name=name, scopes=sorted(set(scopes)), per_minute=per_minute, ends=ends, by=by, at=now)


def rotate(connection: Connection, key_id: str, *, by: str, grace_minutes: float = GRACE_MINUTES) -> tuple[str, str]:
    """Make a key that may what an old one may; the old one ends after the grace. Raises `DataError`."""
    if not 0 <= grace_minutes <= MAX_GRACE_MINUTES:
        raise DataError("this is no time of grace", where="grace_minutes", fix=f"use 0 to {MAX_GRACE_MINUTES:,}")
    old, now = _found(connection, key_id), time.time()
    if not old.is_valid(now):
        raise DataError("this key is revoked or expired", where=key_id, fix="make a new one")
    lifetime = None if old.expires_at is None else old.expires_at - old.created_at
    ends = now + 60 * grace_minutes
    connection.execute(update(KEYS).where(KEYS.c.id == key_id).values(expires_at=min(ends, old.expires_at or ends)))
    audit.append(connection, actor=by, action="key.rotate", subject=key_id, details={"grace_minutes": grace_minutes})
    return _insert(
        connection,
        name=old.name,
        scopes=list(old.scopes),
        per_minute=old.per_minute,
        ends=None if lifetime is None else now + lifetime,
        by=by,
        at=now,
    )


def revoke(connection: Connection, key_id: str, *, by: str) -> None:
    """End a key now. Raises `DataError` where there is none; an ended one stays as it is."""
    if _found(connection, key_id).revoked_at is None:
        connection.execute(update(KEYS).where(KEYS.c.id == key_id).values(revoked_at=time.time()))
        audit.append(connection, actor=by, action="key.revoke", subject=key_id)


def every(connection: Connection) -> list[Key]:
    """Return all keys, oldest first."""
    found = connection.execute(select(KEYS).order_by(KEYS.c.id)).mappings()
    return [Key(**{**one, "scopes": tuple(one["scopes"])}) for one in found]


def as_json(key: Key) -> dict[str, Any]:
    """Return what may be shown of a key."""
    return {name: value for name, value in asdict(key).items() if name != "hash"} | {"scopes": list(key.scopes)}


def _insert(
    connection: Connection,
    *,
    name: str,
    scopes: list[str],
    per_minute: int | None,
    ends: float | None,
    by: str,
    at: float,
) -> tuple[str, str]:
    key_id, secret = new_id(at), PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    connection.execute(
        insert(KEYS).values(
            id=key_id,
            name=name,
            hash=digest(secret),
            scopes=scopes,
            per_minute=per_minute,
            created_at=at,
            expires_at=ends,
        )
    )
    details = {"scopes": scopes, "per_minute": per_minute, "expires_at": ends}  # no name: an entry stays for ever
    audit.append(connection, actor=by, action="key.new", subject=key_id, details=details)
    return key_id, secret


def _found(connection: Connection, key_id: str) -> Key:
    for one in every(connection):
        if one.id == key_id:
            return one
    raise DataError("there is no key of this id", where=key_id[:40], fix=f"{LIST} lists them")


def _check(name: str, scopes: Sequence[str], per_minute: int | None, days: float | None) -> None:
    if not (name.strip() and name.isprintable() and len(name) <= MAX_NAME):
        fix = f"say what it is for, in 1 to {MAX_NAME} characters"
        raise DataError("a key needs a name", where="name", fix=fix)
    for one in scopes:
        if one not in SCOPES:
            raise DataError(f"{one[:40]!r} is no scope", where="scopes", fix=did_you_mean(one, SCOPES))
    if not scopes:
        raise DataError("a key without a scope opens nothing", where="scopes", fix=f"use some of {', '.join(SCOPES)}")
    if per_minute is not None and not 1 <= per_minute <= MAX_PER_MINUTE:
        raise DataError("this is no pace", where="per_minute", fix=f"use 1 to {MAX_PER_MINUTE:,}, or leave it out")
    if days is not None and not 0 < days <= MAX_DAYS:
        raise DataError("this is no lifetime", where="days", fix=f"use up to {MAX_DAYS:,} days, or leave it out")
