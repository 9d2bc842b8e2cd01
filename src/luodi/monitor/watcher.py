"""Watches one scenario while it is served: numbers in memory, hours and alarms in the ledger, somebody told."""

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import numpy as np
from sqlalchemy import Connection

from luodi.ledger.entries import Served
from luodi.ledger.ledger import Ledger
from luodi.monitor import alarms, promise
from luodi.monitor.live import Live, Number, State
from luodi.monitor.moving import BLOCK
from luodi.monitor.reference import FILE, Reference
from luodi.monitor.settings import Watching
from luodi.monitor.sinks import Sinks
from luodi.store import read_json

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
MOST_SECONDS = 5.0  # fewer than 25 answers are looked at after so long
KEEP_SECONDS = 60.0
JUDGE_SECONDS = 30.0
LATENCIES_MS = np.geomspace(0.1, 100_000, 61)
JUDGED = {
    "promise": "precision of the answers given alone, by reviews of a random sample",
    "feedback": "precision of the answers given alone, by what callers told, who tell of mistakes more often",
}
ORDER = {"fine": 0, "look": 1, "stop": 2}


class Hour:
    """What happened in one hour."""

    def __init__(self, start: float) -> None:
        self.start, self.requests, self.handed_over, self.failed = start, 0, 0, 0
        self.latencies = np.zeros(len(LATENCIES_MS) + 1, np.int64)
        self.labels: Counter[str] = Counter()

    def add(self, served: Sequence[Served], labels: Counter[str]) -> None:
        """Count some answers."""
        self.requests += len(served)
        self.handed_over += sum(one.handed_over for one in served)
        np.add.at(self.latencies, np.searchsorted(LATENCIES_MS, [one.latency_ms for one in served]), 1)
        self.labels += labels

    def figures(self) -> dict[str, Any]:
        """Return the counts as they are kept."""
        return {
            "requests": self.requests,
            "handed_over": self.handed_over,
            "failed": self.failed,
            "p50_ms": self._quantile(0.5),
            "p95_ms": self._quantile(0.95),
            "labels": dict(self.labels),
            "latencies": self.latencies.tolist(),
        }

    @classmethod
    def of(cls, window: Mapping[str, Any]) -> "Hour":
        """Return an hour that was kept."""
        made, kept = cls(window["start"]), window["figures"]
        made.requests, made.handed_over, made.failed = kept["requests"], kept["handed_over"], kept["failed"]
        made.latencies, made.labels = np.array(kept["latencies"], np.int64), Counter(kept["labels"])
        return made

    def _quantile(self, q: float) -> float | None:
        if not self.requests:
            return None
        place = int(np.searchsorted(np.cumsum(self.latencies), q * self.latencies.sum()))
        return round(float(LATENCIES_MS[min(place, len(LATENCIES_MS) - 1)]), 2)


