"""What challenges leave behind: a report each, and a release where one is handed over to the service."""

import time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select

from luodi.bundle import ABOUT
from luodi.contracts import record
from luodi.errors import DataError
from luodi.ledger import audit
from luodi.ledger.ids import new_id
from luodi.ledger.ledger import Ledger
from luodi.ledger.tables import RELEASES
from luodi.loop.compare import Check
from luodi.store import digest_file, read_json

FOLDER, REPORT = "challenges", "report.json"
STAGES = ("champion", "canary", "shadow")
CANARY_SHARE = 0.1


@record
class Challenge:
    """How a challenge went."""

    id: str
    beats: bool
    checks: tuple[Check, ...]
    bundle: Path
    """The challenger's."""
    folder: Path
    """Where its report is."""
    report: dict[str, Any]


def reports(home: Path) -> list[dict[str, Any]]:
    """Return the reports of a scenario's challenges, newest first."""
    return [read_json(path) for path in sorted((home / FOLDER).glob(f"*/{REPORT}"), reverse=True)]


def champion(connection: Connection, scenario: str) -> dict[str, Any] | None:
    """Return the release in charge of a scenario, where the service has noted one."""
    found = connection.execute(
        select(RELEASES)
        .where(RELEASES.c.scenario == scenario, RELEASES.c.stage == "champion")
        .order_by(RELEASES.c.changed_at.desc())
    )
    row = found.mappings().first()
    return dict(row) if row else None


def hand_over(challenge: Challenge, scenario: str, ledger: Ledger, stage: str, *, actor: str) -> str:
    """Hand the challenger to the releases, which the service puts in place; return the release's id.

    Raises `DataError` where it did not beat the champion, unless all it should be is a shadow.
    """
    assert stage in STAGES
    if not challenge.beats and stage != "shadow":
        raise DataError(
            "the challenger does not beat the champion, so it answers nobody",
            where=str(challenge.folder / REPORT),
            fix="look at it beside the champion with --shadow, or review more",
        )
    now = time.time()
    row = {
        "id": new_id(now),
        "scenario": scenario,
        "bundle": str(challenge.bundle),
        "digest": digest_file(challenge.bundle / ABOUT),
        "stage": stage,
        "share": CANARY_SHARE if stage == "canary" else 0.0,
        "at": now,
        "changed_at": now,
        "by": actor,
        "note": f"challenge {challenge.id}",
    }
    details = {"release": row["id"], "stage": stage}

    def work(connection: Connection) -> None:
        connection.execute(insert(RELEASES).values(row))
        audit.append(connection, actor=actor, action="challenge.release", subject=challenge.id, details=details)

    ledger.write_now(work)
    return str(row["id"])
