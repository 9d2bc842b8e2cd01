"""Forget one person: in every artifact, cache, page and database of a workspace, with a receipt that names no one."""

import hashlib
import hmac
import json
import os
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from luodi import bundle, forgetting_events
from luodi.contracts import Reject, record
from luodi.data import corrections, sources
from luodi.data.corrections import Correction
from luodi.errors import DataError
from luodi.privacy import erase
from luodi.privacy.erase import Traces
from luodi.privacy.person import Person
from luodi.scenario import Scenario
from luodi.steps.s2_prepare import PSEUDONYMS
from luodi.steps.trial import learns_from
from luodi.store import MANIFEST, Store, kept_secret, read_json, read_lines

if TYPE_CHECKING:
    from luodi.ledger.forget import Who
    from luodi.ledger.ledger import Ledger

RECEIPTS = "erasures.jsonl"
LEDGER = "ledger.db"
COLUMN = re.compile(r"([^=@\s][^=@]{0,200})=(.+)", re.DOTALL)
PARTS = ("train", "dev", "test")
LEARNS = ("select", "pretrain", "finetune", "evaluate", "deploy")
STEPS = ("define", "prepare", *LEARNS)
REVIEWED = "reviewed.csv"
MOST_SHOWN = 1_000


@record
class Found:
    """Where a person stands."""

    files: list[Path]
    """Files of the workspace: they are cleaned."""
    rows: dict[str, int]
    """Rows of the service's ledgers, `ledger: table` to how many: they are cleaned."""
    yours: list[str]
    """Lines of the user's own tables, `file:line`: they are left alone, and left out of every later run."""
    models: list[str]
    """Artifacts that were made from rows about the person: `step/key`."""
    traces: Traces
    identifiers: tuple[str, ...]
    """As they were given."""
    excluded: list[Correction]
    """What keeps the user's own rows out of later runs."""


def look(scenario: Scenario, identifiers: Sequence[str]) -> Found:
    """Find everything about the person that these names, addresses or numbers mean. Changes nothing.

    `COLUMN=VALUE` means the rows that hold this value in this column of the user's tables, and no other place.
    Raises `DataError` for an identifier that could mean anyone, or a column that no table has.
    """
    names = [one for one in identifiers if not COLUMN.fullmatch(one)]
    person = Person([*names, *_pseudonyms(scenario, names)])
    columns = _columns(identifiers)
    yours, excluded = _in_tables(scenario, person, columns)
    places = set(yours)
    logged: list[Path] = []
    if learns_from(scenario.task) == "events":
        users = forgetting_events.users(scenario, list(_sources(scenario)), person, columns)
        excluded += forgetting_events.corrections_of(users)
        logged = forgetting_events.logs_of(scenario.home, users)
        places |= forgetting_events.lines_of(users)
    traces = Traces(person=person, where=frozenset(places), keys=frozenset(one.key for one in excluded))
    files = sorted({*logged, *(path for path in _files(scenario) if erase.holds(path, traces))})
    return Found(
        files=files,
        rows=_rows(scenario, person, columns),
        yours=yours,
        models=_models(scenario, files),
        traces=traces,
        identifiers=tuple(identifiers),
        excluded=excluded,
    )


def forget(scenario: Scenario, found: Found, *, drop_models: bool = False) -> dict[str, Any]:
    """Erase what was found; return the receipt. Raises `DataError` where a run is under way."""
    store = Store(scenario.home)
    with store.lock():
        n = 0
        touched = set()
        for path in found.files:
            if not path.is_file():
                continue
            folder = _artifact_of(scenario, path)
            if folder is not None and not erase.is_records(path):  # arrays and weights are whole or nothing
                shutil.rmtree(folder)
                n += 1
                continue
            n += erase.erase(path, found.traces)
            touched.add(folder)
        _exclude(scenario, found)
        who = _hashed(scenario, found.identifiers)
        n += _forget_rows(scenario, found, who)
        dropped = found.models if drop_models else []
        for name in dropped:
            shutil.rmtree(scenario.home / name, ignore_errors=True)
        for folder in sorted(one for one in touched if one is not None and one.is_dir()):
            _reseal(store, folder)
        rest = erase.left(list(_files(scenario)), found.traces.person)
        for path in rest:  # a cache, a checkpoint: of no use without what was taken from the others
            folder = _artifact_of(scenario, path)
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)
            path.unlink(missing_ok=True)
            n += 1
        receipt = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
            "who": who,
            "records": n,
            "files": len(found.files) + len(rest),
            "rows_of_yours": len(found.yours),
            "models": found.models,
            "models_deleted": bool(dropped),
        }
        with (scenario.home / RECEIPTS).open("a", encoding="utf-8") as file:
            file.write(json.dumps(receipt) + "\n")
    return receipt


