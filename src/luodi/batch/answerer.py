"""A window of rows in, their answers as bytes of the output out. The same bytes for the same window, always."""

import csv
import io
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any

from luodi.bundle import ABOUT, Bundle
from luodi.contracts import Reject, record
from luodi.data.wash import Washer
from luodi.errors import DataError, did_you_mean
from luodi.store import digest_file

MOST_PLACES = 3  # of each reason, named as examples
FORMULA = re.compile(r"[=+\-@\t\r]")  # OWASP, "CSV Injection"
NUMBER = re.compile(r"[+-]?\d[\d.,]*(?:e[+-]?\d+)?%?", re.I)
INT64 = 1 << 63


@record
class Shape:
    """One table of the input."""

    name: str
    columns: tuple[str, ...]
    mapping: Mapping[str, str]
    """A field of the request to a column."""


@record
class Plan:
    """All that decides the bytes of an answer, but for the rows."""

    bundle: str
    format: str
    """csv, tsv, jsonl or parquet."""
    tables: tuple[Shape, ...]
    columns: tuple[str, ...]
    """Of all tables, each once, in the order in which they are met."""
    only_handed_over: bool = False
    spreadsheet: bool = False
    """Cells that a spreadsheet would run as a formula get an apostrophe in front."""
    file_column: bool = False
    """Whether each row says which table it is from."""


class Answerer:
    """Has a bundle open, and answers windows of rows."""

    def __init__(self, plan: Plan, bundle: Bundle) -> None:
        self.plan, self.bundle = plan, bundle
        washer = self.bundle.about.get("wash") or {}
        if washer.get("personal") == "pseudonymize":  # a fixed key: pseudonyms are only seen by the model, and an
            self.bundle.washer = Washer(  # interrupted job must go on with the same ones
                washer.get("clean"), "pseudonymize", washer.get("lines", ()), washer.get("kinds", ()),
                secret=digest_file(Path(plan.bundle) / ABOUT),
            )  # fmt: skip
        self.ours = answer_columns(self.bundle, plan.format)
        self.file = ("file",) if plan.file_column else ()
        self.names = renamed(plan.columns, {*self.ours, *self.file})

    def header(self) -> bytes:
        """Return what the output begins with."""
        if self.plan.format not in {"csv", "tsv"}:
            return b""
        mark = "\ufeff" if self.plan.spreadsheet else ""
        return (mark + self._rows([[*self.file, *self.names.values(), *self.ours]])).encode()

    def answer(self, payload: bytes) -> tuple[dict[str, Any], bytes]:
        """Return what is to be counted, and the lines. Raises `DataError` for a cell that no request can hold."""
        number, lines, rows = json.loads(payload)
        shape = self.plan.tables[number]
        given = [one if isinstance(one, str) else _row(shape, one) for one in rows]
        answers = self._answers(shape, given)
        self.bundle.washer.receipts()  # nobody asks for them here, and they would grow
        counts = _counted(shape.name, lines, answers, self.bundle.task.kind)
        pairs = list(zip(given, answers, strict=True))
        if self.plan.only_handed_over:
            pairs = [pair for pair in pairs if getattr(pair[1], "handed_over", True)]
        counts["written"] = len(pairs)
        return counts, self._written(shape.name, pairs, counts).encode()

    def _answers(self, shape: Shape, rows: Sequence[dict[str, Any] | str]) -> list[Any]:
        """Return one answer per row; for one that cannot be read or answered its `Reject`."""
        task, mapping = self.bundle.task, shape.mapping
        requests = [
            task.Request(**{ours: _field(task, ours, row.get(theirs)) for ours, theirs in mapping.items()})
            for row in rows
            if isinstance(row, dict)
        ]
        made = iter(self.bundle.answer(requests))
        return [next(made) if isinstance(row, dict) else Reject(reason=row) for row in rows]

    def _written(self, name: str, pairs: Sequence[tuple[Any, Any]], counts: dict[str, Any]) -> str:
        if self.plan.format == "jsonl":
            return "".join(self._line(name, *pair) for pair in pairs)
        if self.plan.format == "parquet":
            cells = [self._values(name, *pair, lambda value: value, lambda value: value) for pair in pairs]
            counts["kinds"] = _kinds(cells, len(self.file) + len(self.names) + len(self.ours))
            return "".join(json.dumps(row, default=_told) + "\n" for row in cells)
        if self.plan.spreadsheet:
            return self._rows([self._values(name, *pair, _inert, lambda value: _inert(_cell(value))) for pair in pairs])
        return self._rows([self._values(name, *pair, text_of, _cell) for pair in pairs])

    def _values(
        self, name: str, row: Any, answer: Any, given: Callable[[Any], Any], ours: Callable[[Any], Any]
    ) -> list[Any]:
        cells = (
            [given(row.get(one)) for one in self.plan.columns] if isinstance(row, dict) else [None] * len(self.names)
        )
        if isinstance(answer, Reject):
            made = [None] * (len(self.ours) - 1) + [answer.reason]
        else:
            made = [*(ours(getattr(answer, one)) for one in self.ours[:-1]), None]
        return [name, *cells, *made] if self.file else [*cells, *made]

    def _line(self, name: str, row: Any, answer: Any) -> str:
        said = {"error": answer.reason} if isinstance(answer, Reject) else shallow(answer)
        taken = {*self.ours, *self.file, "scores"}
        names = renamed(row, taken) if isinstance(row, dict) and not taken.isdisjoint(row) else {}
        kept = {names.get(key, key): value for key, value in row.items()} if isinstance(row, dict) else {}
        whole = ({"file": name} if self.file else {}) | kept | said
        try:
            return json.dumps(whole, ensure_ascii=False, default=_told, allow_nan=False) + "\n"
        except ValueError:  # a number that JSON cannot hold, as Parquet can
            return json.dumps(_finite(whole), ensure_ascii=False, default=_told) + "\n"

    def _rows(self, rows: Sequence[Sequence[Any]]) -> str:
        text = io.StringIO(newline="")
        csv.writer(text, delimiter="\t" if self.plan.format == "tsv" else ",").writerows(rows)
        return text.getvalue()


