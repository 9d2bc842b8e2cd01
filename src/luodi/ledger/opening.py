"""How a database is opened: SQLite beside the workspace or PostgreSQL by URL, and what is made sure of first."""

import json
import os
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, inspect, select, text, update
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from luodi.errors import SetupError
from luodi.ledger import audit
from luodi.ledger.tables import META, METADATA, VERSION

VARIABLE = "LUODI_DATABASE"
FILE = "ledger.db"
BUSY_SECONDS = 60.0  # how long to wait for another process: it may be writing the whole file anew
SAFE_WAL = (
    (3, 44, 6),
    (3, 50, 7),
    (3, 51, 3),
)  # the WAL-reset bug, sqlite.org/wal.html: fixed in the last, ported back
MAKING = 0x1D0D1  # any number of our own: the PostgreSQL lock under which the tables are made
LAYOUT = "layout"

Migration = Callable[[Connection], None]
MIGRATIONS: dict[int, Migration] = {}
"""Layout to what makes the next one of it; runs in one transaction with the note that it ran."""


def wal_is_safe(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> bool:
    """Say whether this SQLite keeps a write-ahead log without a chance of corruption.

    >>> wal_is_safe((3, 40, 1)), wal_is_safe((3, 44, 6)), wal_is_safe((3, 45, 0)), wal_is_safe((3, 51, 3))
    (False, True, False, True)
    """
    ported = any(version[:2] == one[:2] and version >= one for one in SAFE_WAL)
    return ported or version >= SAFE_WAL[-1]


def url_of(home: Path, url: str | None) -> URL:
    """Return the database that a home has: the given one, that of `LUODI_DATABASE`, or a file. Raises `SetupError`."""
    given = os.environ.get(VARIABLE) if url is None else url
    if not given:
        return URL.create("sqlite", database=str(home / FILE))
    fix = "write postgresql://USER:PASSWORD@HOST/DATABASE"
    try:
        made = make_url(given)
    except ArgumentError:  # its message quotes the URL, and that may hold a password
        raise SetupError("this is no URL of a database", where=VARIABLE, fix=fix) from None
    if made.get_backend_name() != "postgresql":
        raise SetupError(f"{made.get_backend_name()!r} is no database for a ledger", where=VARIABLE, fix=fix)
    return made.set(drivername="postgresql+psycopg")


def make_file(path: Path) -> None:
    """Make the file, for its owner alone, where it is not there. Raises `SetupError`."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.chmod(0o700)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600))
        path.chmod(0o600)
    except OSError as error:
        fix = f"make it yours to write, or set {VARIABLE}"
        raise SetupError(f"the ledger cannot be opened: {error.strerror}", where=str(path), fix=fix) from error


def engine_of(url: URL, *, writes: bool) -> Engine:
    """Return the engine for the one that writes, or for those who read."""
    lite = url.get_backend_name() == "sqlite"
    options: dict[str, Any] = {"connect_args": {"timeout": BUSY_SECONDS}} if lite else {"pool_pre_ping": True}
    made = create_engine(
        url, json_serializer=_as_json, hide_parameters=True, pool_size=1 if writes else 4, max_overflow=0, **options
    )
    if lite:
        event.listen(made, "connect", _set_up_writer if writes else _set_up_reader)
        event.listen(made, "begin", _begin_to_write if writes else _begin_to_read)
    elif not writes:
        event.listen(made, "begin", lambda connection: connection.exec_driver_sql("SET TRANSACTION READ ONLY"))
    return made


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)  # as people write, so that a search of the bytes finds it


def _set_up_writer(raw: sqlite3.Connection, _: object) -> None:
    raw.isolation_level = None  # we begin ourselves
    # TRUNCATE and not PERSIST: the latter leaves texts in the journal. Full: a commit is on the disk.
    mode = "WAL" if wal_is_safe() else "TRUNCATE"
    for pragma in (f"journal_mode = {mode}", "synchronous = FULL", "secure_delete = ON", "temp_store = MEMORY"):
        raw.execute(f"PRAGMA {pragma}")


def _set_up_reader(raw: sqlite3.Connection, _: object) -> None:
    raw.isolation_level = None
    raw.execute("PRAGMA query_only = ON")


def _begin_to_write(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")  # one that begins to read and then writes would be told "locked"


def _begin_to_read(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def prepare(
    engine: Engine, where: str, *, version: int = VERSION, migrations: Mapping[int, Migration] = MIGRATIONS
) -> None:
    """Make the tables, or bring an older layout up to this one. Raises `SetupError` for a newer one."""
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": MAKING})
            if not inspect(connection).has_table(META.name):
                METADATA.create_all(connection)
                first = {LAYOUT: str(version), audit.HEAD: audit.START, audit.BASE: audit.START}
                connection.execute(insert(META), [{"name": name, "value": value} for name, value in first.items()])
                return
            found = int(connection.scalars(select(META.c.value).where(META.c.name == LAYOUT)).one())
            if found > version:
                fix = "use the luodi that wrote it, or a newer one; nothing was changed"
                raise SetupError(f"the ledger has layout {found}, this luodi knows {version}", where=where, fix=fix)
            for one in range(found, version):
                migrations[one](connection)
            connection.execute(update(META).where(META.c.name == LAYOUT).values(value=str(version)))
    except SQLAlchemyError as error:
        fix = "see that it is a ledger, that it runs, and that you may write there"
        raise SetupError(f"the ledger cannot be opened: {told(error)}", where=where, fix=fix) from None


def told(error: SQLAlchemyError) -> str:
    """Return what the database said, in a line, without the statement and its values."""
    said = str(getattr(error, "orig", None) or type(error).__name__).strip()
    return said.splitlines()[0][:200] if said else type(error).__name__
