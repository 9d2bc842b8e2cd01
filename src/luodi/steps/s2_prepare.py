"""Step 2. Read, clean, split, describe. Every row is kept or listed with its reason."""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import MISSING, asdict, field, fields
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from luodi.contracts import Job, Outcome, Reject, Task, record
from luodi.data import sources, wash
from luodi.data.boilerplate import Boilerplate
from luodi.data.clean import Cleaning
from luodi.data.dates import day_first
from luodi.data.readers import Table
from luodi.data.spool import Spool
from luodi.errors import DataError, ScenarioError, did_you_mean
from luodi.log import bar_for
from luodi.steps import crew, places, retrieving, sides, written
from luodi.steps.inspected import Watch
from luodi.steps.rows import Plan, Shape
from luodi.steps.trial import learns_from
from luodi.store import kept_secret
from luodi.text import plural

PARTS = ("train", "dev", "test")
READ = (*PARTS, "reviewed")
"""What `define` found that rows are read from; those that were reviewed are learned from."""
OURS = ".luodi/"
"""A table from here, or of reviewed rows, was written by us: its columns bear the task's names."""
PSEUDONYMS = ".luodi/pseudonyms.key"
ROWS_AT_ONCE = 2_000
LOOKED_AT = 20_000  # rows in which lines are sought that frame many texts
LABELS = frozenset({"label", "labels"})
"""Fields of a row that no model sees."""


@record
class Settings:
    """Read, clean and split."""

    columns: dict[str, str] = field(default_factory=dict)
    """Our name = your name: `text = "body"`. `group` keeps a customer on one side, `time` splits by time."""
    dev: float = 0.1
    """The share of rows to choose by."""
    test: float = 0.2
    """The share of rows for the last exam."""
    max_dev: int = 2_000
    """At most so many rows to choose by: more would narrow the intervals little and cost training data."""
    max_test: int = 4_000
    """At most so many rows for the exam, for the same reason."""
    split: Literal["hash", "stratified", "time"] = "hash"
    """`hash`: content alone decides a row's side; `stratified`: labels' shares are exact; `time`: newest last."""
    near_duplicates: bool = True
    """Find texts that are nearly the same, and keep them on one side of the split."""
    similarity: float = 0.6
    """How nearly: the Jaccard similarity of their words and pairs of words, 0 to 1."""
    seen: Literal["test", "train", "keep"] = "test"
    """Which side a text leaves that stands in a given exam and in training."""
    fold_labels: bool = True
    """Take labels that differ only by case, width, space or marks for one, in the most frequent spelling."""
    clean: Cleaning = field(default_factory=Cleaning)
    """What is repaired in texts, a switch each; the service does the same."""
    personal: Literal["keep", "mask", "pseudonymize"] = "keep"
    """Personal data in texts: left as it is, `[EMAIL]`, or `EMAIL_7f3a9c`; the service does the same."""
    personal_kinds: tuple[str, ...] = ()
    """Which kinds of personal data; left out, all but links and names of organizations."""
    inspect: bool = True
    """Look closely at the data, for the report: languages, suspicious labels, leaks, drift, what more rows bring."""
    encoding: str | None = None
    """The encoding of the files, when it is not recognized."""
    delimiter: str | None = None
    """The delimiter of the files, when it is not recognized."""
    sheet: str | None = None
    """The sheet of a workbook, when it is not the first that is visible and has rows."""
    header: bool | None = None
    """Whether the first line names the columns, when it is not recognized. Without names, columns are "1", "2", …"""


