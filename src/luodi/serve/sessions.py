"""Who is logged in to the console: a random cookie for a key, for half a day, in memory alone."""

import secrets
import time

from luodi.ledger.keys import digest

COOKIE = "luodi_session"
SESSION_SECONDS = 12 * 3_600
MAX_SESSIONS = 1_000  # then the oldest ends


class Sessions:
    """Cookies and the keys that they stand for. Who asks must see whether the key is still valid."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[str, float]] = {}

    def begin(self, key_id: str) -> str:
        """Return a new cookie that stands for a key."""
        cookie, now = secrets.token_urlsafe(32), time.monotonic()
        self._open = {name: one for name, one in self._open.items() if one[1] > now}
        while len(self._open) >= MAX_SESSIONS:
            del self._open[next(iter(self._open))]
        self._open[digest(cookie)] = key_id, now + SESSION_SECONDS
        return cookie

    def key_of(self, cookie: str) -> str | None:
        """Return the id of the key that a cookie stands for."""
        key_id, until = self._open.get(digest(cookie), ("", 0.0))
        return key_id if until > time.monotonic() else None

    def end(self, cookie: str) -> None:
        """Forget a cookie."""
        self._open.pop(digest(cookie), None)
