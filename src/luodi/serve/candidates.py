"""Release a bundle by the table alone, whether or not a service runs: it is tried first, as the service would."""

from pathlib import Path
from typing import Any

from luodi.bundle import Bundle, open_bundle, read_bundle
from luodi.errors import SetupError
from luodi.ledger import shelf
from luodi.ledger.ids import is_id
from luodi.ledger.ledger import Ledger
from luodi.ledger.shelf import Stage
from luodi.serve.releases import refuse_other


def release(
    ledger: Ledger,
    scenario: str,
    last: Path,
    *,
    named: Path | None,
    stage: Stage,
    by: str,
    share: float = 0.0,
    note: str = "",
    new_labels: bool = False,
) -> dict[str, Any]:
    """Put the last run's bundle, or the one that is named by folder or id, into a stage; return its row.

    Raises `SetupError` where it is refused; it is then written down as broken.
    """
    rows = ledger.read(lambda one: shelf.all_of(one, scenario))
    champion = next((one for one in rows if one["stage"] == "champion"), None)
    ours = read_bundle(Path(champion["bundle"]) if champion and Path(champion["bundle"]).is_dir() else last)
    known: dict[str, Any] | None
    if named is not None and is_id(str(named)):
        known = ledger.read(lambda one: shelf.one_of(one, scenario, str(named)))
        folder = Path(known["bundle"])
    else:
        folder = named or last
        digest = shelf.digest_of(folder)
        known = next((one for one in rows if one["digest"] == digest), None)
    if stage == "retired":
        if known is None:
            raise SetupError("this bundle was never released", where=str(folder), fix="luodi release SCENARIO --list")
        return ledger.write_now(lambda one: shelf.move(one, scenario, known["id"], stage, by=by, note=note or None))
    try:
        _try(folder, ours, new_labels=new_labels)
    except SetupError as error:
        why = error.what
        ledger.write_now(lambda one: _broken(one, scenario, folder, known, by=by, why=why))
        raise
    if known is not None:
        return ledger.write_now(
            lambda one: shelf.move(one, scenario, known["id"], stage, by=by, share=share, note=note or None)
        )
    return ledger.write_now(lambda one: shelf.add(one, scenario, folder, stage=stage, by=by, share=share, note=note))


def _try(folder: Path, ours: Bundle, *, new_labels: bool) -> None:
    bundle = open_bundle(folder)
    refuse_other(ours, bundle, new_labels=new_labels)
    bundle.replay()


def _broken(connection: Any, scenario: str, folder: Path, known: Any, *, by: str, why: str) -> None:
    if known is None:
        shelf.add(connection, scenario, folder, stage="broken", by=by, note=why)
    elif known["stage"] not in shelf.OPEN:
        shelf.move(connection, scenario, known["id"], "broken", by=by, note=why)
