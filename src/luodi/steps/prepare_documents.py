"""Step 2 for documents: read each, cut it into passages that know their place, and set the judged questions apart.

What is learned from is a folder: `documents.jsonl`, a document with its passages in each line, and `pairs.jsonl`, the
questions that may be learned from. Only the questions of dev and exam are lines of their own.
"""

import csv
import hashlib
import json
from collections.abc import Iterator
from dataclasses import MISSING, asdict, fields
from pathlib import Path
from typing import Any

from luodi.contracts import Facts, Job, Outcome, Reject
from luodi.data import chunks, papers, sources
from luodi.data.chunks import Paper
from luodi.data.sources import Source
from luodi.errors import DataError, did_you_mean
from luodi.log import progress
from luodi.runtime.passages import Document, Passage
from luodi.steps import questions
from luodi.store import digest_file, write_json, write_lines

DOCUMENTS = "documents.jsonl"
MAX_LISTED = 10_000
EXAM_K = 50
Read = Iterator[tuple[str, Document | Reject, list[Passage]]]


class Tally:
    """Counts what came in, and lists what is left out."""

    def __init__(self) -> None:
        self.n_in = self.n_kept = self.n_passages = self.n_characters = 0
        self.rejected: list[tuple[str, str]] = []
        self.reasons: dict[str, int] = {}
        self.tables: dict[str, Any] = {}

    def reject(self, where: str, reason: str) -> None:
        self.reasons[reason] = self.reasons.get(reason, 0) + 1
        if len(self.rejected) < MAX_LISTED:
            self.rejected.append((where, reason))


def run(job: Job) -> Outcome:
    """Write `documents.jsonl`, `pairs.jsonl`, the lines of `dev` and `test`, `rejected.csv` and `profile.json`."""
    tally = Tally()
    book = questions.Book(job.out / DOCUMENTS, seed=job.seed)
    with (job.out / DOCUMENTS).open("w", encoding="utf-8") as file:
        for where, document, passages in _documents(job, tally):
            tally.n_in += 1
            if isinstance(document, Reject):
                tally.reject(where, document.reason)
                continue
            tally.n_kept += 1
            tally.n_passages += len(passages)
            tally.n_characters += sum(len(one.text) for one in passages)
            book.add(document, passages, at=file.tell())
            line = {"document": asdict(document), "passages": list(map(asdict, passages))}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    if not tally.n_kept:
        where, why = tally.rejected[0] if tally.rejected else ("", "there is none")
        raise DataError(
            f"no document can be used of {tally.n_in:,}; the first: {why}", where=where, fix="see the reason"
        )
    asked = questions.gather(job, book, tally)
    for part in ("dev", "test"):
        write_lines(job.out / f"{part}.jsonl", (_line(job, asked.by, one) for one in asked.parts[part]))
    learned = ({"query": one.query, "right": one.right, "by": by} for by, found in asked.pairs.items() for one in found)
    write_lines(job.out / "pairs.jsonl", learned)
    write_json(
        job.out / "rules.json", {"k": job.options.k, "judged": asked.facts["pairs"] == asked.facts["judged_pairs"]}
    )
    with (job.out / "rejected.csv").open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([("where", "reason"), *tally.rejected])
    write_json(job.out / "profile.json", {"train": {"documents": tally.n_kept, "passages": tally.n_passages}})
    rows = {"in": tally.n_in, "kept": tally.n_kept, "rejected": tally.n_in - tally.n_kept, "train": tally.n_passages}
    return Outcome(
        facts={
            "tables": tally.tables,
            "rows": rows | {part: len(asked.parts[part]) for part in ("dev", "test")},
            "documents": tally.n_kept,
            "passages": tally.n_passages,
            "characters": tally.n_characters,
            "questions": asked.facts,
            "rejected": dict(sorted(tally.reasons.items(), key=lambda item: (-item[1], item[0]))),
        }
    )


