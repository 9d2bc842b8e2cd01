"""Forget a user of a log: whose rows of the log go, and what was made of them."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from luodi.contracts import Reject
from luodi.data import sources
from luodi.data.corrections import Correction
from luodi.errors import DataError
from luodi.privacy.person import Person
from luodi.scenario import Scenario


def users(
    scenario: Scenario, tables: Iterable[sources.Source], person: Person, columns: Sequence[tuple[str, str]]
) -> set[str]:
    """Return the ids of the log that mean the person: by name, or as the value of the column that holds users.

    A row of the table of users that names the person, or holds the value of another column, says who it is, too.
    """
    prepare = scenario.settings["prepare"]
    column, own = prepare.columns.get("user", "user"), scenario.options.user_columns.get("user", "user")
    found = {value for name, value in columns if name in {column, own}}
    stated = {name: getattr(prepare, name) for name in ("delimiter", "header", "encoding", "sheet")}
    people = _people(scenario)
    for source in tables:
        table, is_people = sources.open(source, **stated), source.name in people
        id_ = own if is_people else column
        if id_ in table.columns:
            rows = (row for _, row in table.rows() if not isinstance(row, Reject))
            if is_people:
                found |= {_cell(row, id_) for row in rows if _is_about(row, person, columns)}
            else:
                found |= {one for one in {_cell(row, id_) for row in rows} if person.is_in(one)}
    return found - {""}


def _people(scenario: Scenario) -> set[str]:
    """Return the names of the files that the table of users is made of."""
    name = scenario.settings["define"].tables.get("users")
    try:
        return {one.name for one in sources.expand(scenario.root, name)} if name else set()
    except DataError:  # a table that is no longer there holds nothing
        return set()


def _is_about(row: Mapping[str, Any], person: Person, columns: Sequence[tuple[str, str]]) -> bool:
    return person.is_in_any(row) or any(_cell(row, name) == value for name, value in columns)


def _cell(row: Mapping[str, Any], name: str) -> str:
    return str(row.get(name, "")).strip()


def corrections_of(users: Collection[str]) -> list[Correction]:
    """Return what keeps these users out of every later run; it does not name them."""
    from luodi.train import logs  # loads numpy

    return [Correction(key=logs.key_of(one), given="", corrected="", decided="excluded") for one in sorted(users)]


def logs_of(home: Path, users: Collection[str]) -> list[Path]:
    """Return the arrays of prepared logs in which they are: a log goes whole, for its rows count each other."""
    from luodi.train.events import ARRAYS, NAMES

    found = []
    for path in sorted(home.glob(f"**/prepare/*/log/{NAMES}")):
        known = json.loads(path.read_text(encoding="utf-8"))["users"]
        if set(users) & set(known):
            found.append(path.with_name(ARRAYS))
    return found


def lines_of(users: Collection[str]) -> set[str]:
    """Return how the questions of dev and exam about them are called, and what a model knows of them."""
    return {f"{part}:{one}" for one in users for part in ("dev", "test", "about")}