def answer_columns(bundle: Bundle, form: str) -> tuple[str, ...]:
    """Name the columns of an answer; the probabilities of all labels are left to JSONL."""
    names = [one.name for one in fields(bundle.task.Response) if one.name != "scores" or form == "jsonl"]
    return (*names, "error")


def map_columns(task: Any, columns: Mapping[str, str], found: Sequence[str], where: str) -> dict[str, str]:
    """Map the request's fields to the columns that a table has. Raises `DataError` where one is missing."""
    asked = fields(task.Request)
    optional = {one.name for one in asked if one.default is not MISSING} - columns.keys()
    if len(optional) == len(asked):  # all may be missing, as of a visitor's, but a table without any asks nothing
        optional.discard(asked[0].name)
    mapping = {one.name: columns.get(one.name, one.name) for one in asked}
    mapping = {ours: theirs for ours, theirs in mapping.items() if ours not in optional or theirs in found}
    for ours, theirs in mapping.items():
        if theirs not in found:
            raise DataError(
                f"no column is called {theirs!r}, where {ours!r} should be",
                where=f"{where}:1",
                fix=did_you_mean(theirs, found) + f", or pass --column {ours}=YOUR_COLUMN",
            )
    return mapping


def renamed(names: Collection[str], taken: set[str]) -> dict[str, str]:
    """Map the input's columns to names that the answer does not use, and that no two of them share.

    >>> renamed(["label", "input_label", "text"], {"label"})
    {'label': 'input_input_label', 'input_label': 'input_label', 'text': 'text'}
    """
    made = {}
    for name in names:
        ours = name
        while ours in taken or (ours != name and ours in names):
            ours = f"input_{ours}"
        made[name] = ours
    return made


def shallow(value: Any) -> dict[str, Any]:
    """Return the fields of a record. Copying them deeply, as `dataclasses.asdict` does, takes longer than to answer."""
    return {one: getattr(value, one) for one in value.__dataclass_fields__}


