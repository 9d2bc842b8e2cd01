"""Step 2. Read, clean, split, describe. Every row is kept or listed with its reason."""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import MISSING, asdict, field, fields
from pathlib import Path
from typing import Any

from luodi.contracts import Example, Job, Outcome, Reject, Task, record
from luodi.data import dedupe, profile
from luodi.data.readers import Table, open_table
from luodi.data.split import split
from luodi.errors import DataError, did_you_mean
from luodi.log import bar_for
from luodi.store import write_json, write_lines
from luodi.text import plural

PARTS = ("train", "dev", "test")


@record
class Settings:
    """Read, clean and split."""

    columns: dict[str, str] = field(default_factory=dict)
    """Our name = your name. `text = "body"`; `group = "customer_id"` keeps a customer on one side of the split."""
    dev: float = 0.1
    """The share of rows to choose by."""
    test: float = 0.2
    """The share of rows for the last exam."""
    max_dev: int = 1_000
    """At most so many rows to choose by: more would narrow the intervals little and cost training data."""
    max_test: int = 2_000
    """At most so many rows for the exam, for the same reason."""
    encoding: str | None = None
    """The encoding of the files, when it is not recognized."""
    delimiter: str | None = None
    """The delimiter of the files, when it is not recognized."""
    header: bool | None = None
    """Whether the first line names the columns, when it is not recognized. Without names, columns are "1", "2", …"""


@record
class Line:
    """One example, where it stood, and what it is to be sliced by."""

    file: str
    line: int
    part: str
    example: Example
    x: Any

    @property
    def where(self) -> str:
        return f"{self.file}:{self.line}"

    def as_json(self) -> dict[str, Any]:
        y = self.example.y
        return {
            "line": self.where,
            "x": self.x,
            "y": y if isinstance(y, str) else sorted(y),
            "request": asdict(self.example.request),
            "tags": dict(self.example.tags),
        }


class Ledger:
    """Counts every row that came in, and lists those that are left out."""

    def __init__(self) -> None:
        self.n_in, self.rejected = 0, list[tuple[str, str]]()

    def reject(self, where: str, reason: str) -> None:
        self.rejected.append((where, reason))

    def reasons(self) -> dict[str, int]:
        """Count the reasons, without the line numbers in them."""
        counts = Counter(reason.split(" of ")[0].split(" in ")[0] for _, reason in self.rejected)
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def run(job: Job) -> Outcome:
    """Write `train.jsonl`, `dev.jsonl`, `test.jsonl`, `rejected.csv` and `profile.json`."""
    if getattr(job.task, "learns_from", "rows") == "events":
        from luodi.steps import prepare_events  # loads numpy, which tables of texts can do without

        return prepare_events.run(job)
    ledger = Ledger()
    tables: dict[str, dict[str, Any]] = {}
    lines = [
        line
        for part in PARTS
        for entry in job.inputs["define"].facts["files"][part]
        for line in _read(job, part, entry["name"], ledger, tables)
    ]
    if not lines:
        raise _nothing_left(job, ledger)
    lines = _without_duplicates(lines, ledger)
    parts = _parts(lines, job)
    _check_labels(job.task, parts)
    _write(job.out, parts, ledger)
    n_kept = sum(len(rows) for rows in parts.values())
    assert ledger.n_in == n_kept + len(ledger.rejected), "a row was lost"
    return Outcome(
        facts={
            "tables": tables,
            "rows": {"in": ledger.n_in, "kept": n_kept, "rejected": len(ledger.rejected)}
            | {part: len(rows) for part, rows in parts.items()},
            "rejected": ledger.reasons(),
            "labels": sorted(profile.label_counts([row.example.y for row in parts["train"]])),
        }
    )


def _read(job: Job, part: str, name: str, ledger: Ledger, tables: dict[str, dict[str, Any]]) -> Iterator[Line]:
    settings: Settings = job.settings
    table = open_table(
        job.root / name, delimiter=settings.delimiter, header=settings.header, encoding=settings.encoding
    )
    tables[name] = table.describe()
    mapping = _mapping(job.task, settings.columns, table)
    at = [0]
    for made in job.task.to_examples(_rows(job.task, mapping, table, name, ledger, at), job.options):
        where = f"{name}:{at[0]}"
        if isinstance(made, Reject):
            ledger.reject(where, made.reason)
            continue
        request = job.task.clean(made.request, job.options)
        if isinstance(request, Reject):
            ledger.reject(where, request.reason)
            continue
        extras = _extras(mapping, at)
        example = Example(
            request=request, y=made.y, group=made.group or extras.pop("group", None), part=made.part, tags=extras
        )
        yield Line(file=name, line=at[0], part=part, example=example, x=job.task.to_x(request, job.options))


def _rows(task: Task, mapping: dict[str, str], table: Table, name: str, ledger: Ledger, at: list[Any]) -> Iterator[Any]:
    """Yield the task's rows; `at` holds line and values of the one just taken, for whoever listens behind the task."""
    names = [one.name for one in fields(task.Row)]
    bar = bar_for(total=0, doing=f"reading {Path(name).name}")
    for line, row in table.rows():
        ledger.n_in += 1
        bar.update(1)
        if isinstance(row, Reject):
            ledger.reject(f"{name}:{line}", row.reason)
            continue
        at[:] = [line, row]
        yield task.Row(**{ours: _value(row.get(mapping[ours])) for ours in names if ours in mapping})
    bar.close()


