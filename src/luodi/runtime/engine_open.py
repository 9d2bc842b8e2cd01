"""Questions without a passage: a search finds some, a reader reads them, and the answer says where it stands."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from luodi.contracts import Span
from luodi.runtime.session import open_session, read_about, write_about

RETRIEVER, READER = "retriever", "reader"
KEPT = ("document", "title", "heading", "page", "start", "text")


class OpenReader:
    """A search over documents before a reader of passages."""

    def __init__(self, retriever: Any, reader: Any, n_passages: int) -> None:
        self.retriever, self.reader, self.n_passages = retriever, reader, n_passages
        self.streams = int(getattr(reader, "streams", 1))

    def predict(self, xs: Sequence[Mapping[str, Any]]) -> list[list[Span]]:
        """Return the answers to each x, best first, each with the passage that it stands in."""
        alone = [n for n, x in enumerate(xs) if not x.get("passage") and "found" not in x]
        full = list(xs)
        if alone:
            hits = found(self.retriever, [xs[n]["question"] for n in alone], self.n_passages)
            for n, passages in zip(alone, hits, strict=True):
                full[n] = {**xs[n], "found": passages}
        return list(self.reader.predict(full))

    @classmethod
    def load(cls, folder: Path) -> Self:
        n_passages = int(read_about(folder)["n_passages"])
        return cls(open_session(folder / RETRIEVER), open_session(folder / READER), n_passages)


def found(retriever: Any, questions: Sequence[str], n_passages: int) -> list[list[dict[str, Any]]]:
    """Return the passages that a search finds for each question, with where they stand."""
    asked = [{"query": one, "k": n_passages, "by": "passage"} for one in questions]
    return [[{name: hit[name] for name in KEPT} for hit in hits] for hits in retriever.predict(asked)]


def join(folder: Path, retriever: Path, reader: Path, *, n_passages: int) -> None:
    """Write both sessions as one to a new folder."""
    folder.mkdir()
    shutil.copytree(retriever, folder / RETRIEVER)
    shutil.copytree(reader, folder / READER)
    write_about(folder, "engine_open", n_passages=n_passages)


ENGINE = OpenReader
