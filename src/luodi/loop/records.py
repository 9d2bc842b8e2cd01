"""What challenges leave behind: a report each, and a release where one is handed over to the service."""

from pathlib import Path
from typing import Any

from luodi.contracts import record
from luodi.errors import DataError
from luodi.ledger import shelf
from luodi.ledger.ledger import Ledger
from luodi.ledger.shelf import Stage
from luodi.loop.compare import Check
from luodi.store import read_json

FOLDER, REPORT = "challenges", "report.json"
STAGES: tuple[Stage, ...] = ("champion", "canary", "shadow")
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


def hand_over(challenge: Challenge, scenario: str, ledger: Ledger, stage: Stage, *, actor: str) -> str:
    """Hand the challenger to the releases, which the service puts in place; return the release's id.

    Raises `DataError` where it did not beat the champion, unless all it should be is a shadow.
    """
    if not challenge.beats and stage != "shadow":
        raise DataError(
            "the challenger does not beat the champion, so it answers nobody",
            where=str(challenge.folder / REPORT),
            fix="look at it beside the champion with --shadow, or review more",
        )
    note, share = f"challenge {challenge.id}", CANARY_SHARE if stage == "canary" else 0.0
    row = ledger.write_now(
        lambda one: shelf.add(one, scenario, challenge.bundle, stage=stage, by=actor, share=share, note=note)
    )
    return str(row["id"])
