"""What `prepare` leaves behind: the parts, their profile, and what is too long for its facts."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from luodi.contracts import Facts, Task
from luodi.data import profile
from luodi.data.spool import Spool
from luodi.errors import DataError, did_you_mean
from luodi.steps.sides import Decided
from luodi.store import write_json
from luodi.text import plural

FILES = ("train", "dev", "test", "seen")
N_SHOWN = 20


def write(out: Path, spool: Spool, sides: Sequence[str], *, labelled: bool = True) -> dict[str, int]:
    """Write every row to the file of its side, and `profile.json`; return the number of rows of each part."""
    files = {side: (out / f"{side}.jsonl").open("wb") for side in FILES}
    counts = Counter[str]()
    profiles = {side: profile.Profile() for side in FILES}
    for n, side in enumerate(sides):
        if side:
            line = spool.line(n)
            files[side].write(line)
            counts[side] += 1
            profiles[side].add(spool.lengths[n], spool.answers[spool.ys[n]] if labelled else "[]", line)
    for file in files.values():
        file.close()
    write_json(out / "profile.json", {side: profiles[side].describe() for side in FILES if side != "seen"})
    return {side: counts[side] for side in FILES}


def labels(spool: Spool, sides: Sequence[str], part: str = "train") -> list[str]:
    """Return the labels of a part, in alphabetical order."""
    return sorted(_label_rows(spool, sides, part))


def _label_rows(spool: Spool, sides: Sequence[str], part: str) -> dict[str, int]:
    """Return each label of a part with a row that bears it."""
    first: dict[int, int] = {}
    for n, side in enumerate(sides):
        if side == part:
            first.setdefault(spool.ys[n], n)
    found: dict[str, int] = {}
    for number, n in first.items():
        y = json.loads(spool.answers[number])
        for label in (y,) if isinstance(y, str) else y:
            found.setdefault(label, n)
    return found


def check_labels(task: Task, spool: Spool, sides: Sequence[str]) -> None:
    """Refuse what no classifier can learn from or be examined on."""
    if task.kind not in {"classify", "tag"}:
        _check_texts(task, spool, sides)
        return
    known, n_train = _label_rows(spool, sides, "train"), sides.count("train")
    file = spool.names[0]
    if len(known) < 2:
        only = f", {next(iter(known))!r}" if known else ""
        raise DataError(
            f"there is only one label{only}" if known else "there is no label",
            where=file,
            fix="a classifier needs rows of two labels or more; is the label column the right one?",
        )
    every = getattr(task, "learns_every_label", False)
    if len(known) > max(50, n_train / 2) and task.kind == "classify" and not every:
        raise DataError(
            f"there are {plural(len(known), 'label')} in {plural(n_train, 'row')}",
            where=file,
            fix="this looks like free text or an identifier; name another label column in [prepare] columns",
        )
    for part in ("dev", "test"):
        found = _label_rows(spool, sides, part)
        if part not in sides:
            fix = "add rows, or raise its share in [prepare]"
            if every:
                fix = "give other ways of asking for some answers, or write [options] pseudo = true"
            if "seen" in sides:
                fix = 'training holds all of it; give other rows, or write [prepare] seen = "train"'
            raise DataError(f"no row is left for {part}", where=file, fix=fix)
        for label in sorted(found.keys() - known.keys()):
            raise DataError(
                f"the label {label!r} stands in {part} but never in training",
                where=str(spool.where(found[label])),
                fix=f"{did_you_mean(label, known)}, or add rows with it to the training data",
            )


def _check_texts(task: Task, spool: Spool, sides: Sequence[str]) -> None:
    if task.kind in {"extract", "generate"}:
        _check_parts(spool, sides, "question" if task.kind == "extract" else "text")
    if task.kind == "extract":
        _check_passages(spool, sides)


def _check_parts(spool: Spool, sides: Sequence[str], what: str) -> None:
    """Refuse rows of which no part is left to choose by or to be examined on."""
    for part in ("train", "dev", "test"):
        if part not in sides:
            fix = f"all {what}s of a document stay on one side: give more documents, or raise its share in [prepare]"
            raise DataError(f"no {what} is left for {part}", where=spool.names[0], fix=fix)


def _check_passages(spool: Spool, sides: Sequence[str]) -> None:
    """Refuse questions of which none has an answer."""
    if all(spool.answers[spool.ys[n]] == "[]" for n, side in enumerate(sides) if side == "train"):
        fix = "is the column of answers the right one? name it in [prepare] columns, as answers"
        raise DataError("no question to learn from has an answer", where=spool.names[0], fix=fix)


def details(out: Path, spool: Spool, decided: Decided, cleaning: Facts) -> None:
    """Write `details.json`, which quotes the user's texts: what was cleaned, and near-duplicates that contradict."""
    conflicts = [_pair(spool, *pair) for pair in decided.conflicts[:N_SHOWN]]
    write_json(out / "details.json", {"cleaning": cleaning, "conflicts": conflicts})


def _pair(spool: Spool, a: int, b: int) -> list[dict[str, Any]]:
    return [
        {"where": str(spool.where(n)), "text": text[:280], "y": spool.y(n)}
        for n, text in zip((a, b), spool.texts((a, b)), strict=True)
    ]
