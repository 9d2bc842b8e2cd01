"""The service's side of a worker: start it, ask it, notice that it died or hangs, and put another in its place."""

import asyncio
import logging
import os
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from luodi import child
from luodi.errors import SetupError
from luodi.serve.worker_frames import Frames, Outcome, outcomes_of, pack

log = logging.getLogger(__name__)

START_SECONDS = 60.0
HANG_SECONDS = 5.0
BACKOFF_SECONDS = (0.0, 0.5, 1.0, 2.0, 4.0)
# OpenVINO has threads of its own, a text at a time leaves nothing to share, and more arenas only hold more memory.
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "MALLOC_ARENA_MAX": "2",
}
FIX = "luodi run makes a fresh bundle; the server's standard error says more"

Command = Callable[[Path], list[str]]


def command_of(folder: Path) -> list[str]:
    """Return the command that starts a worker for a bundle."""
    return child.command("luodi.serve.worker", str(folder))


class LostError(Exception):
    """The worker ended before it answered."""

    def __init__(self, *, begun: bool) -> None:
        super().__init__("the worker ended")
        self.begun = begun


class Flight:
    """A batch on its way."""

    def __init__(self, answer: "asyncio.Future[list[Outcome]]") -> None:
        self.answer = answer
        self.begun_at: float | None = None
        self.patience_seconds = HANG_SECONDS
        self.due: asyncio.TimerHandle | None = None