def _told(value: Any) -> Any:
    """Return what JSON has no form for: of a record its fields."""
    return shallow(value) if is_dataclass(value) and not isinstance(value, type) else str(value)


def _row(shape: Shape, row: dict[str, Any] | list[Any]) -> dict[str, Any]:
    return row if isinstance(row, dict) else dict(zip(shape.columns, row, strict=True))


def _counted(name: str, lines: Sequence[int], answers: Sequence[Any], kind: str) -> dict[str, Any]:
    labels, reasons, places, handed_over = Counter[str](), Counter[str](), dict[str, list[str]](), 0
    for line, answer in zip(lines, answers, strict=True):
        if isinstance(answer, Reject):
            reasons[answer.reason] += 1
            known = places.setdefault(answer.reason, [])
            if len(known) < MOST_PLACES:
                known.append(f"{name}:{line}")
            continue
        handed_over += bool(getattr(answer, "handed_over", False))
        if kind == "classify":
            labels[answer.label] += 1
        elif kind == "tag":
            labels.update(answer.labels)
    return {
        "rows": len(answers),
        "rejected": reasons.total(),
        "handed_over": handed_over,
        "labels": dict(labels),
        "reasons": dict(reasons),
        "places": places,
    }


def _field(task: Any, name: str, cell: Any) -> Any:
    """Return a cell as the request's field holds it: several values stand in one cell with a bar between them."""
    text = text_of(cell)
    kind = str(task.Request.__annotations__[name])
    if task.kind != "rank" or kind in {"str", str(str)}:
        return text
    if "tuple" in kind:
        values = tuple(one.strip() for one in text.split("|") if one.strip())
        return values if values or "None" not in kind else None
    default = next(one.default for one in fields(task.Request) if one.name == name)
    if not text.strip():
        return default
    if "bool" in kind:
        return text.strip().lower() in {"true", "yes", "1"}
    if "dict" in kind:
        return _object(name, text)
    try:
        return float(text) if "float" in kind else int(text)
    except ValueError:
        raise DataError(
            f"{text!r} is no number for {name!r}", where=name, fix="write a number, or leave it empty"
        ) from None


def _object(name: str, text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict) or any(not isinstance(one, str | int | float) for one in found.values()):
        fix = 'write {"column": "value"}, or leave it empty'
        raise DataError(f"{text!r} is no JSON object for {name!r}", where=name, fix=fix)
    return found


def text_of(value: Any) -> str:
    """Return a cell's value as a table of text holds it."""
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return "|".join(map(str, value))
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, default=_told)
    return "" if value is None else str(value)


def _inert(value: Any) -> str:
    """Return a cell that no spreadsheet takes for a formula.

    >>> _inert("=1+1"), _inert("-3.5"), _inert("plain")
    ("'=1+1", '-3.5', 'plain')
    """
    text = text_of(value)
    return f"'{text}" if FORMULA.match(text) and not NUMBER.fullmatch(text) else text


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple) and value and isinstance(value[0], dict):
        return "|".join(str(one["id"]) for one in value)
    if isinstance(value, list | tuple) and value and is_dataclass(value[0]):
        return "|".join(str(getattr(one, "id", None) or getattr(one, "text", one)) for one in value)
    if is_dataclass(value):
        return json.dumps(value, ensure_ascii=False, default=_told)
    return f"{value:.6g}" if isinstance(value, float) else text_of(value)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _kinds(rows: Sequence[Sequence[Any]], width: int) -> list[list[str]]:
    """Return for each column which kinds of values it has, for the types of a Parquet file."""
    kinds: list[set[str]] = [set() for _ in range(width)]
    for row in rows:
        for value, found in zip(row, kinds, strict=True):
            found.add(_kind(value))
    return [sorted(one - {""}) for one in kinds]


def _kind(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool) and not -INT64 <= value < INT64:
        return "str"
    if isinstance(value, list | tuple):
        return "strs" if all(isinstance(one, str) for one in value) else "other"
    return type(value).__name__
