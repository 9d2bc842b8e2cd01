"""Questions without a passage: a search finds some, a reader reads them, and the answer says where it stands.

Where a request asks for it, a language model writes an answer out of the same passages, beside the reader's.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

from luodi.contracts import Span
from luodi.runtime.endpoint import Endpoint
from luodi.runtime.session import open_session, read_about, write_about

RETRIEVER, READER = "retriever", "reader"
KEPT = ("document", "title", "heading", "page", "start", "text")


class OpenReader:
    """A search over documents before a reader of passages, and beside it whoever writes."""

    def __init__(self, retriever: Any, reader: Any, n_passages: int, writer: Any = None) -> None:
        self.retriever, self.reader, self.n_passages, self.writer = retriever, reader, n_passages, writer
        self.streams = int(getattr(reader, "streams", 1))

    def predict(self, xs: Sequence[Mapping[str, Any]]) -> list[list[Span]]:
        """Return the answers to each x, best first, each with the passage that it stands in."""
        alone = [n for n, x in enumerate(xs) if not x.get("passage") and "found" not in x]
        full = list(xs)
        if alone:
            hits = found(self.retriever, [xs[n]["question"] for n in alone], self.n_passages)
            for n, passages in zip(alone, hits, strict=True):
                full[n] = {**xs[n], "found": passages}
        answers = list(self.reader.predict(full))
        if self.writer is not None:
            for n, x in enumerate(full):
                if x.get("write") and answers[n]:
                    best, *others = answers[n]
                    answers[n] = [{**best, "written": self._written(x)}, *others]
        return answers

    def _written(self, x: Mapping[str, Any]) -> dict[str, Any]:
        passages = x["found"] if "found" in x else [{"text": x["passage"]}]
        draft = asdict(self.writer.write(x["question"], [one["text"] for one in passages]))
        for one in draft["sentences"]:
            number = one.pop("passage")
            if "found" in x:
                one["source"] = dict(passages[number])
        return draft

    @classmethod
    def load(cls, folder: Path) -> Self:
        about, writer = read_about(folder), None
        if about.get("writer"):
            from luodi.runtime.writer import Writer

            writer = Writer(Endpoint(**about["writer"]))
        return cls(open_session(folder / RETRIEVER), open_session(folder / READER), int(about["n_passages"]), writer)


def found(retriever: Any, questions: Sequence[str], n_passages: int) -> list[list[dict[str, Any]]]:
    """Return the passages that a search finds for each question, with where they stand."""
    asked = [{"query": one, "k": n_passages, "by": "passage"} for one in questions]
    return [[{name: hit[name] for name in KEPT} for hit in hits] for hits in retriever.predict(asked)]


def join(folder: Path, retriever: Path, reader: Path, *, n_passages: int, writer: Endpoint | None = None) -> None:
    """Write both sessions as one to a new folder, with whom to ask for written answers."""
    folder.mkdir()
    shutil.copytree(retriever, folder / RETRIEVER)
    shutil.copytree(reader, folder / READER)
    write_about(folder, "engine_open", n_passages=n_passages, writer=asdict(writer) if writer else None)


ENGINE = OpenReader