class Watcher:
    """Between `start` and `stop` it belongs to one event loop. `see` and `fail` take microseconds."""

    def __init__(self, scenario: str, ledger: Ledger, *, home: Path) -> None:
        self.scenario, self.ledger, self.home = scenario, ledger, home
        self.live: Live | None = None
        self.settings = Watching()
        self.sinks: Sinks | None = None
        self.release = ""
        self.promised: float | None = None
        self.hour = Hour(_hour(time.time()))
        self.judged: list[Number] = []
        self._kept_at = self._judged_at = self._looked_at = 0.0
        self._working: asyncio.Task[None] | None = None
        self._dirty = False

    def follow(self, release: str, bundle: Path, about: Mapping[str, Any]) -> None:
        """Hold the traffic against the reference of this release from now on."""
        self.release, promised = release, about.get("promise")
        holds = promised is not None and promised["threshold"] is not None
        self.promised = float(promised["precision"]) if promised is not None and holds else None
        self.settings = Watching(**(about.get("watch") or {}))
        if self.sinks is not None:
            self.sinks.close(0.0)
        self.sinks = Sinks(webhook=self.settings.webhook, mail_to=self.settings.mail_to, folder=self.home / "mail")
        self.judged, self._judged_at = [], 0.0
        has_one = (bundle / FILE).is_file()
        reference = Reference(read_json(bundle / FILE)) if has_one else Reference.nothing(self.settings.window)
        week = self.ledger.read(lambda one: alarms.per_week(one, self.scenario))
        self.live = Live(reference, self.settings, target_ms=about.get("target_ms"), per_week=week)
        window = self.ledger.read(lambda one: alarms.last_window(one, self.scenario))
        if window and window["figures"].get("release") == release and "live" in window["figures"]:
            self.live.load(window["figures"]["live"])
        if window and window["start"] == self.hour.start:
            self.hour = Hour.of(window)

    def start(self) -> None:
        """Begin to look, once a second."""
        self._working = asyncio.get_running_loop().create_task(self._work())

    async def stop(self) -> None:
        """Look once more, keep what is known, and end."""
        if self._working is not None:
            self._working.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._working
        await self.look(at_once=True)
        await self._keep()
        if self.sinks is not None:
            await asyncio.to_thread(self.sinks.close)

    def see(self, served: Served) -> None:
        """Take note of an answer."""
        if self.live is not None and served.release == self.release:
            self.live.see(served)

    def fail(self, n: int = 1) -> None:
        """Take note of requests that the model failed on."""
        self.hour.failed += n
        self._dirty = True
        if self.live is not None:
            self.live.fail(n)

    async def look(self, *, at_once: bool = False) -> None:
        """Look at what has come, and raise or end alarms. Does nothing while little has come, but for `at_once`."""
        now, live = time.time(), self.live
        if live is None:
            return
        late = now - self._looked_at >= MOST_SECONDS or at_once
        if live.n_waiting >= BLOCK or (live.n_waiting and late):
            self._looked_at = now
            looked = await asyncio.to_thread(live.look)
            if _hour(now) != self.hour.start:
                await self._keep(closing=True)
                self.hour = Hour(_hour(now))
                live.per_week = await self.ledger.aread(lambda one: alarms.per_week(one, self.scenario))
            self.hour.add(looked, live.labels(looked))
            self._dirty = True
        if now - self._judged_at >= JUDGE_SECONDS or at_once:
            self._judged_at = now
            self.judged = await self.ledger.aread(self._judge)
        await self._settle()

    def numbers(self) -> list[Number]:
        """Return every number as it is now."""
        return [*(self.live.numbers() if self.live else []), *self.judged]

    async def _work(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look()
                if self._dirty and time.time() - self._kept_at >= KEEP_SECONDS:
                    await self._keep()
            except Exception as error:  # noqa: BLE001 -- whatever happens to the watch, the answers go on
                log.error("watching failed", extra={"error": type(error).__name__, "scenario": self.scenario})  # noqa: TRY400

    async def _settle(self) -> None:
        numbers = self.numbers()
        raised = {one.name: (one.state, self._details(one)) for one in numbers if one.state != "fine"}
        opened = await self.ledger.aread(lambda one: alarms.open_alarms(one, self.scenario))
        owned = [one.name for one in numbers]
        ours = {name: one["level"] for name, one in opened.items() if name in owned}
        if ours.keys() == raised.keys() and all(ORDER[ours[name]] >= ORDER[raised[name][0]] for name in ours):
            return
        changed = await self.ledger.write(lambda one: alarms.settle(one, self.scenario, raised, owned=owned))
        for alarm in changed:
            log.warning(
                "alarm", extra={"scenario": self.scenario, "number": alarm["number"], "over": bool(alarm["ended_at"])}
            )
            if self.sinks is not None:
                self.sinks.tell(alarm)

    def _details(self, number: Number) -> dict[str, Any]:
        made: dict[str, Any] = {
            "value": number.value,
            "expected": number.expected,
            "bound": number.bound,
            "about": number.about,
            "release": self.release,
        }
        if number.interval:
            made["interval"] = list(number.interval)
        if self.live is not None:
            made["requests"] = [{"id": name, "why": why} for name, why in self.live.responsible(number.name)]
        return made

    def _judge(self, connection: Connection) -> list[Number]:
        if self.promised is None:
            return []
        made = []
        for name, by in (("promise", "review"), ("feedback", "feedback")):
            right = alarms.judged(connection, self.scenario, self.release, by=by)
            found = promise.check(right, self.promised)
            bad = "stop" if name == "promise" else "look"  # callers choose what they tell, so theirs is no proof
            made.append(
                Number(
                    name=name,
                    value=round(found.precision, 4) if found.precision is not None else None,
                    expected=self.promised,
                    bound=self.promised,
                    state=cast(State, bad if found.broken else "fine"),
                    about=f"{JUDGED[name]} ({found.n} judged)",
                    interval=(round(found.low, 4), round(found.high, 4)) if found.n else None,
                )
            )
        return made

    async def _keep(self, *, closing: bool = False) -> None:
        if self.live is None or not (self._dirty or closing):
            return
        self._kept_at, self._dirty = time.time(), False
        numbers = [asdict(one) for one in self.numbers()]
        figures = self.hour.figures() | {"release": self.release, "numbers": numbers}
        if not closing:  # of hours that are over, what a restart needs is not kept
            figures["live"] = self.live.dump()
        start = self.hour.start
        await self.ledger.write(lambda one: alarms.keep_window(one, self.scenario, start, figures))


def health(connection: Connection, scenario: str) -> dict[str, Any]:
    """Return what the ledger says about a scenario: state, numbers of the last look, alarms, and example texts."""
    window = alarms.last_window(connection, scenario)
    numbers = window["figures"].get("numbers", []) if window else []
    found = alarms.recent(connection, scenario)
    return described(connection, numbers, found)


def described(
    connection: Connection, numbers: Sequence[Mapping[str, Any]], found: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return numbers and alarms with the state that follows, and the texts behind the alarms as they were kept."""
    unfinished = [one for one in found if one["ended_at"] is None]
    named = [one for alarm in unfinished for one in alarm["details"].get("requests", ())]
    texts = alarms.texts_of(connection, [one["id"] for one in named])
    shown = {
        one["id"]: {"id": one["id"], "text": _shown(texts[one["id"]]), "why": one["why"]}
        for one in named
        if one["id"] in texts
    }
    state = max((one["level"] for one in unfinished), key=lambda level: ORDER[level], default="fine")
    return {"state": state, "numbers": list(numbers), "alarms": list(found), "texts": list(shown.values())}


def _shown(request: Mapping[str, Any]) -> str:
    values = [str(value) for value in request.values() if isinstance(value, str) and value]
    return " · ".join(values)[:500]


def _hour(at: float) -> float:
    return at - at % alarms.HOUR
