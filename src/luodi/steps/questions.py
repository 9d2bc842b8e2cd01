"""Judged questions: who asked what, which documents or passages are right, and how right; or, without any, made ones.

Made questions are taken from the documents themselves: a sentence, of which every third word is left out. They share
their words with the passage they are from, so they flatter whatever compares words; the report says so.
"""

import hashlib
import heapq
import json
from collections.abc import Iterator, Sequence
from dataclasses import field
from pathlib import Path
from typing import Any

from luodi.contracts import Facts, Job, Reject, record
from luodi.data import sources
from luodi.errors import DataError, did_you_mean
from luodi.runtime.passages import Document, Passage, passage_id
from luodi.runtime.terms import terms
from luodi.text import squeezed

COLUMNS = ("query", "document", "passage", "grade")
N_MADE = 2_000
LEFT_OUT = 3  # every third word
LEAST_WORDS, MOST_CHARACTERS = 6, 200
ENOUGH_PAIRS = 50
LEAST_QUOTE = 20  # characters of a quote that one passage must hold where the whole spans several


@record
class Question:
    """A query with its right answers."""

    query: str
    right: dict[str, float]
    """Id of a document or of a passage to its grade."""
    where: str


@record
class Asked:
    """All questions, set apart."""

    parts: dict[str, list[Question]]
    """"dev" and "test"."""
    pairs: dict[str, list[Question]]
    """"document" and "passage": what may be learned from, by what its ids mean."""
    by: str
    """What the ids of dev and test mean."""
    facts: Facts = field(default_factory=dict)


class Book:
    """The documents that were written to a file, found again by their ids."""

    def __init__(self, path: Path, *, seed: int) -> None:
        self.path, self.seed = path, seed
        self.at: dict[str, int] = {}
        self.names: dict[str, str] = {}
        """The last part of an id to the id, where only one document has it."""
        self.sample: list[tuple[int, str, str, int]] = []
        """Some passages, by a hash: the hash negated, document, text, place."""

    def add(self, document: Document, passages: Sequence[Passage], *, at: int) -> None:
        if document.id in self.at:
            raise DataError(f"two documents have the id {document.id!r}", where=document.id, fix="make ids differ")
        self.at[document.id] = at
        name = document.id.rpartition("/")[2]
        self.names[name] = "" if name in self.names else document.id
        for one in passages:
            hashed = -_hash(f"{self.seed}/{document.id}/{one.start}")
            entry = (hashed, document.id, one.text, one.start)
            if len(self.sample) < N_MADE:
                heapq.heappush(self.sample, entry)
            elif hashed > self.sample[0][0]:
                heapq.heapreplace(self.sample, entry)

    def find(self, name: str) -> str | None:
        """Return the id that a name means: an id, or the last part of one."""
        return name if name in self.at else self.names.get(name) or None

    def passages(self, document: str) -> list[Passage]:
        with self.path.open(encoding="utf-8") as file:
            file.seek(self.at[document])
            return [Passage(**one) for one in json.loads(file.readline())["passages"]]


def gather(job: Job, book: Book, tally: Any) -> Asked:
    """Read the questions and clicks of the scenario, and set apart what is for dev and exam."""
    files = job.inputs["define"].facts["files"]
    judged = _Judged(job, book, tally, "questions", job.options.question_columns)
    clicked = _Judged(job, book, tally, "clicks", job.options.click_columns)
    questions = judged.read(files.get("questions", ()))
    clicks = clicked.read(files.get("clicks", ()))
    made = not questions
    by = "passage" if made else judged.by
    if made:
        questions = list(_made(book))
    parts = _split(job, questions)
    if not parts["dev"] or not parts["test"]:
        where = ", ".join(one["name"] for one in files.get("questions", ())) or "the documents"
        raise DataError(
            f"{len(questions)} questions leave none for dev or exam", where=where,
            fix="judge more, or raise [prepare] dev and test",
        )  # fmt: skip
    pairs: dict[str, list[Question]] = {"document": [], "passage": []}
    if not made:
        pairs[by] += parts["train"]
    pairs[clicked.by] += clicks
    n_judged = sum(map(len, pairs.values()))
    if n_judged < ENOUGH_PAIRS:  # the made ones of an exam are no pairs to learn from
        pairs["passage"] += parts["train"] if made else list(_made(book))
    facts = {
        "made": made, "n": len(questions), "clicks": len(clicks), "by": by, "judged_pairs": n_judged,
        "pairs": sum(map(len, pairs.values())),
    }  # fmt: skip
    return Asked(parts={one: parts[one] for one in ("dev", "test")}, pairs=pairs, by=by, facts=facts)