class Worker:
    """A child process that has one bundle open. Between `start` and `stop` it belongs to one event loop.

    `changed` is called whenever it can be given more to do; `restarted` whenever it had to be replaced.
    """

    def __init__(self, folder: Path, *, command: Command = command_of, hang_seconds: float = HANG_SECONDS) -> None:
        self.folder, self.command, self.hang_seconds = folder, command, hang_seconds
        self.slots = 1
        self.changed: Callable[[], None] = lambda: None
        self.restarted: Callable[[], None] = lambda: None
        self._process: subprocess.Popen[bytes] | None = None
        self._transport: asyncio.Transport | None = None
        self._flights: dict[int, Flight] = {}
        self._n = 0
        self._ended = False
        self._replacing: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start the process and wait until its bundle is open. Raises `SetupError` where it cannot be opened."""
        self._loop = asyncio.get_running_loop()
        try:
            await self._spawn()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """End the process; what it still computes is lost."""
        self._ended = True
        if self._replacing is not None:
            self._replacing.cancel()
        self._hang_up()
        await self._reap(patience_seconds=1.0)

    @property
    def up(self) -> bool:
        """Whether it can be asked now."""
        return self._transport is not None

    @property
    def n_flights(self) -> int:
        """How many batches it has been given and not answered."""
        return len(self._flights)

    def seconds_left(self, expected_seconds: float) -> float:
        """Return in how many seconds it should be free, where a batch takes so long; negative where it is overdue."""
        now = time.monotonic()
        begun = (now if one.begun_at is None else one.begun_at for one in self._flights.values())
        return min(begun, default=now - expected_seconds) + expected_seconds - now

    def rss_mb(self) -> float:
        """Return its resident memory in MB (10^6 bytes), 0 where there is none to be seen."""
        try:
            assert self._process is not None
            pages = int(Path(f"/proc/{self._process.pid}/statm").read_text(encoding="ascii").split()[1])
            return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
        except (OSError, ValueError, AssertionError, IndexError):
            return 0.0

    async def scores(self, xs: Sequence[Any], *, deadline: float | None = None) -> list[Outcome]:
        """Return an outcome for each x, past the queue. Raises `LostError` where the worker ends meanwhile.

        `deadline` is a time of `time.monotonic`.
        """
        due = time.monotonic() + self.hang_seconds if deadline is None else deadline
        if not self.up:
            raise LostError(begun=False)
        return await self.send([(0, x, due) for x in xs]).answer

    def drop(self, flight: Flight, n: int) -> None:
        """Ask that x number n of a batch be left out, if it has not been begun."""
        if flight.begun_at is None and not flight.answer.done() and self._transport is not None:
            self._transport.write(pack({"drop": n}))

    def send(self, batch: Sequence[tuple[int, Any, float]], *, patience_seconds: float | None = None) -> Flight:
        """Hand a batch over: a number, an x, and the time of `time.monotonic` at which it is not worth beginning.

        Once it has begun, it may take so many seconds, or as many as the worker allows.
        """
        assert self._transport is not None, "the worker is down"
        self._n += 1
        flight = Flight(self._loop.create_future())
        flight.patience_seconds = self.hang_seconds if patience_seconds is None else patience_seconds
        behind = len(self._flights) >= self.slots
        self._flights[self._n] = flight
        self._transport.write(pack({"n": self._n, "batch": batch, "tell": behind}))
        if behind:  # a batch that may take all its time, so that this one's own begins later, when we are told
            flight.due = self._loop.call_later(2 * self.hang_seconds, self._hangs)
        else:
            self._begins(flight)
        return flight

    async def _spawn(self) -> None:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)  # noqa: FBT003 -- the standard library's own signature
        with theirs:
            self._process = subprocess.Popen(
                self.command(self.folder),
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                env=ENVIRONMENT | os.environ,
            )
        opened: asyncio.Future[dict[str, Any]] = self._loop.create_future()
        transport, line = await self._loop.create_connection(lambda: _Line(self, opened), sock=ours)
        try:
            async with asyncio.timeout(START_SECONDS):
                said = await opened
        except TimeoutError:
            transport.abort()
            raise SetupError("the bundle was not open in time", where=str(self.folder), fix=FIX) from None
        if "error" in said:
            what, where, fix = said["error"]
            raise SetupError(what, where=where, fix=fix)
        if transport.is_closing():
            raise SetupError("the bundle's process ended as soon as it was open", where=str(self.folder), fix=FIX)
        line.adopted = True
        self.slots, self._transport = int(said["slots"]), transport
        self.changed()

    def heard(self, head: dict[str, Any], body: bytes) -> None:
        """Take a frame from the process."""
        if "begun" in head:
            self._begins(self._flights[head["begun"]])
        else:
            flight = self._flights.pop(head["n"])
            assert flight.due is not None
            flight.due.cancel()
            if not flight.answer.done():
                flight.answer.set_result(outcomes_of(head, body))
            self.changed()

    def lost(self) -> None:
        """Take note that the process has ended, or has hung up."""
        self._hang_up()
        flights, self._flights = list(self._flights.values()), {}
        if not self._ended:
            log.error("a worker ended", extra={"folder": self.folder.name, "n_batches": len(flights)})
            self._replacing = self._loop.create_task(self._replace())
        for flight in flights:
            assert flight.due is not None
            flight.due.cancel()
            if not flight.answer.done():
                flight.answer.set_exception(LostError(begun=flight.begun_at is not None))

    def _begins(self, flight: Flight) -> None:
        flight.begun_at = time.monotonic()
        if flight.due is not None:
            flight.due.cancel()
        flight.due = self._loop.call_later(flight.patience_seconds, self._hangs)

    def _hangs(self) -> None:
        log.error("a worker hangs", extra={"folder": self.folder.name})
        if self._process is not None:
            self._process.kill()
        self._hang_up()  # `lost` follows

    def _hang_up(self) -> None:
        if self._transport is not None:
            self._transport.abort()
            self._transport = None

    async def _replace(self) -> None:
        await self._reap(patience_seconds=0.0)
        for n in range(1_000_000):
            await asyncio.sleep(BACKOFF_SECONDS[min(n, len(BACKOFF_SECONDS) - 1)])
            self.restarted()
            try:
                await self._spawn()
            except (SetupError, OSError) as error:
                log.error("a worker cannot be replaced", extra={"error": str(error)})  # noqa: TRY400
                await self._reap(patience_seconds=0.0)
            else:
                return

    async def _reap(self, *, patience_seconds: float) -> None:
        process = self._process
        if process is None:
            return
        try:
            await asyncio.to_thread(process.wait, patience_seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            await asyncio.to_thread(process.wait)


class _Line(asyncio.Protocol):
    """The wire to a process: its first frame says that it is open, or why not."""

    def __init__(self, worker: Worker, opened: "asyncio.Future[dict[str, Any]]") -> None:
        self.worker, self.opened, self.frames, self.adopted = worker, opened, Frames(), False

    def data_received(self, data: bytes) -> None:
        for head, body in self.frames.feed(data):
            if not self.opened.done():
                self.opened.set_result(head)
            else:
                self.worker.heard(head, body)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.adopted:
            self.worker.lost()
        elif not self.opened.done():
            fault = SetupError("the bundle's process ended while it opened", where=str(self.worker.folder), fix=FIX)
            self.opened.set_exception(fault)
