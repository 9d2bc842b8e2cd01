"""Tables in a database: `sqlite:///file.db?table=calls`, `postgresql://host/name?query=SELECT …`. Only ever read.

A password may stand in the URL, in a variable of the environment (`postgresql://me:${DB_PASSWORD}@host/name?…`), or
where PostgreSQL itself looks for it (`PGPASSWORD`, `~/.pgpass`). Names that leave this module hold none.
"""

import os
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from luodi.contracts import Reject, record
from luodi.data import columnar, decode, delimited, files
from luodi.errors import DataError, SetupError, did_you_mean

Rows = list[tuple[int, dict[str, Any] | Reject]]
AT_ONCE = 1_000
SCHEMES = ("sqlite", "postgresql", "postgres")
MAX_CONNECT_SECONDS = 10
SHAPE = "write sqlite:///FILE.db?table=TABLE, or postgresql://USER@HOST/DATABASE?query=SELECT …"
HIDDEN = "***"
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]+)://")


@record
class Database:
    """One table, or one query, of a database."""

    url: str
    """As the user wrote it. Never show it: see `name`."""
    root: Path
    """The folder that the path of an SQLite file is relative to."""
    table: str = ""
    query: str = ""

    @property
    def name(self) -> str:
        """The URL without its password."""
        return masked(self.url)

    @property
    def is_sqlite(self) -> bool:
        return self.url.startswith("sqlite")

    @property
    def file(self) -> Path:
        """The SQLite file."""
        return self.root / unquote(urlsplit(self.url).path.removeprefix("/"))


def is_url(name: str) -> bool:
    """Say whether a name of a data source is a URL, of whatever kind."""
    return bool(_SCHEME.match(name))


def masked(url: str) -> str:
    """Return a URL without its password, for messages and artifacts.

    >>> masked("postgresql://me:secret@db/shop?table=calls&password=secret")
    'postgresql://me:***@db/shop?table=calls&password=***'
    """
    url = re.sub(r"^([^/]*://[^/?#]*?:)(.*)(@[^@/?#]*(?:[/?#]|$))", _masked_part, url, count=1)
    return re.sub(r"(?i)([?&](?:password|passwd|passfile|sslpassword)=)[^&]*", rf"\1{HIDDEN}", url)


def _masked_part(found: re.Match[str]) -> str:
    return found[0] if _VARIABLE.fullmatch(found[2]) else f"{found[1]}{HIDDEN}{found[3]}"


def parse(url: str, root: Path) -> Database:
    """Return what a URL names. Raises `DataError` where it names no table and no query, without its password."""
    scheme = url.partition("://")[0]
    if scheme.partition("+")[0] not in SCHEMES:
        raise DataError(f"{scheme}:// is not read", where=masked(url), fix="name a file, or: " + SHAPE)
    if scheme.startswith("sqlite") and not url.startswith(f"{scheme}:///"):
        raise DataError("an SQLite URL has three slashes", where=masked(url), fix=SHAPE)
    given = dict(parse_qsl(urlsplit(url).query))
    table, query = given.get("table", ""), given.get("query", "").strip().rstrip(";")
    if bool(table) == bool(query):
        raise DataError("the URL should name a table, or a query", where=masked(url), fix=SHAPE)
    if query and (not re.match(r"(?i)\s*(select|with|table|values)\b", query) or ";" in re.sub(r"'[^']*'", "", query)):
        raise DataError("a query should be one SELECT", where=masked(url), fix="only reading is done here")
    return Database(url=url, root=root, table=table, query=query)


def columns(source: Database) -> tuple[str, ...]:
    """Return the names of the columns. Raises `DataError` or `SetupError` where there is no such table or server."""
    with _result(source) as result:
        return delimited.named(list(result.keys()))


def batches(source: Database) -> Iterator[Rows]:
    """Yield the rows, numbered from 1, in the order of the table's primary key, or as the query says."""
    with _result(source) as result:
        names = delimited.named(list(result.keys()))
        n = 1
        for part in result.partitions(AT_ONCE):
            rows: Rows = [(n + k, _row(names, row)) for k, row in enumerate(part)]
            n += len(rows)
            yield rows