class Ledger:
    """Counts every row that came in, and lists those that are left out, in `rejected.csv`."""

    def __init__(self, path: Path) -> None:
        self.n_in, self.n_made, self.n_rejected = 0, 0, 0
        """Rows of the user, questions that the task made of them, rows that are left out."""
        self.first: tuple[str, str] | None = None
        self._counts = Counter[str]()
        self._file = path.open("w", encoding="utf-8", newline="")
        self._table = csv.writer(self._file)
        self._table.writerow(["where", "reason"])

    def reject(self, where: str, reason: str) -> None:
        """List a row that is left out."""
        self.first = self.first or (where, reason)
        self.n_rejected += 1
        self._counts[reason.split(" of ")[0].split(" in ")[0]] += 1
        self._table.writerow([where, reason])

    def reasons(self) -> dict[str, int]:
        """Count the reasons, without the line numbers in them."""
        return dict(sorted(self._counts.items(), key=lambda item: (-item[1], item[0])))

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def run(job: Job) -> Outcome:
    """Write `train.jsonl`, `dev.jsonl`, `test.jsonl`, `seen.jsonl`, `rejected.csv`, `profile.json`, `details.json`."""
    if learns_from(job.task) != "rows":  # what tables of texts can do without is loaded by name
        return import_module(f"luodi.steps.prepare_{learns_from(job.task)}").run(job)  # type: ignore[no-any-return]
    tables: dict[str, dict[str, Any]] = {}
    receipts: dict[str, Any] = {}
    watch = Watch(job)
    with Spool(job.work / "rows.spool") as spool, Ledger(job.out / "rejected.csv") as ledger:
        lines, days_first = _look_ahead(job)
        plan = _plan(job, lines, days_first=days_first)
        signatures = _read(job, plan, spool, ledger, tables, receipts, watch)
        spool.flush()
        if not len(spool):
            raise _nothing_left(job, ledger)
        decided = sides.decide(job, spool, signatures)
        for one in decided.dropped:
            ledger.reject(str(spool.where(one.index)), one.reason)
        written.check_labels(job.task, spool, decided.sides)
        is_place = job.task.kind == "extract"
        labelled = job.task.kind not in {"extract", "generate"}  # whose answers belong to one text, and are no labels
        counts = written.write(job.out, spool, decided.sides, labelled=labelled)
        labels = written.labels(spool, decided.sides) if labelled else []
        prepared = [job.out / f"{part}.jsonl" for part in PARTS]
        searched = retrieving.attach(job, prepared)
        answered = places.report(job.out, prepared) if is_place else {}
        written.details(job.out, spool, decided, receipts["cleaning"])
    watch.write(job.out, tables)
    made = {"made": ledger.n_made} if ledger.n_made else {}
    n_kept = sum(counts[part] for part in PARTS)
    assert ledger.n_in + ledger.n_made == n_kept + ledger.n_rejected, "a row was lost"
    return Outcome(
        facts={
            "tables": tables,
            "rows": {"in": ledger.n_in, "kept": n_kept, "rejected": ledger.n_rejected} | counts | made,
            "rejected": ledger.reasons(),
            "labels": labels,
            **({"search": searched} if searched else {}),
            **({"answers": answered} if answered else {}),
            "changes": {name: one["n"] for name, one in receipts["cleaning"]["steps"].items()},
            "personal": receipts["personal"],
            "wash": {
                "clean": plan.clean,
                "personal": job.settings.personal,
                "kinds": list(job.settings.personal_kinds),
                "lines": list(plan.lines),
            },
            **decided.facts,
        }
    )


