"""The ledger: what was asked, answered, said about it and decided. Written by one thread, read by any."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from sqlalchemy import Connection
from sqlalchemy.engine import URL

from luodi.ledger import opening
from luodi.ledger.entries import Served
from luodi.ledger.notes import Keep, Note
from luodi.ledger.writer import Writer

T = TypeVar("T")


def open_ledger(home: Path, url: str | None = None) -> "Ledger":
    """Open the ledger of a home, and make it where there is none: SQLite `home/ledger.db`, or PostgreSQL.

    `url` is `postgresql://…`; without it `LUODI_DATABASE` counts. Raises `SetupError` where it cannot be opened, or
    was written by a newer luodi.
    """
    return Ledger(opening.url_of(home, url))


class Ledger:
    """One database. `write` returns after a commit that is on the disk; `note` never waits."""

    def __init__(self, url: URL) -> None:
        self.where = url.render_as_string(hide_password=True)
        if url.get_backend_name() == "sqlite":
            assert url.database is not None
            self.where = url.database
            opening.make_file(Path(url.database))
        writing = opening.engine_of(url, writes=True)
        try:
            opening.prepare(writing, self.where)
        except BaseException:
            writing.dispose()
            raise
        self.dialect = writing.dialect.name
        self._writing, self._reading = writing, opening.engine_of(url, writes=False)
        self._writer = Writer(writing, self.where)

    def note(self, served: Served, *, keep: Keep) -> None:
        """Keep an answer, masked unless `keep` is "full". Dropped and counted where too many wait."""
        self._writer.note(Note(served=served, keep=keep))

    @property
    def n_dropped(self) -> int:
        """How many answers were not kept."""
        return self._writer.n_dropped

    @property
    def broken(self) -> str | None:
        """What the disk said when it failed; from then on nothing is written."""
        return self._writer.broken

    def scenario_of(self, request_id: str) -> str | None:
        """Return the scenario of an answer that is still on its way into the database."""
        return self._writer.waiting.get(request_id)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Do a work in the one thread that writes; return its value once it is durable.

        What the work raises undoes this work alone. Raises `WriteError` where the commit failed: nothing was kept.
        """
        value: T = await asyncio.wrap_future(self._writer.submit(work))
        return value

    def write_now(self, work: Callable[[Connection], T]) -> T:
        """Do the same for whoever has no event loop."""
        value: T = self._writer.submit(work).result()
        return value

    def read(self, work: Callable[[Connection], T]) -> T:
        """Return what a work makes of a connection that only reads. Be brief: in SQLite a commit waits for readers."""
        with self._reading.connect() as connection:
            return work(connection)

    async def aread(self, work: Callable[[Connection], T]) -> T:
        """Do the same in another thread."""
        return await asyncio.to_thread(self.read, work)

    def compact(self, tables: Sequence[str]) -> None:
        """Write the database, or these tables of PostgreSQL, anew, so that no free page keeps what was deleted."""
        if self.dialect == "sqlite":
            with closing(self._writing.raw_connection()) as raw:
                for one in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                    raw.cursor().execute(one).fetchall()
            return
        with self._writing.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for one in sorted(set(tables)):
                connection.exec_driver_sql(f'VACUUM (FULL) "{one}"')

    def close(self) -> None:
        """Write what waits, and let go of the database."""
        self._writer.close()
        self._writing.dispose()
        self._reading.dispose()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close."""
        self.close()


def rows_of(found: Any) -> list[dict[str, Any]]:
    """Return the rows of a result as plain mappings."""
    return [dict(one) for one in found.mappings()]
