"""The keys in memory: as they were a second ago, with the pace of each."""

import hmac
import logging
import time
from collections.abc import Sequence

from sqlalchemy import Connection, update
from sqlalchemy.exc import SQLAlchemyError

from luodi.errors import LuodiError
from luodi.ledger import keys
from luodi.ledger.keys import Key
from luodi.ledger.ledger import Ledger
from luodi.ledger.tables import KEYS

log = logging.getLogger(__name__)

REFRESH_SECONDS = 1.0  # so long a key may open something after another process revoked it
USED_SECONDS = 60.0  # how often the times of last use are written


class Bucket:
    """So many calls in a minute; those that were not made are saved up, for a minute at most."""

    def __init__(self, per_minute: int, at: float) -> None:
        self.per_minute, self.left, self.at = per_minute, float(per_minute), at

    def take(self, at: float) -> float:
        """Take one call; return how many seconds it comes too early, 0 for none."""
        per_second = self.per_minute / 60
        self.left = min(self.per_minute, self.left + (at - self.at) * per_second)
        self.at = at
        if self.left < 1:
            return (1 - self.left) / per_second
        self.left -= 1
        return 0.0


class KeyBook:
    """Finds keys by what a client shows. Belongs to one event loop."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._by_hash: dict[str, Key] = {}
        self._by_id: dict[str, Key] = {}
        self._buckets: dict[str, Bucket] = {}
        self._used: dict[str, float] = {}
        self._written = time.monotonic()
        self._take(ledger.read(keys.every))

    def find(self, secret: str) -> Key | None:
        """Return the valid key that this is, if any."""
        digest = keys.digest(secret)
        found = self._by_hash.get(digest)
        same = hmac.compare_digest(digest, found.hash if found else "-" * len(digest))
        return self.get(found.id) if found is not None and same else None

    def get(self, key_id: str) -> Key | None:
        """Return the valid key of an id, if any."""
        found = self._by_id.get(key_id)
        return found if found is not None and found.is_valid(time.time()) else None

    def take(self, key: Key) -> float:
        """Note that a key is used; return how many seconds too early, 0 for in time."""
        self._used[key.id] = time.time()
        if key.per_minute is None:
            return 0.0
        now = time.monotonic()
        bucket = self._buckets.get(key.id)
        if bucket is None or bucket.per_minute != key.per_minute:
            bucket = self._buckets[key.id] = Bucket(key.per_minute, now)
        return bucket.take(now)

    async def refresh(self) -> None:
        """Read the keys anew; where the database does not answer, those that are known stay."""
        try:
            self._take(await self.ledger.aread(keys.every))
            if self._used and time.monotonic() - self._written > USED_SECONDS:
                await self.write_used()
        except (SQLAlchemyError, LuodiError) as error:
            log.warning("keys were not read", extra={"error": type(error).__name__})

    async def write_used(self) -> None:
        """Write when each key was last used."""
        used, self._used, self._written = self._used, {}, time.monotonic()
        if not used:
            return

        def write(connection: Connection) -> None:
            for key_id, at in used.items():
                connection.execute(update(KEYS).where(KEYS.c.id == key_id).values(last_used_at=at))

        await self.ledger.write(write)

    def _take(self, found: Sequence[Key]) -> None:
        self._by_hash, self._by_id = {one.hash: one for one in found}, {one.id: one for one in found}
        self._buckets = {key_id: one for key_id, one in self._buckets.items() if key_id in self._by_id}
