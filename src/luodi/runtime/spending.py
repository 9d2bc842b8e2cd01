"""What was asked of an endpoint today, in calls and dollars, by every process of this user: a hard stop, never a guess.

A small file for each endpoint in `LUODI_STATE`, or else where the system keeps the state of programs. It is locked
for each change, so that a run and a service share one budget. Money is taken before a question is asked, as much as it
could cost, and what was not spent is given back: the stop is never passed, not even by questions on their way.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from luodi.errors import SetupError
from luodi.runtime.endpoint import Endpoint, host_of

WIDTH = 200


class SpentError(SetupError):
    """The day's budget is used up."""


def folder() -> Path:
    """Return where budgets are noted."""
    given, state = os.environ.get("LUODI_STATE"), os.environ.get("XDG_STATE_HOME")
    if given:
        return Path(given)
    return (Path(state) if state else Path.home() / ".local" / "state") / "luodi"


def today() -> str:
    """Return the day, in UTC."""
    return datetime.now(UTC).date().isoformat()


class Budget:
    """Calls and dollars of one endpoint and model, by day."""

    def __init__(self, endpoint: Endpoint, *, at: Path | None = None, day: Callable[[], str] = today) -> None:
        self.endpoint, self.day = endpoint, day
        name = hashlib.sha256(f"{endpoint.url}\n{endpoint.model}".encode()).hexdigest()[:16]
        self.path = (at or folder()) / f"spent-{name}.json"

    def take(self, usd: float) -> None:
        """Note a call and what it may cost. Raises `SpentError` where that would pass the day's budget."""
        most_calls, most_usd = self.endpoint.max_calls_per_day, self.endpoint.max_usd_per_day

        def change(spent: dict[str, Any]) -> None:
            if spent["calls"] + 1 > most_calls:
                raise self._stop(f"{most_calls:,} calls", "max_calls_per_day")
            if spent["usd"] + usd > most_usd:
                raise self._stop(f"${most_usd:,.2f}", "max_usd_per_day")
            spent["calls"] += 1
            spent["usd"] += usd

        self._change(change)

    def give_back(self, usd: float) -> None:
        """Note that so much of what was taken was not spent."""

        def change(spent: dict[str, Any]) -> None:
            spent["usd"] = max(0.0, spent["usd"] - usd)

        self._change(change)

    def spent(self) -> dict[str, Any]:
        """Return day, calls and usd."""
        found: dict[str, Any] = {}
        self._change(found.update)
        return found

    def _stop(self, what: str, name: str) -> SpentError:
        return SpentError(
            f"today's budget of {what} for {self.endpoint.model} is used up",
            where=host_of(self.endpoint.url),
            fix=f"go on tomorrow (UTC): answers so far are kept; or raise {name} in [select] remote",
        )

    def _change(self, change: Callable[[dict[str, Any]], None]) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
            with os.fdopen(handle, "r+", encoding="utf-8") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                spent = self._read(file)
                change(spent)
                file.seek(0)
                file.write(json.dumps(spent).ljust(WIDTH))  # one write of one length: there is no half of it
        except OSError as error:
            raise SetupError(
                f"what is spent cannot be noted: {error.strerror}",
                where=str(self.path),
                fix="name a folder that can be written: LUODI_STATE=…; without a note nothing is asked",
            ) from None

    def _read(self, file: IO[str]) -> dict[str, Any]:
        text = file.read()
        try:
            found = json.loads(text) if text else {"day": ""}
            if found["day"] == self.day():
                return {"day": found["day"], "calls": int(found["calls"]), "usd": float(found["usd"])}
        except (ValueError, KeyError, TypeError):
            raise SetupError(
                "the note of what is spent cannot be read", where=str(self.path), fix="delete it to begin at zero"
            ) from None
        return {"day": self.day(), "calls": 0, "usd": 0.0}
