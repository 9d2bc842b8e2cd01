"""Answer a whole file: the same rows in the same order, with the answer in columns of its own."""

import csv
import json
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import MISSING, asdict, fields
from pathlib import Path
from typing import Any

from luodi.bundle import Bundle
from luodi.contracts import Reject
from luodi.data.readers import Table, open_table
from luodi.errors import DataError, SetupError, did_you_mean
from luodi.store import explain_os_error

ROWS_AT_ONCE = 1_024
FORMATS = (".csv", ".tsv", ".jsonl")


def predict(
    bundle: Bundle,
    source: Path,
    target: Path,
    *,
    columns: dict[str, str],
    reading: dict[str, Any],
    tell: Callable[[int], None] = lambda n: None,
) -> dict[str, int]:
    """Write `target`, whole or not at all; return how many rows were answered, rejected and handed over.

    An input column of the same name as one of the answer's is kept as `input_NAME`.
    """
    if target.suffix not in FORMATS:
        raise DataError(f"{target.suffix or target.name!r} is no format to write", where=str(target),
                        fix=f"end the name with one of {', '.join(FORMATS)}")  # fmt: skip
    if target.exists() and source.exists() and target.samefile(source):
        raise DataError("the answers would replace the questions", where=str(target), fix="choose another --out")
    table = open_table(source, **reading)
    mapping = _mapping(bundle, columns, table)
    partial = target.with_name(target.name + ".partial")
    counts = {"rows": 0, "rejected": 0, "handed_over": 0}
    try:
        with partial.open("w", encoding="utf-8", newline="") as file:
            write = _writer(file, target.suffix, table, _answer_columns(bundle))
            for chunk in _chunks(table):
                for row, answer in zip(chunk, _answers(bundle, chunk, mapping), strict=True):
                    counts["rows"] += 1
                    counts["rejected"] += isinstance(answer, Reject)
                    counts["handed_over"] += bool(getattr(answer, "handed_over", False))
                    write(row, {"error": answer.reason} if isinstance(answer, Reject) else asdict(answer))
                tell(len(chunk))
        partial.replace(target)
    except OSError as error:
        raise explain_os_error(error, target) or SetupError(
            f"the file cannot be written: {error.strerror}", where=str(target), fix="choose another --out"
        ) from None
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    return counts


def _mapping(bundle: Bundle, columns: dict[str, str], table: Table) -> dict[str, str]:
    """Map the request's fields to the table's columns."""
    asked = fields(bundle.task.Request)
    optional = {one.name for one in asked if one.default is not MISSING} - columns.keys()
    if len(optional) == len(asked):  # all may be missing, as of a visitor's, but a table without any asks nothing
        optional.discard(asked[0].name)
    mapping = {one.name: columns.get(one.name, one.name) for one in asked}
    mapping = {ours: theirs for ours, theirs in mapping.items() if ours not in optional or theirs in table.columns}
    for ours, theirs in mapping.items():
        if theirs not in table.columns:
            raise DataError(
                f"no column is called {theirs!r}, where {ours!r} should be",
                where=f"{table.path}:1",
                fix=did_you_mean(theirs, table.columns) + f", or pass --column {ours}=YOUR_COLUMN",
            )
    return mapping


def _chunks(table: Table) -> Iterator[list[dict[str, Any] | Reject]]:
    chunk: list[dict[str, Any] | Reject] = []
    for _, row in table.rows():
        chunk.append(row)
        if len(chunk) == ROWS_AT_ONCE:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _answers(bundle: Bundle, chunk: list[dict[str, Any] | Reject], mapping: dict[str, str]) -> Iterator[Any]:
    """Yield one answer per row; a row that could not be read, or not be answered, yields its `Reject`."""
    requests = [
        bundle.task.Request(**{ours: _field(bundle, ours, row.get(theirs)) for ours, theirs in mapping.items()})
        for row in chunk
        if isinstance(row, dict)
    ]
    answers = iter(bundle.answer(requests))
    for row in chunk:
        yield next(answers) if isinstance(row, dict) else row


def _answer_columns(bundle: Bundle) -> list[str]:
    """Name the columns of a table's answer; the probabilities of all labels are left to JSONL."""
    names = [one.name for one in fields(bundle.task.Response) if one.name != "scores"]
    return [*names, "error"]


def _writer(file: Any, suffix: str, table: Table, ours: list[str]) -> Callable[[Any, dict[str, Any]], None]:
    if suffix == ".jsonl":

        def write_line(row: dict[str, Any] | Reject, answer: dict[str, Any]) -> None:
            names = _renamed(row, {*ours, "scores"}) if isinstance(row, dict) else {}
            given = {names[name]: value for name, value in row.items()} if isinstance(row, dict) else {}
            file.write(json.dumps(given | answer, ensure_ascii=False, default=str) + "\n")

        return write_line
    writer = csv.writer(file, delimiter="\t" if suffix == ".tsv" else ",")
    writer.writerow([*_renamed(table.columns, set(ours)).values(), *ours])

    def write_row(row: dict[str, Any] | Reject, answer: dict[str, Any]) -> None:
        given = [_text(row.get(name)) if isinstance(row, dict) else "" for name in table.columns]
        writer.writerow([*given, *(_cell(answer.get(name)) for name in ours)])

    return write_row


def _renamed(names: Collection[str], taken: set[str]) -> dict[str, str]:
    """Map the input's columns to names that the answer does not use, and that no two of them share.

    >>> _renamed(["label", "input_label", "text"], {"label"})
    {'label': 'input_input_label', 'input_label': 'input_label', 'text': 'text'}
    """
    renamed = {}
    for name in names:
        ours = name
        while ours in taken or (ours != name and ours in names):
            ours = f"input_{ours}"
        renamed[name] = ours
    return renamed


def _field(bundle: Bundle, name: str, cell: Any) -> Any:
    """Return a cell as the request's field holds it: several values stand in one cell with a bar between them."""
    text = _text(cell)
    if bundle.task.kind != "rank" or name == "user":
        return text
    kind = str(bundle.task.Request.__annotations__[name])
    if "tuple" in kind:
        values = tuple(one.strip() for one in text.split("|") if one.strip())
        return values if values or "None" not in kind else None
    default = next(one.default for one in fields(bundle.task.Request) if one.name == name)
    if not text.strip():
        return default
    if "bool" in kind:
        return text.strip().lower() in {"true", "yes", "1"}
    try:
        return float(text) if "float" in kind else int(text)
    except ValueError:
        raise DataError(
            f"{text!r} is no number for {name!r}", where=name, fix="write a number, or leave it empty"
        ) from None


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "|".join(map(str, value))
    return "" if value is None else str(value)


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple) and value and isinstance(value[0], dict):
        return "|".join(str(one["id"]) for one in value)
    return f"{value:.6g}" if isinstance(value, float) else _text(value)
