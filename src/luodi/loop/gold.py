"""The gold set: the exam of the first run, frozen. No challenger learns from it, or from anything nearly like it."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from luodi.contracts import Artifact, record
from luodi.data.dedupe import fingerprint
from luodi.errors import DataError
from luodi.store import as_y, digest, read_json, read_lines, write_json, write_lines

FILE, SEAL = "gold.jsonl", "gold.json"
OURS = ("key", "line", "tags")


@record
class Gold:
    """Questions with their right answers."""

    rows: list[dict[str, Any]]
    """Each with the task's own fields, and with `key`, `line` and `tags`."""
    digest: str
    """Of the set as it was frozen."""
    frozen_at: str
    n_gone: int
    """Rows that were erased since, because a person was forgotten."""


def frozen(home: Path, evaluated: Artifact, *, label: str) -> Gold:
    """Return the gold set of a scenario; the first time, freeze the exam of its last run.

    `label` is the field of a row that holds the answer. Raises `DataError` where the set is not what was frozen.
    """
    if not (home / SEAL).is_file():
        rows = [_row(one, label) for one in read_lines(evaluated.path / "exam.jsonl")]
        write_lines(home / FILE, rows)
        prints = [print_of(one) for one in rows]
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        write_json(home / SEAL, {"frozen_at": at, "digest": digest(sorted(prints)), "rows": prints})
    seal = read_json(home / SEAL)
    rows = list(read_lines(home / FILE)) if (home / FILE).is_file() else []
    known = set(seal["rows"])
    if digest(sorted(seal["rows"])) != seal["digest"] or not {print_of(one) for one in rows} <= known or not rows:
        raise DataError(
            "the gold set is not what was frozen",
            where=str(home / FILE),
            fix=f"put it back from a copy; or delete {SEAL}, and what later models beat is the exam of the last run",
        )
    return Gold(rows=rows, digest=seal["digest"], frozen_at=seal["frozen_at"], n_gone=len(known) - len(rows))


def _row(one: Mapping[str, Any], label: str) -> dict[str, Any]:
    key = fingerprint(next(iter(one["request"].values()))).hex()
    made: dict[str, Any] = {"key": key, "line": one["line"], "tags": one.get("tags", {})}
    made |= one["request"] | {label: one["y"]}
    return made


def print_of(row: Mapping[str, Any]) -> str:
    """Return what a row is told by: a hash of all that is in it."""
    return digest(dict(row))[:32]


def split(row: Mapping[str, Any], label: str) -> tuple[dict[str, Any], Any]:
    """Return the request of a row, and the right answer."""
    request = {name: value for name, value in row.items() if name not in {*OURS, label}}
    return request, as_y(row[label])
