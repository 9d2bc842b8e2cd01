"""Long tables in short reads: in SQLite a commit waits for whoever reads."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, tuple_

PAGE = 500


def page(
    connection: Connection, *, query: "Select[Any]", by: Sequence[ColumnElement[Any]], after: Sequence[Any] | None
) -> list[dict[str, Any]]:
    """Return the next rows of a query, in the order of some columns that are unique together."""
    if after is not None:
        query = query.where(tuple_(*by) > tuple_(*after)) if len(by) > 1 else query.where(by[0] > after[0])
    found = connection.execute(query.order_by(*by).limit(PAGE))
    return [dict(one) for one in found.mappings()]


def pages(
    read: Callable[[Callable[[Connection], list[dict[str, Any]]]], list[dict[str, Any]]],
    query: "Select[Any]",
    by: Sequence[ColumnElement[Any]],
) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows of a query page by page; `read` is `Ledger.read`."""
    after: list[Any] | None = None
    while rows := read(partial(page, query=query, by=by, after=after)):
        yield rows
        after = [rows[-1][str(one.key)] for one in by]