def _value(value: Any) -> Any:
    """Keep lists of labels, and make text of everything else; an absent value is empty text."""
    if isinstance(value, list | tuple):
        return tuple(str(one) for one in value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _extras(mapping: dict[str, str], at: list[Any]) -> dict[str, str]:
    row = at[1]
    return {ours.removeprefix("+"): _value(row.get(theirs)) for ours, theirs in mapping.items() if ours[0] == "+"}


def _mapping(task: Task, columns: dict[str, str], table: Table) -> dict[str, str]:
    """Map the task's fields, and with a plus sign the user's further names, to the table's columns."""
    row = {one.name: one.default is MISSING and one.default_factory is MISSING for one in fields(task.Row)}
    mapping = {name: columns.get(name, name) for name, needed in row.items() if needed or name in columns}
    mapping |= {f"+{name}": theirs for name, theirs in columns.items() if name not in row}
    for ours, theirs in mapping.items():
        if theirs not in table.columns:
            fix = did_you_mean(theirs, table.columns)
            hint = f'write [prepare] columns = {{ {ours.removeprefix("+")} = "your column" }}'
            raise DataError(f"no column is called {theirs!r}", where=f"{table.path}:1", fix=f"{fix}; {hint}")
    return mapping


def _nothing_left(job: Job, ledger: Ledger) -> DataError:
    files = ", ".join(one["name"] for one in job.inputs["define"].facts["files"]["train"])
    if not ledger.rejected:
        return DataError("there is a header but there are no rows", where=files, fix="add rows")
    where, reason = ledger.rejected[0]
    return DataError(
        f"none of {plural(ledger.n_in, 'row')} can be used; the first: {reason}", where=where, fix="see the reason"
    )


def _without_duplicates(lines: list[Line], ledger: Ledger) -> list[Line]:
    """Leave out exact duplicates. A given test file stays whole: what it shares with training leaves training."""
    prints = {id(line): dedupe.fingerprint(line.x) for line in lines}
    kept: dict[bytes, str] = {}
    result: list[Line] = []
    for part in reversed(PARTS):
        rows = [line for line in lines if line.part == part]
        if part == "test":
            dropped = {}
        else:
            found = dedupe.find([(prints[id(row)], row.example.y, row.where) for row in rows], kept=kept)
            dropped = {one.index: one.reason for one in found}
        for index, row in enumerate(rows):
            if index in dropped:
                ledger.reject(row.where, dropped[index])
            else:
                kept.setdefault(prints[id(row)], row.where)
                result.append(row)
    return result


def _parts(lines: list[Line], job: Job) -> dict[str, list[Line]]:
    settings: Settings = job.settings
    given = {part: [line for line in lines if line.part == part] for part in PARTS}
    shares = {
        part: (share, at_most)
        for part, share, at_most in (
            ("test", settings.test, settings.max_test),
            ("dev", settings.dev, settings.max_dev),
        )
        if not given[part]
    }
    if not 0 < settings.dev + settings.test < 0.9:
        raise DataError("dev and test leave too little to learn from", where="[prepare]", fix="dev = 0.1, test = 0.2")
    units = [
        (line.example.group or dedupe.fingerprint(line.x).hex(), _stratum(line.example.y)) for line in given["train"]
    ]
    sides = split(units, shares, seed=job.seed)
    for line, side in zip(given["train"], sides, strict=True):
        if (line.example.part or side) != "train":
            given[line.example.part or side].append(line)
    given["train"] = [
        line for line, side in zip(given["train"], sides, strict=True) if (line.example.part or side) == "train"
    ]
    return given


def _stratum(y: Any) -> str:
    return y if isinstance(y, str) else "|".join(sorted(y)[:1])


def _check_labels(task: Task, parts: dict[str, list[Line]]) -> None:
    """Refuse what no classifier can learn from or be examined on."""
    if task.kind not in {"classify", "tag"}:
        return
    known = profile.label_counts([row.example.y for row in parts["train"]])
    file = parts["train"][0].file if parts["train"] else "the data"
    if len(known) < 2:
        only = f", {next(iter(known))!r}" if known else ""
        raise DataError(
            f"there is only one label{only}" if known else "there is no label",
            where=file,
            fix="a classifier needs rows of two labels or more; is the label column the right one?",
        )
    if len(known) > max(50, len(parts["train"]) / 2) and task.kind == "classify":
        raise DataError(
            f"there are {plural(len(known), 'label')} in {plural(len(parts['train']), 'row')}",
            where=file,
            fix="this looks like free text or an identifier; name another label column in [prepare] columns",
        )
    for part in ("dev", "test"):
        if not parts[part]:
            raise DataError(f"no row is left for {part}", where=file, fix="add rows, or raise its share in [prepare]")
        for row in parts[part]:
            labels = {row.example.y} if isinstance(row.example.y, str) else set(row.example.y)
            for label in sorted(labels - known.keys()):
                raise DataError(
                    f"the label {label!r} stands in {part} but never in training",
                    where=row.where,
                    fix=f"{did_you_mean(label, known)}, or add rows with it to the training data",
                )


def _write(out: Path, parts: dict[str, list[Line]], ledger: Ledger) -> None:
    for part, rows in parts.items():
        write_lines(out / f"{part}.jsonl", (row.as_json() for row in rows))
    write_json(
        out / "profile.json",
        {
            part: profile.describe([_text(row.x) for row in rows], [row.example.y for row in rows])
            for part, rows in parts.items()
        },
    )
    with (out / "rejected.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["where", "reason"])
        writer.writerows(ledger.rejected)


def _text(x: Any) -> str:
    return x if isinstance(x, str) else str(x)
