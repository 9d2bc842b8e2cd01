"""Which unlabelled texts to label next: a table with an empty column, which the next run takes as training data."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from itertools import islice
from pathlib import Path
from typing import Any

from luodi.bundle import Bundle
from luodi.contracts import Reject, record
from luodi.data.corrections import label_text, neutral
from luodi.data.dedupe import fingerprint
from luodi.data.readers import open_table
from luodi.errors import DataError, did_you_mean
from luodi.store import read_lines, write_text

FILE = "to-label.csv"
AT_ONCE = 1_024
KEPT = 4  # times as many rows as are looked at closely are held at most, however long the table is


@record
class Wanted:
    """A text whose label would teach the model something."""

    cells: tuple[str, ...]
    """What stands in the scenario's columns, but for the label."""
    suggested: str
    unsure: float
    """0 to 1."""


@record
class Found:
    """What to label next, most worth it first, and out of how many."""

    wanted: list[Wanted]
    n_rows: int
    columns: tuple[str, ...]
    """The user's names of the scenario's columns, but for the label: first the request's fields, then further ones."""
    label: str
    """The user's name of the column to fill."""


def find(
    bundle: Bundle, source: Path, n: int, *, columns: Mapping[str, str], reading: Mapping[str, Any], known: Path
) -> Found:
    """Return up to n texts of a table that are worth a label; those of `known`, a prepared folder, are left out.

    Raises `DataError` where the task has no labels, or the table no such column.
    """
    from luodi.quality import picking
    from luodi.train.linear import mostly_chinese

    if bundle.task.kind not in {"classify", "tag"}:
        raise DataError(f"a task that does {bundle.task.kind} has no labels", where="--next", fix="leave it out")
    asked = [one.name for one in fields(bundle.task.Request)]
    (label,) = [one.name for one in fields(bundle.task.Row) if one.name not in asked]
    further = [one for one in columns if one not in (*asked, label)]
    names = tuple(columns.get(one, one) for one in (*asked, *further))
    seen = {fingerprint(row["x"]) for part in ("train", "dev") for row in read_lines(known / f"{part}.jsonl")}
    best: list[tuple[float, str, Wanted]] = []
    n_rows = 0
    rows = _rows(source, names, len(asked), reading)
    while chunk := list(islice(rows, AT_ONCE)):
        n_rows += len(chunk)
        best += _judged(bundle, chunk, asked, seen)
        if len(best) > KEPT * picking.POOL * n:
            best = sorted(best, key=lambda one: -one[0])[: picking.POOL * n]
    best.sort(key=lambda one: -one[0])
    texts = [x for _, x, _ in best]
    chosen = picking.pick([u for u, _, _ in best], texts, n, chinese=mostly_chinese(texts[:500]))
    found = [best[i][2] for i in chosen]
    return Found(wanted=found, n_rows=n_rows, columns=names, label=columns.get(label, label))


def write(path: Path, found: Found) -> None:
    """Write the texts as a table to fill in, whole or not at all."""
    out = io.StringIO(newline="")
    table = csv.writer(out, lineterminator="\n")
    table.writerow([*found.columns, found.label, "model_says", "unsure"])
    for one in found.wanted:
        table.writerow([*one.cells, "", neutral(one.suggested), f"{one.unsure:.3f}"])
    write_text(path, out.getvalue())


def _rows(source: Path, names: Sequence[str], n: int, reading: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield the cells of the named columns; the first n of them have to be there."""
    table = open_table(source, **reading)
    for name in names[:n]:
        if name not in table.columns:
            raise DataError(f"no column is called {name!r}", where=str(source), fix=did_you_mean(name, table.columns))
    for _, row in table.rows():
        if isinstance(row, dict):
            yield tuple(str(row.get(name) or "") for name in names)


def _judged(
    bundle: Bundle, rows: Sequence[tuple[str, ...]], asked: Sequence[str], seen: set[bytes]
) -> list[tuple[float, str, Wanted]]:
    """Return uncertainty, the text as the model sees it, and the row, of each text that was not seen before."""
    from luodi.quality import picking
    from luodi.train.answers import decide

    new: list[tuple[str, tuple[str, ...]]] = []
    for cells in rows:
        request = bundle.clean(bundle.task.Request(**dict(zip(asked, cells, strict=False))))
        if isinstance(request, Reject):
            continue
        x = bundle.task.to_x(request, bundle.options)
        print_ = fingerprint(x)
        if print_ not in seen:
            seen.add(print_)
            new.append((x, cells))
    made = []
    for (x, cells), scores in zip(new, bundle.scores([x for x, _ in new]), strict=True):
        kind = bundle.task.kind
        answer = decide(kind, scores)
        suggested = label_text(answer)
        unsure = picking.uncertainty(kind, scores)
        made.append((unsure, x, Wanted(cells=cells, suggested=suggested, unsure=unsure)))
    return made