def _row(names: tuple[str, ...], values: Any) -> dict[str, Any] | Reject:
    try:
        row = {name: columnar.plain(value) for name, value in zip(names, values, strict=True)}
    except UnicodeDecodeError:
        return Reject(reason="bytes that are no text")
    if any(isinstance(value, str) and not value.isascii() and decode.is_broken(value) for value in row.values()):
        return Reject(reason="bytes that are no text")
    return row


def _lenient(connection: Any, _: Any) -> None:
    """Let SQLite hand over text that is no UTF-8: the row is listed, and the others come through."""
    connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")


@contextmanager
def _result(source: Database) -> Iterator[Any]:
    try:
        import sqlalchemy as sql
        from sqlalchemy import exc
    except ImportError:
        raise SetupError("reading a database needs SQLAlchemy", fix='pip install "luodi[data]"') from None
    engine = _engine(source, sql)
    try:
        with engine.connect() as connection:
            statement = sql.text(source.query.replace(":", r"\:")) if source.query else _whole(source, connection, sql)
            result = connection.execution_options(stream_results=True, max_row_buffer=AT_ONCE).execute(statement)
            with closing(result):
                yield result
    except (exc.SQLAlchemyError, UnicodeError) as error:
        cause = getattr(error, "orig", None) or error
        raise _explained(source, f"{cause}") from None
    finally:
        engine.dispose()


def _engine(source: Database, sql: Any) -> Any:
    if source.is_sqlite:
        files.open_plain(source.file).close()  # SQLite would make a file that is not there
        path = quote(str(source.file.resolve()))
        engine = sql.create_engine(f"sqlite:///file:{path}?mode=ro&uri=true", poolclass=sql.pool.NullPool)
        sql.event.listen(engine, "connect", _lenient)
        return engine
    url = sql.make_url(_VARIABLE.sub(_variable, _bare(source.url))).set(drivername="postgresql+psycopg")
    options = {"connect_timeout": MAX_CONNECT_SECONDS, "options": "-c default_transaction_read_only=on"}
    try:
        return sql.create_engine(url, poolclass=sql.pool.NullPool, connect_args=options)
    except ImportError:
        raise SetupError("reading PostgreSQL needs psycopg", fix='pip install "luodi[data]"') from None


def _bare(url: str) -> str:
    """Return the URL without what is ours in it."""
    before, _, given = url.partition("?")
    rest = [(key, value) for key, value in parse_qsl(given) if key not in {"table", "query"}]
    return before + ("?" + urlencode(rest) if rest else "")


def _variable(found: re.Match[str]) -> str:
    value = os.environ.get(found[1])
    if value is None:
        raise SetupError(f"the variable {found[1]} is not set", where="[define]", fix=f"export {found[1]}=…")
    return quote(value, safe="")


def _whole(source: Database, connection: Any, sql: Any) -> Any:
    """Return the statement that reads all of a table, in an order that stays the same where the table has a key."""
    inspector = sql.inspect(connection)
    schema, _, table = source.table.rpartition(".")
    known = [*inspector.get_table_names(schema or None), *inspector.get_view_names(schema or None)]
    if table not in known:
        raise DataError(
            f"no table is called {source.table!r}", where=source.name, fix=did_you_mean(table, known) or SHAPE
        )
    key = inspector.get_pk_constraint(table, schema=schema or None)["constrained_columns"]
    order = [sql.column(name) for name in key]
    if not order and source.is_sqlite and table in inspector.get_table_names(schema or None):
        order = [sql.literal_column("rowid")]
    chosen = sql.select(sql.text("*")).select_from(sql.table(table, schema=schema or None))
    return chosen.order_by(*order)


def _explained(source: Database, why: str) -> DataError:
    """Say what the database objects to, without the password, whoever put it there."""
    secrets = [unquote(urlsplit(source.url).password or ""), urlsplit(source.url).password or ""]
    secrets += [os.environ.get(name, "") for name in ("PGPASSWORD", *_VARIABLE.findall(source.url))]
    for secret in filter(None, secrets):
        why = why.replace(secret, HIDDEN)
    return DataError(
        f"the database says: {' '.join(why.split())[:200]}",
        where=source.name,
        fix="check the address, the user, the password and the query",
    )