def _ledgers(scenario: Scenario) -> Iterator["Ledger"]:
    """Yield the ledgers of the services that serve this scenario: its own, that of the folder above, that by URL."""
    homes = [one for one in (scenario.home, scenario.root.parent / ".luodi") if (one / LEDGER).is_file()]
    url = os.environ.get("LUODI_DATABASE")
    if not (homes or url):
        return
    from luodi.ledger.ledger import open_ledger

    for home, given in [*((one, "") for one in homes), *([(scenario.home, url)] if url else [])]:
        with open_ledger(home, given) as one:
            yield one


def _rows(scenario: Scenario, person: Person, columns: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Count the rows of the ledgers that are about the person."""
    made: dict[str, int] = {}
    for ledger in _ledgers(scenario):
        from luodi.ledger import forget as rows

        held = rows.look(ledger, _who(scenario, person, columns))
        made |= {f"{ledger.where}: {name}": len(keys) for name, keys in held.rows.items()}
    return made


def _forget_rows(scenario: Scenario, found: Found, who: str) -> int:
    n = 0
    columns = _columns(found.identifiers)
    for ledger in _ledgers(scenario):
        from luodi.ledger import forget as rows

        if any(name.startswith(f"{ledger.where}: ") for name in found.rows):
            n += rows.forget(ledger, _who(scenario, found.traces.person, columns), details={"who": who})
    return n


def _who(scenario: Scenario, person: Person, columns: Sequence[tuple[str, str]]) -> "Who":
    """Return whom to look for in a ledger; a column of a table is a field of requests under the task's own name."""
    from luodi.ledger.forget import Who

    names = scenario.settings["prepare"].columns
    fields = {(name, value) for name, value in columns}
    fields |= {(field, value) for field, column in names.items() for name, value in columns if column == name}
    return Who(person=person, fields=tuple(sorted(fields)), scenario=scenario.name)


def _columns(identifiers: Sequence[str]) -> list[tuple[str, str]]:
    return [(found[1], found[2]) for one in identifiers if (found := COLUMN.fullmatch(one))]


def _in_tables(
    scenario: Scenario, person: Person, columns: Sequence[tuple[str, str]]
) -> tuple[list[str], list[Correction]]:
    """Return the lines of the user's tables that are about the person, and corrections that leave them out."""
    where: list[str] = []
    missing = {name for name, _ in columns}
    for source in _sources(scenario):
        table = sources.open(source, **_stated(scenario))
        missing -= set(table.columns)
        for line, row in table.rows():
            if isinstance(row, Reject):
                continue
            if person.is_in_any(row) or any(str(row.get(name, "")).strip() == value for name, value in columns):
                where.append(f"{source.name}:{line}")
    if missing:
        raise DataError(
            f"no table has a column {min(missing)!r}", where="luodi forget", fix="write COLUMN=VALUE as in your table"
        )
    wanted = set(where)
    excluded: dict[str, Correction] = {}
    for path in sorted(scenario.home.glob("**/prepare/*/*.jsonl")):
        for row in read_lines(path):
            if "key" in row and (row["line"] in wanted or person.is_in_any(row)):
                excluded[row["key"]] = Correction(key=row["key"], given="", corrected="", decided="excluded")
    return where, list(excluded.values())


def _sources(scenario: Scenario) -> Iterator[sources.Source]:
    """Yield the user's tables that are still there."""
    settings = scenario.settings["define"]
    for name in [*(name for part in PARTS for name in settings.files(part)), *settings.tables.values()]:
        try:
            yield from sources.expand(scenario.root, name)
        except DataError:  # a table that is no longer there holds nothing
            continue


def _stated(scenario: Scenario) -> dict[str, Any]:
    prepare = scenario.settings["prepare"]
    return {name: getattr(prepare, name) for name in ("delimiter", "header", "encoding", "sheet")}


def _files(scenario: Scenario) -> Iterator[Path]:
    """Yield every file that luodi wrote for this scenario, and no file of the user's; ledgers have their own way."""
    found = (path for path in scenario.home.rglob("*") if path.is_file() and not path.is_symlink())
    yield from sorted(path for path in found if not (path.parent == scenario.home and path.name.startswith(LEDGER)))
    beside = (scenario.settings["define"].corrections, "suspects.csv", REVIEWED, "luodi.lock")
    yield from (scenario.root / name for name in beside if (scenario.root / name).is_file())


def _artifact_of(scenario: Scenario, path: Path) -> Path | None:
    """Return the folder of the artifact a file is in, or of the unfinished one."""
    parts = path.relative_to(scenario.home).parts if path.is_relative_to(scenario.home) else ()
    for n, part in enumerate(parts[:-2]):  # a challenger keeps its own steps in a folder of its own
        if part in STEPS:
            return scenario.home.joinpath(*parts[: n + 2])
    return None


def _models(scenario: Scenario, files: Sequence[Path]) -> list[str]:
    """Return the artifacts that learned from what is about the person, by what each was made from."""
    tainted = {
        folder.name
        for path in files
        if (folder := _artifact_of(scenario, path)) is not None and folder.parent.name == "prepare"
    }
    seen: dict[str, set[str]] = {"prepare": tainted}
    made = []
    for step in LEARNS:
        for manifest in sorted(scenario.home.glob(f"**/{step}/*/{MANIFEST}")):
            about = read_json(manifest)
            inputs = about.get("inputs") or {}
            if not inputs or any(key in seen.get(name, set()) for name, key in inputs.items()):
                seen.setdefault(step, set()).add(about["key"])
                if "skipped" not in about["facts"]:
                    made.append(manifest.parent.relative_to(scenario.home).as_posix())
    return made if tainted else []


def _reseal(store: Store, folder: Path) -> None:
    """Make an artifact whole again after records went; one that cannot do without them goes itself."""
    if not (folder / MANIFEST).is_file():  # never finished: begun anew at the next run
        shutil.rmtree(folder)
        return
    if (folder / bundle.ABOUT).is_file():
        if not list(read_lines(folder / bundle.EXAMPLES)):
            shutil.rmtree(folder)
            return
        bundle.reseal(folder)
    store.reseal(folder)


def _exclude(scenario: Scenario, found: Found) -> None:
    """Keep the user's own rows about the person out of every later run."""
    if not (found.yours and found.excluded):
        return
    path = scenario.root / scenario.settings["define"].corrections
    old = [one for one in corrections.read(path) if one.key not in found.traces.keys]
    corrections.write(path, [*old, *found.excluded])


def _pseudonyms(scenario: Scenario, identifiers: Sequence[str]) -> list[str]:
    """Return the names that stand for the person where texts were pseudonymized."""
    path = scenario.root / PSEUDONYMS
    if not path.is_file():
        return []
    from luodi.privacy.find import find
    from luodi.privacy.mask import pseudonym

    key = bytes.fromhex(kept_secret(path))
    return [pseudonym(one, key) for text in identifiers for one in find(text)]


def _hashed(scenario: Scenario, identifiers: Sequence[str]) -> str:
    """Return a hash that tells two persons apart for whoever holds the scenario's key, and says nothing to others."""
    key = bytes.fromhex(kept_secret(scenario.home / "erasures.key"))
    return hmac.new(key, "\0".join(sorted(identifiers)).encode(), hashlib.sha256).hexdigest()[:16]


def as_json(found: Found) -> dict[str, Any]:
    """Return what was found, for machines: where, and not what."""
    return {
        "files": [path.as_posix() for path in found.files],
        "rows": found.rows,
        "yours": found.yours[:MOST_SHOWN],
        "n_yours": len(found.yours),
        "models": found.models,
    }
