"""Wrong labels, as far as a cheap model can tell: find them, list them, and keep what a person decides about them."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from luodi.contracts import Artifact, record
from luodi.data import corrections
from luodi.data.corrections import Correction
from luodi.errors import DataError
from luodi.store import as_y, read_lines, write_text

FILE = "suspects.csv"
COLUMNS = ("rank", *corrections.COLUMNS[:4], "score", *corrections.COLUMNS[4:])
LEAST_FOR_VECTORS, MOST_FOR_VECTORS = 200, 30_000  # some 300 texts a second on two cores
MOSTLY_LATIN = 0.9
PARTS = ("train", "dev")
"""The exam is left out: an exam whose labels a model has looked over would favor models like it."""


@record
class Doubt:
    """A label that is probably wrong."""

    key: str
    where: str
    text: str
    given: str
    suggested: str
    score: float
    """How sure the cheap model is that the label is wrong, 0 to 1."""


@record
class Doubts:
    """All that is doubted, most doubtful first."""

    doubts: list[Doubt]
    """As many as are probably wrong; beyond them a look finds little."""
    labels: list[str]
    """Every label there is."""
    n_rows: int
    n_wrong: int
    """About how many labels are wrong in all."""


def doubts(prepared: Artifact, *, seed: int = 7) -> Doubts:
    """Return the labels of training and dev that are probably wrong. Raises `DataError` where rows bear no labels."""
    rows, ys = _rows(prepared)
    found = _found(rows, ys, seed)
    return Doubts(
        doubts=[_doubt(rows[one.index], one) for one in found.ranked[: found.n_wrong]],
        labels=sorted({label for y in ys for label in ((y,) if isinstance(y, str) else y)}),
        n_rows=found.n_rows,
        n_wrong=found.n_wrong,
    )


def automatic(prepared: Artifact, *, seed: int = 7) -> list[Correction]:
    """Return decisions without a person: correct a label where the model is sure, leave its row out where it doubts."""
    from luodi.quality import suspects

    rows, ys = _rows(prepared)
    kept, labels = suspects.corrected(ys, _found(rows, ys, seed))
    made = dict(zip(kept, labels, strict=True))
    found = []
    for n, row in enumerate(rows):
        if n not in made or made[n] != ys[n]:
            given = corrections.label_text(row["y"])
            new = corrections.label_text(made[n]) if n in made else ""
            found.append(Correction(key=row["key"], given=given, corrected=new, where=row["line"],
                                    decided="accepted" if new else "excluded", text=str(row["x"])))  # fmt: skip
    return found


def _found(rows: Sequence[Mapping[str, Any]], ys: Sequence[Any], seed: int) -> Any:
    """Rank the rows; where the pretrained encoder reads the language, its sentence vectors have a say."""
    from luodi.data.profile import scripts
    from luodi.quality import suspects

    texts = [str(row["x"]) for row in rows]
    vectors = None
    if LEAST_FOR_VECTORS <= len(texts) <= MOST_FOR_VECTORS and scripts(texts).get("latin", 0.0) > MOSTLY_LATIN:
        from luodi.train import glance

        vectors = glance.vectors(texts)
    return suspects.find(texts, ys, seed=seed, vectors=vectors)


def _rows(prepared: Artifact) -> tuple[list[dict[str, Any]], list[Any]]:
    """Return the rows of training and dev, and their labels. Raises `DataError` where rows bear none."""
    files = [prepared.path / f"{part}.jsonl" for part in PARTS]
    rows = [row for path in files if path.is_file() for row in read_lines(path)]
    ys = [as_y(row["y"]) for row in rows]
    if not rows or "key" not in rows[0] or not isinstance(ys[0], str | frozenset):
        raise DataError(
            "these rows bear no labels", where="[prepare]", fix="labels are looked at where a task has them"
        )
    return rows, ys


def _doubt(row: Mapping[str, Any], one: Any) -> Doubt:
    return Doubt(
        key=row["key"],
        where=row["line"],
        text=str(row["x"]),
        given=corrections.label_text(one.given),
        suggested=corrections.label_text(one.suggested),
        score=round(float(one.score), 4),
    )


def write(path: Path, found: Sequence[Doubt]) -> None:
    """Write the doubts as a table in which a person fills the column `decided`, whole or not at all."""
    out = io.StringIO(newline="")
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    for rank, one in enumerate(found, start=1):
        cells = (rank, one.key, one.given, one.suggested, "", one.score, one.where, one.text)
        table.writerow([corrections.neutral(cell) if isinstance(cell, str) else cell for cell in cells])
    write_text(path, out.getvalue())


def decided(path: Path) -> list[Correction]:
    """Return the rows of such a table that were decided. Raises `DataError` for what is none of our tables."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"this table cannot be read: {error}", where=str(path), fix="save it as CSV UTF-8") from None
    rows = csv.DictReader(io.StringIO(text, newline=""))
    if not {"key", "given", "corrected", "decided"} <= set(rows.fieldnames or ()):
        raise DataError("this is not a table of suspects", where=f"{path}:1", fix="luodi labels writes one")
    return [corrections.checked(path, rows.line_num, row) for row in rows if (row["decided"] or "").strip()]


def merged(old: Iterable[Correction], new: Iterable[Correction]) -> list[Correction]:
    """Return old decisions and new ones; of two about one text and label the newer stays."""
    by_key = {(one.key, one.given): one for one in (*old, *new)}
    return list(by_key.values())
