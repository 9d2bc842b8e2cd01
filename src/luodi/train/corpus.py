"""What a search learns from: documents with their passages, and questions of which something right is known."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self

from luodi.contracts import record
from luodi.runtime.passages import Document, Passage
from luodi.runtime.segment import Paper
from luodi.store import read_json, read_lines


@record
class Pair:
    """A question, and the ids of what is right for it."""

    query: str
    right: dict[str, float]
    by: str
    """Whether these are ids of documents or of passages."""


@record
class Lesson:
    """The folder that `prepare` left."""

    folder: Path
    pairs: tuple[Pair, ...]
    rules: dict[str, Any]

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Open what `prepare` wrote; documents are read as they are asked for."""
        pairs = tuple(Pair(**one) for one in read_lines(folder / "pairs.jsonl"))
        return cls(folder=folder, pairs=pairs, rules=read_json(folder / "rules.json"))

    def papers(self) -> Iterator[Paper]:
        """Yield every document with its passages."""
        with (self.folder / "documents.jsonl").open(encoding="utf-8") as file:
            for line in file:
                one = json.loads(line)
                yield Document(**one["document"]), [Passage(**passage) for passage in one["passages"]]

    def texts(self, most: int) -> list[str]:
        """Return passages evenly over all documents: of each its first, then of each its second, and so on."""
        found: list[tuple[int, str]] = []
        for _, passages in self.papers():
            found += [(n, one.text) for n, one in enumerate(passages)]
        return [text for _, text in sorted(found, key=lambda one: one[0])[:most]]


def as_pairs(asked: Sequence[tuple[Any, Any]]) -> list[Pair]:
    """Return the questions of dev as pairs."""
    return [Pair(query=x["query"], right=_graded(y), by=x.get("by", "passage")) for x, y in asked]


def _graded(y: Any) -> dict[str, float]:
    return dict(y) if isinstance(y, dict) else dict.fromkeys(y, 1.0)