class _Judged:
    """Reads one table of queries with what is right for them."""

    def __init__(self, job: Job, book: Book, tally: Any, name: str, columns: dict[str, str]) -> None:
        self.job, self.book, self.tally, self.name, self.columns = job, book, tally, name, columns
        self.by = "document"

    def read(self, entries: Sequence[Facts]) -> list[Question]:
        """Return the queries in the order of the table, each with all its judgements."""
        found: dict[str, tuple[dict[str, float], str]] = {}
        for entry in entries:
            for where, query, right in self._rows(entry["name"]):
                grades, _ = found.setdefault(query, ({}, where))
                for one, grade in right.items():
                    grades[one] = max(grade, grades.get(one, 0.0))
        return [Question(query=query, right=right, where=where) for query, (right, where) in found.items()]

    def _rows(self, name: str) -> Iterator[tuple[str, str, dict[str, float]]]:
        stated = {one: getattr(self.job.settings, one) for one in ("delimiter", "header", "encoding", "sheet")}
        table = sources.open(sources.expand(self.job.root, name)[0], **stated)
        mapping = {ours: self.columns.get(ours, ours) for ours in COLUMNS}
        for ours in ("query", "document"):
            if mapping[ours] not in table.columns:
                option = "question_columns" if self.name == "questions" else "click_columns"
                fix = did_you_mean(mapping[ours], table.columns)
                fix += f'; write [options] {option} = {{ {ours} = "your column" }}'
                raise DataError(f"no column is called {mapping[ours]!r}", where=f"{name}:1", fix=fix)
        self.by = "passage" if mapping["passage"] in table.columns else "document"
        for line, row in table.rows():
            where = f"{name}:{line}"
            cells = {} if isinstance(row, Reject) else {ours: _text(row.get(mapping[ours])) for ours in COLUMNS}
            judged = Reject(reason=row.reason) if isinstance(row, Reject) else self._judged(cells)
            if isinstance(judged, Reject):
                self.tally.reject(where, judged.reason)
            elif judged:
                yield where, squeezed(cells["query"]), judged
        self.tally.tables[name] = table.describe()

    def _judged(self, cells: dict[str, str]) -> dict[str, float] | Reject:
        if not cells["query"]:
            return Reject(reason="empty query")
        document = self.book.find(cells["document"])
        if document is None:
            return Reject(reason="a judgement of a document that is not there")
        try:
            grade = float(cells["grade"] or 1)
        except ValueError:
            return Reject(reason="a grade that is no number")
        if not 0 <= grade <= 1_000:
            return Reject(reason="a grade below 0 or above 1,000")
        if grade == 0:
            return {}
        if self.by == "document":
            return {document: grade}
        places = holding(self.book.passages(document), cells["passage"])
        if not places:
            return Reject(reason="a passage that does not stand in its document")
        return {passage_id(document, place): grade for place in places}


def holding(passages: Sequence[Passage], quote: str) -> list[int]:
    """Return the places of the passages that hold a quote, or a good part of it; all passages, where it is empty."""
    wanted = squeezed(quote).casefold()
    texts = [(one.start, squeezed(one.text).casefold()) for one in passages]
    whole = [start for start, text in texts if wanted in text]
    if whole:
        return whole
    pieces = [one.strip() for one in wanted.replace("。", ".").split(".") if len(one.strip()) >= LEAST_QUOTE]
    return [start for start, text in texts if any(one in text for one in pieces)]


def _made(book: Book) -> Iterator[Question]:
    """Yield questions made of sentences of the documents."""
    for _, document, text, place in sorted(book.sample, reverse=True):
        query = made_of(text, seed=f"{book.seed}/{document}/{place}")
        if query:
            where = passage_id(document, place)
            yield Question(query=query, right={where: 1.0}, where=where)


def made_of(text: str, *, seed: str) -> str:
    """Return a sentence of the text without every third word; nothing where no sentence is long enough."""
    sentences = [
        one for line in text.split("\n") for one in line.replace("。", "。\n").replace(". ", ".\n").split("\n")
    ]
    long = [squeezed(one) for one in sentences if len(set(terms(one))) >= LEAST_WORDS]
    if not long:
        return ""
    at = _hash(seed)
    sentence = long[at % len(long)]
    words = sentence.split(" ")
    if len(words) < LEAST_WORDS:  # no spaces between its words
        import rjieba

        words = rjieba.cut(sentence)
        return "".join(one for n, one in enumerate(words) if (n + at) % LEFT_OUT)[:MOST_CHARACTERS]
    return " ".join(one for n, one in enumerate(words) if (n + at) % LEFT_OUT)[:MOST_CHARACTERS].rstrip(" .,;:")


def _split(job: Job, questions: Sequence[Question]) -> dict[str, list[Question]]:
    """Set apart by a hash of the query, so that a question's side does not depend on the others."""
    settings = job.settings
    parts: dict[str, list[Question]] = {"train": [], "dev": [], "test": []}
    for one in sorted(questions, key=lambda one: _hash(f"{job.seed}/{one.query}")):
        place = _hash(f"{job.seed}/{one.query}") / 2**64
        part = "test" if place < settings.test else "dev" if place < settings.test + settings.dev else "train"
        parts[part].append(one)
    for part, most in (("dev", settings.max_dev), ("test", settings.max_test)):
        parts["train"] += parts[part][most:]
        parts[part] = parts[part][:most]
    return parts


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def _text(value: Any) -> str:
    return (
        "" if value is None else str(int(value) if isinstance(value, float) and value.is_integer() else value).strip()
    )
