"""What step 2 takes from a table of people, and which columns of a log say when and where an event was."""

from collections.abc import Collection, Mapping
from dataclasses import fields
from typing import Any

from luodi.contracts import Reject, record
from luodi.data.readers import Table
from luodi.errors import DataError, did_you_mean
from luodi.train import logs


@record
class Visitors:
    """The rows of a table of people."""

    users: list[str]
    """Whom each row is about; whoever has two rows is said by the last."""
    columns: dict[str, list[str]]
    n_unusable: int
    """Rows that cannot be read, or say of nobody who it is."""
    n_forgotten: int
    n_repeated: int

    def facts(self) -> dict[str, int]:
        """Return the numbers of rows."""
        found = {"unusable": self.n_unusable, "forgotten": self.n_forgotten, "repeated": self.n_repeated}
        return {"rows": len(self.users), **found}


def read(table: Table, columns: Mapping[str, str], about: Collection[str], forgotten: Collection[str]) -> Visitors:
    """Read a table of people; `columns` maps our names to its, `about` names those to take, empty for all.

    `forgotten` are the keys of those whom `luodi forget` took out. Raises `DataError` for a column that is not there.
    """
    user = columns.get("user", "user")
    ours = {theirs: name for name, theirs in columns.items()}
    there = {ours.get(one, one): one for one in table.columns if one != user}
    _check(table, columns, about, there)
    wanted = {name: theirs for name, theirs in there.items() if not about or name in about}
    users: list[str] = []
    cells: dict[str, list[str]] = {name: [] for name in wanted}
    n_unusable = n_forgotten = 0
    for _, row in table.rows():
        who = "" if isinstance(row, Reject) else text_of(row.get(user)).strip()
        if isinstance(row, Reject) or not who:
            n_unusable += 1
        elif forgotten and logs.key_of(who) in forgotten:
            n_forgotten += 1
        else:
            users.append(who)
            for name, theirs in wanted.items():
                cells[name].append(text_of(row.get(theirs)))
    return Visitors(
        users=users,
        columns=cells,
        n_unusable=n_unusable,
        n_forgotten=n_forgotten,
        n_repeated=len(users) - len(set(users)),
    )


def context_of(task: Any, options: Any, columns: Mapping[str, str], table: Table) -> dict[str, str]:
    """Map the columns of the context to the log's. Raises `DataError` for one that is not there, or is no context."""
    taken = {one.name for one in fields(task.Row)}
    mapping = {name: columns.get(name, name) for name in options.context}
    for name, theirs in mapping.items():
        if name in taken:
            fix = f"the context is what is known before an event, not its {name}"
            raise DataError(f"{name!r} is no context", where="[options] context", fix=fix)
        if theirs not in table.columns:
            fix = f"{did_you_mean(theirs, table.columns)}; [options] context names columns of the log"
            raise DataError(f"no column is called {theirs!r}", where=f"{table.path}:1", fix=fix)
    return mapping


def _check(table: Table, columns: Mapping[str, str], about: Collection[str], there: Collection[str]) -> None:
    for name, theirs in (("user", columns.get("user", "user")), *columns.items()):
        if theirs not in table.columns:
            hint = f'write [options] user_columns = {{ {name} = "your column" }}'
            fix = f"{did_you_mean(theirs, table.columns)}; {hint}"
            raise DataError(f"no column is called {theirs!r}", where=f"{table.path}:1", fix=fix)
    for name in about:
        if name not in there:
            fix = f"{did_you_mean(name, there)}; [options] about names columns of [define] tables.users"
            raise DataError(f"no column of the people is called {name!r}", where="[options] about", fix=fix)
    if not there:
        raise DataError("the table of people says nothing of them", where=f"{table.path}:1", fix="add a column")


def text_of(value: Any) -> str:
    """Return a cell as text: several values with a stroke between them, whole numbers without a point."""
    if isinstance(value, list | tuple):
        return "|".join(map(str, value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)