def _line(job: Job, by: str, one: questions.Question) -> Facts:
    request = job.task.Request(query=one.query, k=EXAM_K, by=by)
    n = len(one.query.split())
    return {
        "line": one.where,
        "x": job.task.to_x(request, job.options),
        "y": one.right,
        "request": asdict(request),
        "tags": {"words": "1–3 words" if n < 4 else "4–9 words" if n < 10 else "10 words or more"},
    }


def _documents(job: Job, tally: Tally) -> Read:
    """Yield every document with its passages, or why it is none; of two that are the same, the first."""
    files = job.inputs["define"].facts["files"]
    entries = [one for part in ("train", "dev", "test") for one in files[part]]
    seen: dict[str, str] = {}
    most = job.options.passage_characters
    for entry in progress(entries, total=len(entries), doing="reading documents"):
        for where, document, paper in _read(job, entry["name"], tally):
            if isinstance(document, Reject) or paper is None:
                yield where, document, []
                continue
            passages = chunks.cut(paper, max_characters=most)
            first = seen.setdefault(document.digest, document.id)
            if first != document.id:
                yield where, Reject(reason="the same as another document"), []
            elif not passages:
                yield where, Reject(reason="no text"), []
            else:
                yield where, document, passages


def _read(job: Job, name: str, tally: Tally) -> Iterator[tuple[str, Document | Reject, Paper | None]]:
    if papers.is_table(job.root, name):
        yield from _rows(job, name, tally)
        return
    path = job.root / name
    try:
        paper = papers.read(path)
    except DataError as error:
        yield name, Reject(reason=error.what), None
        return
    yield name, document_of(path, base=_base(job, name), paper=paper), paper


def _base(job: Job, name: str) -> Path:
    """Return the folder of the scenario's that a file is in: ids are relative to it."""
    folders = [one for one in job.inputs["define"].facts["folders"] if name.startswith(one.rstrip("/") + "/")]
    return job.root / max(folders, key=len, default="")


def document_of(path: Path, *, base: Path, paper: Paper) -> Document:
    """Return what is known of a file: its path below `base` is its id."""
    relative = path.resolve().relative_to(base.resolve()) if path.resolve().is_relative_to(base.resolve()) else path
    folder = relative.parent.as_posix()
    columns = {"folder": "" if folder == "." else folder, "format": path.suffix.lower().removeprefix(".")}
    return Document(id=relative.as_posix(), title=paper.title or path.stem, digest=digest_file(path), columns=columns)


def _rows(job: Job, name: str, tally: Tally) -> Iterator[tuple[str, Document | Reject, Paper | None]]:
    stated = {one: getattr(job.settings, one) for one in ("delimiter", "header", "encoding", "sheet")}
    source: Source = sources.expand(job.root, name)[0]
    table = sources.open(source, **stated)
    mapping = _mapping(job, table)
    kept = [one for one in table.columns if one not in {mapping["text"], mapping.get("id")}]
    for line, row in table.rows():
        where = f"{name}:{line}"
        if isinstance(row, Reject):
            yield where, row, None
            continue
        cells = {column: _text(row.get(column)) for column in table.columns}
        text, title = cells[mapping["text"]], cells.get(mapping.get("title", ""), "")
        digest = hashlib.sha256(json.dumps(cells, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
        document = Document(
            id=cells.get(mapping.get("id", ""), "") or str(line),
            title=" ".join(title.split())[:200],
            digest=digest,
            columns={one: cells[one] for one in kept if len(cells[one]) <= 200},
        )
        yield where, document, Paper(text=text, title=document.title)
    tally.tables[name] = table.describe()


def _mapping(job: Job, table: Any) -> dict[str, str]:
    mapping = {}
    columns = job.settings.columns
    for one in fields(job.task.Row):
        theirs = columns.get(one.name, one.name)
        if theirs in table.columns:
            mapping[one.name] = theirs
        elif one.default is MISSING or one.name in columns:
            hint = f'write [prepare] columns = {{ {one.name} = "your column" }}'
            fix = f"{did_you_mean(theirs, table.columns)}; {hint}"
            raise DataError(f"no column is called {theirs!r}", where=f"{table.path}:1", fix=fix)
    return mapping


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()
