"""The one thread that writes: it takes all that waits, commits it in one go, and only then says so."""

import logging
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

from sqlalchemy import Connection, Engine, insert
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from luodi.contracts import record
from luodi.errors import SetupError
from luodi.ledger.notes import Note, row
from luodi.ledger.opening import told
from luodi.ledger.tables import REQUESTS

log = logging.getLogger(__name__)

MAX_WORKS = 10_000  # that wait; more are refused
MAX_NOTES, MAX_CHARACTERS = 10_000, 20_000_000  # that wait, in memory and unmasked; more are dropped and counted
BATCH = 512
BATCH_SECONDS = 0.005  # of masking, at most, before whoever waits for a commit gets it
NOTE_SECONDS = 0.2  # notes have nobody who waits for them: so long they gather
BROKEN = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class WriteError(SetupError):
    """The ledger did not keep what it was given: whoever sent it must send it again."""


@record
class Work:
    """Something to do with the database, and who waits for it."""

    do: Callable[[Connection], Any]
    done: "Future[Any]"


Outcome = tuple[Work, Any, Exception | None]


class Writer:
    """Takes works and notes from any thread. After a fault of the disk it takes no more, until the next start.

    A commit that the disk refused may or may not be there, and a second try that succeeds proves nothing about the
    first (PostgreSQL's fsync lesson of 2018): so nothing is tried again, and nothing acknowledged any more.
    """

    def __init__(self, engine: Engine, where: str) -> None:
        self.engine, self.where = engine, where
        self.broken: str | None = None
        """What the disk said, once it failed."""
        self.n_dropped = 0
        """Notes that were not kept."""
        self.waiting: dict[str, str] = {}
        """Notes on their way: id to scenario."""
        self._works: deque[Work] = deque()
        self._notes: deque[Note] = deque()
        self._n_characters = 0
        self._wakes = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closing = False

    def submit(self, do: Callable[[Connection], Any]) -> "Future[Any]":
        """Return the future outcome of a work; it is set once that is durable. Raises `WriteError`."""
        if self.broken:
            raise self._refusal()
        work = Work(do=do, done=Future())
        with self._wakes:
            if self._closing or len(self._works) >= MAX_WORKS:
                raise WriteError("too much waits to be written", where=self.where, fix="try again in a second")
            self._works.append(work)
            self._started()
            self._wakes.notify()
        return work.done

    def note(self, note: Note) -> None:
        """Take a note of an answer. Never waits; drops it where too many wait."""
        n_characters = len(note.served.x)
        if self.broken or len(self._notes) >= MAX_NOTES or self._n_characters + n_characters > MAX_CHARACTERS:
            self.n_dropped += 1
            return
        self.waiting[note.served.id] = note.served.scenario
        self._n_characters += n_characters
        self._notes.append(note)
        if len(self._notes) == 1:
            with self._wakes:
                self._started()
                self._wakes.notify()

    def close(self) -> None:
        """Write what waits, then stop."""
        with self._wakes:
            self._closing = True
            self._wakes.notify()
        if self._thread is not None:
            self._thread.join()

    def _started(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="ledger", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while self._wait():
            rows = self._masked()
            works = [self._works.popleft() for _ in range(min(len(self._works), BATCH))]
            taken = [one for one in works if one.done.set_running_or_notify_cancel()]
            if self.broken:
                self._tell([(one, None, self._refusal()) for one in taken], rows)
            elif taken or rows:
                self._commit(taken, rows)

    def _wait(self) -> bool:
        """Wait for something to do; `False` at the end."""
        with self._wakes:
            if not (self._works or self._notes or self._closing):
                self._wakes.wait()
            if not (self._works or self._closing or len(self._notes) >= BATCH):
                self._wakes.wait(NOTE_SECONDS)
            return bool(self._works or self._notes or not self._closing)

    def _masked(self) -> list[dict[str, Any]]:
        rows, until = list[dict[str, Any]](), time.monotonic() + BATCH_SECONDS
        while self._notes and len(rows) < BATCH and not (self._works and time.monotonic() > until):
            note = self._notes.popleft()
            self._n_characters -= len(note.served.x)
            try:
                rows.append(row(note))
            except Exception as error:  # noqa: BLE001 -- an answer that cannot be kept must not end the keeping
                self._drop(note, error)
        return rows

    def _drop(self, note: Note, error: Exception) -> None:
        log.error("an answer was not kept", extra={"error": type(error).__name__})
        self.waiting.pop(note.served.id, None)
        self.n_dropped += 1

    def _commit(self, works: Sequence[Work], rows: list[dict[str, Any]]) -> None:
        """Do the works in one transaction; tell each its outcome after the commit, or all that there is none."""
        outcomes: list[Outcome] = []
        try:
            with self.engine.begin() as connection:
                if rows and self._tried(connection, lambda one: one.execute(insert(REQUESTS), rows))[1]:
                    self.n_dropped += len(rows)
                outcomes += [(one, *self._tried(connection, one.do)) for one in works]
        except Exception as error:  # noqa: BLE001 -- whoever waits must hear of it, whatever it is
            refusal = self._failed(error)
            self.n_dropped += len(rows)
            outcomes = [(one, None, refusal) for one in works]
        self._tell(outcomes, rows)

    def _tell(self, outcomes: Sequence[Outcome], rows: Sequence[dict[str, Any]]) -> None:
        for one in rows:
            self.waiting.pop(one["id"], None)
        for work, value, fault in outcomes:
            if fault is None:
                work.done.set_result(value)
            else:
                work.done.set_exception(fault)

    def _tried(self, connection: Connection, do: Callable[[Connection], Any]) -> tuple[Any, Exception | None]:
        """Do one work: what it raises undoes this work alone, unless the database itself is at fault."""
        connection.exec_driver_sql("SAVEPOINT work")  # begin_nested does the same in five times the time
        try:
            value = do(connection)
            connection.exec_driver_sql("RELEASE SAVEPOINT work")
        except Exception as error:
            if isinstance(error, DBAPIError) and (error.connection_invalidated or is_broken(error)):
                raise
            connection.exec_driver_sql("ROLLBACK TO SAVEPOINT work")
            return None, error
        return value, None

    def _failed(self, error: Exception) -> WriteError:
        if isinstance(error, WriteError):
            return error
        said = told(error) if isinstance(error, SQLAlchemyError) else type(error).__name__
        log.error("nothing was written", extra={"error": said, "ledger": self.where})
        if isinstance(error, DBAPIError) and is_broken(error):
            self.broken = said
            return self._refusal()
        return WriteError(f"the ledger could not write: {said}", where=self.where, fix="try again in a second")

    def _refusal(self) -> WriteError:
        what = f"the ledger stopped writing, since the disk failed: {self.broken}"
        return WriteError(what, where=self.where, fix="see to the disk, then start the service anew")


def is_broken(error: DBAPIError) -> bool:
    """Say whether the disk or the file is at fault, and not the statement, the load or the network."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in BROKEN
