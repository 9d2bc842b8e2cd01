"""The table of releases: which bundle of a scenario is in which stage. The service follows it."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, insert, select, update

from luodi.errors import SetupError
from luodi.ledger import audit
from luodi.ledger.ids import new_id
from luodi.ledger.ledger import rows_of
from luodi.ledger.tables import RELEASES
from luodi.store import digest_file, read_json

Stage = Literal["champion", "canary", "shadow", "previous", "retired", "broken"]
OPEN = ("champion", "canary", "shadow", "previous")
"""The stages whose releases are kept open. Of each stage there is one at most."""
MAX_NOTE = 1_000


def digest_of(bundle: Path) -> str:
    """Return what tells a bundle from others, wherever it stands. Raises `SetupError` where there is none."""
    try:
        return digest_file(bundle / "bundle.json")
    except OSError:
        raise SetupError("this folder holds no bundle", where=str(bundle), fix="luodi run makes one") from None


def about(bundle: Path) -> dict[str, Any]:
    """Return what a bundle says about itself, nothing where it is gone."""
    try:
        found = read_json(bundle / "bundle.json")
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def all_of(connection: Connection, scenario: str) -> list[dict[str, Any]]:
    """Return the releases of a scenario, last first."""
    asked = select(RELEASES).where(RELEASES.c.scenario == scenario).order_by(RELEASES.c.at.desc(), RELEASES.c.id.desc())
    return rows_of(connection.execute(asked))


def in_stage(connection: Connection, scenario: str, stage: Stage) -> dict[str, Any] | None:
    """Return the release in a stage."""
    return next((one for one in all_of(connection, scenario) if one["stage"] == stage), None)


def one_of(connection: Connection, scenario: str, release: str) -> dict[str, Any]:
    """Return a release by its id. Raises `SetupError` where there is none."""
    found = next((one for one in all_of(connection, scenario) if one["id"] == release), None)
    if found is None:
        raise SetupError(f"there is no release {release!r}", where=scenario, fix="luodi release SCENARIO --list")
    return found


def add(
    connection: Connection,
    scenario: str,
    bundle: Path,
    *,
    stage: Stage,
    by: str,
    share: float = 0.0,
    note: str = "",
    name: str | None = None,
) -> dict[str, Any]:
    """Write a release down and put it into a stage; who was there makes room. Returns it."""
    now = time.time()
    made = {
        "id": name or new_id(now),
        "scenario": scenario,
        "bundle": str(bundle.resolve()),
        "digest": digest_of(bundle),
        "stage": "retired",
        "share": 0.0,
        "at": now,
        "changed_at": now,
        "by": by,
        "note": note[:MAX_NOTE],
    }
    connection.execute(insert(RELEASES).values(**made))
    return move(connection, scenario, str(made["id"]), stage, by=by, share=share, note=note)


def move(
    connection: Connection,
    scenario: str,
    release: str,
    stage: Stage,
    *,
    by: str,
    share: float = 0.0,
    note: str | None = None,
    action: str | None = None,
) -> dict[str, Any]:
    """Put a release into a stage. A champion that makes room becomes `previous`, any other `retired`.

    Raises `SetupError` where the champion would go without another in its place.
    """
    one = one_of(connection, scenario, release)
    if one["stage"] == "champion" and stage not in {"champion", "broken"}:
        fix = "promote another release, or luodi rollback"
        raise SetupError("this release answers, so that it cannot leave", where=scenario, fix=fix)
    there = in_stage(connection, scenario, stage) if stage in OPEN else None
    if there is not None and there["id"] != release:
        if stage == "champion":
            before = in_stage(connection, scenario, "previous")
            if before is not None and before["id"] != release:
                _put(connection, before, "retired")
        _put(connection, there, "previous" if stage == "champion" else "retired")
    moved = _put(connection, one, stage, share=share if stage == "canary" else 0.0, note=note)
    details: Mapping[str, Any] = {
        "scenario": scenario,
        "from": one["stage"],
        "share": moved["share"],
        "note": note or "",
    }
    audit.append(connection, actor=by, action=action or f"release.{stage}", subject=release, details=details)
    return moved


def renew(connection: Connection, scenario: str, bundle: Path, *, by: str, note: str = "") -> dict[str, Any] | None:
    """Let a bundle answer whose files were changed in their place: a new release, and those that lost their files go.

    Returns the new champion, `None` where the present one is untouched, or nothing was released yet.
    """
    lost = [one for one in all_of(connection, scenario) if one["stage"] in OPEN and not _is_there(one)]
    made = None
    if any(one["stage"] == "champion" for one in lost):
        made = add(connection, scenario, bundle, stage="champion", by=by, note=note)
    for one in lost:
        _put(connection, one, "retired", note="its files were changed")
    return made


def _is_there(release: Mapping[str, Any]) -> bool:
    try:
        return digest_of(Path(release["bundle"])) == str(release["digest"])
    except SetupError:
        return False


def roll_back(connection: Connection, scenario: str, *, by: str, note: str = "") -> dict[str, Any]:
    """Let the previous release answer again, and retire the champion. Returns who answers now.

    Raises `SetupError` where there is none.
    """
    before, now = in_stage(connection, scenario, "previous"), in_stage(connection, scenario, "champion")
    if before is None:
        fix = "luodi release SCENARIO BUNDLE puts another one in its place"
        raise SetupError("there is no previous release", where=scenario, fix=fix)
    if now is not None:
        _put(connection, now, "retired", note=note or now["note"])
    back = _put(connection, before, "champion")
    details = {"scenario": scenario, "instead_of": now["id"] if now else "", "note": note}
    audit.append(connection, actor=by, action="release.rollback", subject=back["id"], details=details)
    return back


def _put(
    connection: Connection, one: Mapping[str, Any], stage: Stage, *, share: float = 0.0, note: str | None = None
) -> dict[str, Any]:
    values: dict[str, Any] = {"stage": stage, "share": share, "changed_at": time.time()}
    if note is not None:
        values["note"] = note[:MAX_NOTE]
    connection.execute(update(RELEASES).where(RELEASES.c.id == one["id"]).values(**values))
    return {**one, **values}
