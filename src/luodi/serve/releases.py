"""The releases of one scenario in the service: what the table says is what is open and answers.

The table may be changed by this process or by another; it is looked at once a second. A candidate is opened, and
answers its own examples, before it may get a request. Where it cannot, it is marked broken and nothing else changes.
"""

import asyncio
import contextlib
import logging
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from luodi.bundle import Bundle, read_bundle
from luodi.errors import SetupError
from luodi.ledger import shelf
from luodi.ledger.entries import Served
from luodi.ledger.ids import new_id
from luodi.ledger.ledger import Ledger
from luodi.ledger.shelf import Stage
from luodi.monitor import alarms
from luodi.monitor.watcher import Watcher
from luodi.serve.endpoint import Endpoint
from luodi.serve.lane import Lane
from luodi.serve.tally import Tally, worse

log = logging.getLogger(__name__)

SERVICE = "service"
TICK_SECONDS = 1.0
KEY = re.compile(r"[0-9a-f]{16}")
FRESH_ANSWERS = 2_000  # so long a new champion may be taken back by itself
Row = Mapping[str, Any]


class Releases:
    """Between `start` and `stop` it belongs to one event loop; it starts and stops the endpoint."""

    def __init__(self, endpoint: Endpoint, ledger: Ledger, *, home: Path) -> None:
        self.endpoint, self.ledger, self.scenario = endpoint, ledger, endpoint.name
        self.watcher = Watcher(self.scenario, ledger, home=home)
        self.runs = endpoint.bundle.path.resolve().parent
        self.roots = {self.runs, self.runs.parent if self.runs.name == "deploy" else self.runs, home.resolve()}
        self.lanes: dict[str, Lane] = {}
        self.tallies: dict[str, Tally] = {}
        self.before: Tally | None = None
        """What the previous release did, while the champion is fresh."""
        self._stages: dict[str, tuple[str, float]] = {}
        self._turn = asyncio.Lock()
        self._closing: set[asyncio.Task[None]] = set()
        self._ticking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Let the champion of the table answer, which is the bundle of the last run where that was never released.

        Raises `SetupError` where no release can be opened.
        """
        offered = self.endpoint.bundle
        await self.ledger.write(lambda one: self._offer(one, offered.path))
        failed: SetupError | None = None
        while True:
            row = await self.ledger.aread(lambda one: shelf.in_stage(one, self.scenario, "champion"))
            if row is None:
                raise failed or SetupError("no release can answer", where=self.scenario, fix="luodi run makes one")
            try:
                self.endpoint.first(row["id"], await self._read(row["bundle"], row["digest"], new_labels=True))
                await self.endpoint.start()
                break
            except SetupError as error:
                failed = error
                log.error("a release cannot be opened", extra={"release": row["id"], "why": str(error)})  # noqa: TRY400
                await self.ledger.write(lambda one, row=row, why=error.what: self._break(one, row, why))  # type: ignore[misc]
        self._adopt(self.endpoint.champion)
        self.endpoint.watchers.append(self._see)
        self.endpoint.miss_watchers.append(self._miss)
        self.endpoint.shadow_watchers.append(self._compare)
        await self.reconcile()
        self.watcher.start()
        self._ticking = asyncio.get_running_loop().create_task(self._tick())

    async def stop(self) -> None:
        """Stop answering, and close everything."""
        if self._ticking is not None:
            self._ticking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._ticking
        await self.watcher.stop()
        await self.endpoint.stop()
        asked = set(map(id, self.endpoint.lanes()))
        rest = [lane for lane in self.lanes.values() if id(lane) not in asked]
        await asyncio.gather(*(lane.close(patience_seconds=0.0) for lane in rest), *self._closing)

    async def release(
        self, bundle: Path, stage: Stage, *, by: str, share: float = 0.0, note: str = "", new_labels: bool = False
    ) -> Row:
        """Open a bundle and put it into a stage. Raises `SetupError` where it is refused; it is written down broken."""
        name, digest = new_id(), shelf.digest_of(bundle)
        async with self._turn:
            try:
                read = await self._read(str(bundle), digest, new_labels=new_labels)
                lane = await self.endpoint.open_lane(name, read)
            except SetupError as error:
                why = error.what
                await self.ledger.write(
                    lambda one: shelf.add(one, self.scenario, bundle, stage="broken", by=by, note=why, name=name)
                )
                raise
            self.lanes[name] = lane
            try:
                row = await self.ledger.write(
                    lambda one: shelf.add(
                        one, self.scenario, bundle, stage=stage, by=by, share=share, note=note, name=name
                    )
                )
            except BaseException:
                await self.lanes.pop(name).close()
                raise
            await self._follow()
            return row

    def folder_of(self, named: str) -> Path:
        """Return the bundle that a key or a path means. Raises `SetupError` for one that is not ours."""
        folder = self.runs / named if KEY.fullmatch(named) else Path(named)
        try:
            folder = folder.resolve()
            ours = any(folder.is_relative_to(root) for root in self.roots)
        except (OSError, ValueError, RuntimeError):
            ours = False
        if not ours:
            fix = "name the key of a run, or a folder below .luodi; elsewhere on the machine, luodi release may"
            raise SetupError("this is no bundle of this scenario", where=self.scenario, fix=fix)
        return folder

    async def move(self, release: str, stage: Stage, *, by: str, share: float = 0.0) -> Row:
        """Put a release that is written down into another stage. Raises `SetupError` where that is not possible."""
        async with self._turn:
            row = await self.ledger.aread(lambda one: shelf.one_of(one, self.scenario, release))
            if stage in shelf.OPEN and release not in self.lanes:
                read = await self._read(row["bundle"], row["digest"], new_labels=True)
                self.lanes[release] = await self.endpoint.open_lane(release, read)
            row = await self.ledger.write(
                lambda one: shelf.move(one, self.scenario, release, stage, by=by, share=share)
            )
            await self._follow()
            return row

    async def roll_back(self, *, by: str, note: str = "") -> Row:
        """Let the previous release answer, at once. Raises `SetupError` where there is none."""
        async with self._turn:
            row = await self.ledger.write(lambda one: shelf.roll_back(one, self.scenario, by=by, note=note))
            await self._follow()
            return row

    async def reconcile(self) -> None:
        """Make true what the table says."""
        async with self._turn:
            await self._follow()

    async def _follow(self) -> None:
        """Open what shall be open, hand over, and close the rest. What cannot be opened is marked broken."""
        rows = await self.ledger.aread(lambda one: shelf.all_of(one, self.scenario))
        wanted = {one["id"]: one for one in rows if one["stage"] in shelf.OPEN}
        for name in [one for one in wanted if one not in self.lanes]:
            row = wanted[name]
            try:
                read = await self._read(row["bundle"], row["digest"], new_labels=True)
                self.lanes[name] = await self.endpoint.open_lane(name, read)
            except SetupError as error:
                del wanted[name]
                log.error("a release was refused", extra={"release": name, "why": str(error)})  # noqa: TRY400
                await self.ledger.write(lambda one, row=row, why=error.what: self._break(one, row, why))  # type: ignore[misc]
        by_stage = {row["stage"]: row for row in wanted.values()}
        for name, row in wanted.items():
            if self._stages.get(name) != (row["stage"], row["share"]):
                self._begin_stage(name, row["stage"])
        champion = by_stage.get("champion")
        if champion is not None and champion["id"] != self.endpoint.release:
            await self.endpoint.promote(self.lanes[champion["id"]])
            self._adopt(self.endpoint.champion)
        canary, shadow = by_stage.get("canary"), by_stage.get("shadow")
        self.endpoint.canary = (self.lanes[canary["id"]], float(canary["share"])) if canary else None
        self.endpoint.shadow = self.lanes[shadow["id"]] if shadow else None
        self._stages = {name: (row["stage"], row["share"]) for name, row in wanted.items()}
        for name in [one for one in self.lanes if one not in wanted and one != self.endpoint.release]:
            self.tallies.pop(name, None)
            self._close(self.lanes.pop(name))

    def _begin_stage(self, name: str, stage: str) -> None:
        """Count anew, and remember what the champion so far did."""
        if stage == "champion":
            self.before = self.tallies.get(self.endpoint.release) if name != self.endpoint.release else None
            back = name in self._stages and self._stages[name][0] == "previous"
            if back:  # a release that came back was good enough before
                self.before = None
        elif stage == "canary":  # it is held against the champion in the same time
            self.tallies[self.endpoint.release] = Tally()
        if stage != "previous":
            self.tallies[name] = Tally()

    def _adopt(self, lane: Lane) -> None:
        self.lanes[lane.release] = lane
        self.tallies.setdefault(lane.release, Tally())
        self.watcher.follow(lane.release, lane.bundle.path, lane.bundle.about)

    def _close(self, lane: Lane) -> None:
        task = asyncio.get_running_loop().create_task(lane.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _read(self, path: str, digest: str, *, new_labels: bool) -> Bundle:
        """Read a bundle and see that it is one for this scenario. Raises `SetupError`."""
        folder = Path(path)
        if shelf.digest_of(folder) != digest:
            raise SetupError("the bundle is not the one that was released", where=path, fix="release it again")
        bundle = await asyncio.to_thread(read_bundle, folder)
        refuse_other(self.endpoint.bundle, bundle, new_labels=new_labels)
        return bundle

    def _offer(self, connection: Connection, bundle: Path) -> None:
        digest = shelf.digest_of(bundle)
        if all(one["digest"] != digest for one in shelf.all_of(connection, self.scenario)):
            shelf.add(connection, self.scenario, bundle, stage="champion", by=SERVICE, note="the last run")

    def _break(self, connection: Connection, row: Row, why: str) -> None:
        """Mark a release broken; where it was to answer, whoever answers now, or did before, goes on."""
        shelf.move(connection, self.scenario, row["id"], "broken", by=SERVICE, note=why)
        alarms.add(connection, self.scenario, "release", "look", {"about": why, "release": row["id"]}, over=True)
        if row["stage"] == "champion":
            now = self.endpoint.release if self.lanes else ""
            known = {one["id"]: one for one in shelf.all_of(connection, self.scenario)}
            if now in known and known[now]["stage"] != "broken":
                shelf.move(connection, self.scenario, now, "champion", by=SERVICE)
            elif shelf.in_stage(connection, self.scenario, "previous"):
                shelf.roll_back(connection, self.scenario, by=SERVICE, note=why)

    def _see(self, served: Served) -> None:
        tally = self.tallies.get(served.release)
        if tally is not None:
            tally.see(served)
        self.watcher.see(served)

    def _miss(self, release: str, n: int) -> None:
        tally = self.tallies.get(release)
        if tally is not None:
            tally.fail(n)
        if release == self.endpoint.release:
            self.watcher.fail(n)

    def _compare(self, champion: Served, shadow: Served) -> None:
        tally = self.tallies.get(shadow.release)
        if tally is not None:
            tally.see(shadow)
            tally.compare(champion, shadow)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            try:
                await self.reconcile()
                await self._guard()
            except Exception as error:  # noqa: BLE001 -- whatever is wrong with the table, the answers go on
                log.error("releases", extra={"error": type(error).__name__, "scenario": self.scenario})  # noqa: TRY400

    async def _guard(self) -> None:
        """Take back a canary or a fresh champion that is surely worse than the release before."""
        settings = self.watcher.settings
        champion = self.endpoint.release
        if self.endpoint.canary is not None:
            name = self.endpoint.canary[0].release
            why = worse(self.tallies[name], self.tallies[champion], settings)
            if why:
                await self._take_back(name, why, "canary")
        elif self.before is not None:
            why = worse(self.tallies[champion], self.before, settings)
            if why or self.tallies[champion].n >= FRESH_ANSWERS:
                self.before = None
            if why:
                await self._take_back(champion, why, "champion")

    async def _take_back(self, release: str, why: str, stage: str) -> None:
        log.warning("a release is worse", extra={"release": release, "why": why, "stage": stage})
        acts = self.watcher.settings.rollback

        def work(connection: Connection) -> Row:
            if acts and stage == "canary":
                shelf.move(
                    connection, self.scenario, release, "retired", by=SERVICE, note=why, action="release.taken_back"
                )
            elif acts:
                shelf.roll_back(connection, self.scenario, by=SERVICE, note=why)
            details = {"about": f"the {stage} {'was taken back' if acts else 'is worse'}: {why}", "release": release}
            return alarms.add(connection, self.scenario, "release", "stop", details, over=True)

        async with self._turn:
            alarm = await self.ledger.write(work)
            await self._follow()
        if self.watcher.sinks is not None:
            self.watcher.sinks.tell(alarm)


def refuse_other(ours: Bundle, theirs: Bundle, *, new_labels: bool) -> None:
    """Raise `SetupError` where a bundle is of another scenario, task or set of labels than ours."""
    where = str(theirs.path)
    for name in ("scenario", "task"):
        if ours.about[name] != theirs.about[name]:
            what = f"the bundle is of the {name} {theirs.about[name]!r}, not {ours.about[name]!r}"
            raise SetupError(what, where=where, fix="release it where it belongs")
    mine, other = labels_of(ours), labels_of(theirs)
    if mine != other and not new_labels:
        more, less = ", ".join(sorted(other - mine)), ", ".join(sorted(mine - other))
        what = (
            "the bundle has other labels" + (f"; new: {more}" if more else "") + (f"; missing: {less}" if less else "")
        )
        raise SetupError(what, where=where, fix="if callers are ready for them: --new-labels")


def labels_of(bundle: Bundle) -> frozenset[str]:
    """Return the labels that a bundle answers with, as its examples show them; none for a ranking."""
    scores = bundle.examples[0]["response"].get("scores") if bundle.examples else None
    return frozenset(scores) if isinstance(scores, dict) else frozenset()
