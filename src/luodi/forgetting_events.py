"""Forget a user of a log: whose rows of the log go, and what was made of them."""

import json
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from luodi.contracts import Reject
from luodi.data import sources
from luodi.data.corrections import Correction
from luodi.privacy.person import Person
from luodi.scenario import Scenario


def users(
    scenario: Scenario, tables: Iterable[sources.Source], person: Person, columns: Sequence[tuple[str, str]]
) -> set[str]:
    """Return the ids of the log that mean the person: by name, or as the value of the column that holds users."""
    prepare = scenario.settings["prepare"]
    column = prepare.columns.get("user", "user")
    found = {value for name, value in columns if name == column}
    stated = {name: getattr(prepare, name) for name in ("delimiter", "header", "encoding", "sheet")}
    for source in tables:
        table = sources.open(source, **stated)
        if column in table.columns:
            seen = {str(row.get(column, "")).strip() for _, row in table.rows() if not isinstance(row, Reject)}
            found |= {one for one in seen if person.is_in(one)}
    return found


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
    """Return how the questions of dev and exam about them are called."""
    return {f"{part}:{one}" for one in users for part in ("dev", "test")}