def _look_ahead(job: Job) -> tuple[tuple[str, ...], bool]:
    """Return, from the first rows, the lines as hashes that frame many texts, and whether days come before months."""
    frames, times = Boilerplate(), list[str]()
    entries = job.inputs["define"].facts["files"]["train"]
    batches = (batch for one in entries for batch in _batches(job, one["name"], {}))
    for shape, rows in islice(batches, LOOKED_AT // ROWS_AT_ONCE):
        names = (*shape.fields, *shape.extras)
        for values in (dict(zip(names, values, strict=True)) for _, values in rows if not isinstance(values, Reject)):
            times.append(str(values.get("time", "")))
            label = "".join(one for name, one in values.items() if name in LABELS and isinstance(one, str))
            for name in shape.fields:
                if name not in LABELS and isinstance(values[name], str):
                    frames.add(values[name], label)
    lines = frames.lines() if job.settings.clean.boilerplate else ()
    return lines, day_first(times) is not False


def _plan(job: Job, lines: tuple[str, ...], *, days_first: bool) -> Plan:
    settings: Settings = job.settings
    verbatim = is_verbatim(job.task)
    if verbatim and settings.personal != "keep":
        what = f"[prepare] personal: {job.task_name} works on a text as it stands, which masking would change"
        raise ScenarioError(what, fix='leave it out; the service keeps requests "redacted" in any case')
    return Plan(
        task=job.task_name,
        options=asdict(job.options),
        seed=job.seed,
        clean=None if verbatim else asdict(settings.clean),
        lines=() if verbatim else lines,
        personal=settings.personal,
        kinds=settings.personal_kinds,
        day_first=days_first,
        near=settings.near_duplicates,
        secret=kept_secret(job.root / PSEUDONYMS) if settings.personal == "pseudonymize" else "",
    )


def _read(
    job: Job,
    plan: Plan,
    spool: Spool,
    ledger: Ledger,
    tables: dict[str, dict[str, Any]],
    receipts: dict[str, Any],
    watch: Watch,
) -> list[bytes]:
    """Bring every row of every file onto the spool, and return the signatures of their texts."""
    files = job.inputs["define"].facts["files"]
    n_bytes = sum(one["bytes"] for part in READ for one in files.get(part, ()))
    bar = bar_for(total=0, doing="reading")
    signatures: list[bytes] = []
    part_of: dict[str, int] = {}

    def batches() -> Iterator[crew.Work]:
        for part in READ:
            for entry in files.get(part, ()):
                part_of[entry["name"]] = PARTS.index(part) if part in PARTS else 0
                yield from _batches(job, entry["name"], tables, watch if part == "train" else None)

    for (shape, rows), batch in crew.work(plan, batches(), n_bytes=n_bytes):
        bar.update(len(rows))
        ledger.n_in += len(rows)
        ledger.n_made += len(batch) + len(batch.rejected) - len(rows)
        for line, reason in batch.rejected:
            ledger.reject(f"{shape.file}:{line}", reason)
        spool.add(batch, file=shape.file, part=part_of[shape.file])
        wash.added(receipts, batch.receipts)
        signatures.append(batch.signatures)
    bar.close()
    return signatures


def _batches(job: Job, name: str, tables: dict[str, dict[str, Any]], watch: Watch | None = None) -> Iterator[crew.Work]:
    """Yield a table's rows, some thousand at a time, reduced to the columns that are wanted."""
    settings: Settings = job.settings
    reviewed = {one["name"] for one in job.inputs["define"].facts["files"].get("reviewed", ())}
    ours = name.startswith(OURS) or name in reviewed
    stated = {one: getattr(settings, one) for one in ("delimiter", "header", "encoding", "sheet")}
    table = sources.open(sources.expand(job.root, name)[0], **({"header": True} if ours else stated))
    mapping = _mapping(job.task, {} if ours else settings.columns, table)
    shape = Shape(
        file=name,
        fields=tuple(ours for ours in mapping if ours[0] != "+"),
        extras=tuple(ours[1:] for ours in mapping if ours[0] == "+"),
        taught=name in reviewed and job.task.kind == "extract",  # whose exam stays what it was
    )
    theirs = [mapping[ours] for ours in shape.fields] + [mapping[f"+{ours}"] for ours in shape.extras]
    for batch in table.batches(ROWS_AT_ONCE):
        if watch:
            watch.see(name, table, mapping, batch)
        yield (
            shape,
            [
                (line, row if isinstance(row, Reject) else tuple([_value(row.get(name)) for name in theirs]))
                for line, row in batch
            ],
        )
    tables[name] = table.describe()


def _value(value: Any) -> Any:
    """Keep lists of labels, and make text of everything else; an absent value is empty text."""
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return tuple(str(one) for one in value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _mapping(task: Task, columns: dict[str, str], table: Table) -> dict[str, str]:
    """Map the task's fields, and with a plus sign the user's further names, to the table's columns."""
    row = {one.name: one.default is MISSING and one.default_factory is MISSING for one in fields(task.Row)}
    found = {name for name in getattr(task, "finds", ()) if name in table.columns}
    mapping = {name: columns.get(name, name) for name, needed in row.items() if needed or name in {*columns, *found}}
    mapping |= {f"+{name}": theirs for name, theirs in columns.items() if name not in row}
    for ours, theirs in mapping.items():
        if theirs not in table.columns:
            fix = did_you_mean(theirs, table.columns)
            hint = f'write [prepare] columns = {{ {ours.removeprefix("+")} = "your column" }}'
            raise DataError(f"no column is called {theirs!r}", where=f"{table.path}:1", fix=f"{fix}; {hint}")
    return mapping


def is_verbatim(task: Task) -> bool:
    """Say whether a task's texts have to stay as they were sent, to the character."""
    return bool(getattr(task, "verbatim", False))


def _nothing_left(job: Job, ledger: Ledger) -> DataError:
    files = ", ".join(one["name"] for one in job.inputs["define"].facts["files"]["train"])
    if ledger.first is None:
        return DataError("there is a header but there are no rows", where=files, fix="add rows")
    where, reason = ledger.first
    return DataError(
        f"none of {plural(ledger.n_in, 'row')} can be used; the first: {reason}", where=where, fix="see the reason"
    )
