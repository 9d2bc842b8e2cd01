"""A part of an index: some documents, their passages, postings and vectors, in files that never change again."""

import json
import mmap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from luodi.runtime.passages import Document, Passage, known_by
from luodi.runtime.postings import Postings
from luodi.runtime.terms import terms

ABOUT, TEXTS = "segment.json", "texts.bin"
TITLE_COUNTS = 2  # a word of the title counts as often as it would twice in the text (docs/logbook.md, 2026-11-24)
Encode = Callable[[Sequence[str]], NDArray[np.float32]]
Paper = tuple[Document, Sequence[Passage]]
Bytes = bytes | mmap.mmap


class Segment:
    """`arrays`: of `Postings`; `at` (n + 1,) places in `texts`; `places` (n, 4) document, start, end, page;
    `headings` (n,); and with vectors `small` (n, width) int8 and `exact` (n, width) float16."""

    def __init__(
        self, documents: Sequence[Document], headings: Sequence[str], arrays: Mapping[str, NDArray[Any]], texts: Bytes
    ) -> None:
        self.documents, self.headings, self.arrays, self.texts = list(documents), list(headings), dict(arrays), texts
        self.postings = Postings(self.arrays)

    def __len__(self) -> int:
        return len(self.postings)

    @property
    def has_vectors(self) -> bool:
        return "small" in self.arrays

    @classmethod
    def of(cls, papers: Sequence[Paper], encode: Encode | None) -> Self:
        """Make a segment of some documents."""
        documents = [document for document, _ in papers]
        flat = [(n, document, one) for n, (document, passages) in enumerate(papers) for one in passages]
        numbers: dict[str, int] = {}
        headings = [numbers.setdefault(one.heading, len(numbers)) for _, _, one in flat]
        encoded = [one.text.encode("utf-8", "surrogatepass") for _, _, one in flat]
        places = [(n, one.start, one.end, one.page) for n, _, one in flat]
        counted = [
            TITLE_COUNTS * terms(document.title) + terms(one.heading) + terms(one.text) for _, document, one in flat
        ]
        arrays = Postings.of(counted).arrays() | {
            "at": np.cumsum([0, *map(len, encoded)]).astype(np.int64),
            "places": np.array(places, dtype=np.int32).reshape(-1, 4),
            "heading": np.array(headings, dtype=np.int32),
        }
        if encode is not None:
            from luodi.runtime.nearest import packed

            small, exact = packed(encode([known_by(document, one) for _, document, one in flat]))
            arrays |= {"small": small, "exact": exact}
        return cls(documents, list(numbers), arrays, b"".join(encoded))

    def passage(self, row: int) -> tuple[Document, Passage]:
        """Return a passage with its document."""
        document, start, end, page = (int(one) for one in self.arrays["places"][row])
        at = self.arrays["at"]
        text = bytes(self.texts[int(at[row]) : int(at[row + 1])]).decode("utf-8", "surrogatepass")
        heading = self.headings[int(self.arrays["heading"][row])]
        return self.documents[document], Passage(text=text, start=start, end=end, page=page, heading=heading)

    def without(self, ids: frozenset[str]) -> Self:
        """Return the segment without some documents: no word, vector or name of theirs is left in it."""
        stays = np.array([one.id not in ids for one in self.documents], dtype=bool)
        number = np.cumsum(stays) - 1
        keep = stays[self.arrays["places"][:, 0]] if len(self) else np.zeros(0, dtype=bool)
        rows = np.flatnonzero(keep)
        at = self.arrays["at"]
        places = self.arrays["places"][rows].copy()
        places[:, 0] = number[places[:, 0]]
        used, heading = np.unique(self.arrays["heading"][rows], return_inverse=True)
        sizes = np.diff(at)[rows]
        arrays = self.postings.only(keep).arrays() | {
            "at": np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
            "places": places,
            "heading": heading.astype(np.int32),
        }
        arrays |= {name: self.arrays[name][rows] for name in ("small", "exact") if name in self.arrays}
        texts = b"".join(bytes(self.texts[int(at[row]) : int(at[row + 1])]) for row in rows)
        documents = [one for one, kept in zip(self.documents, stays, strict=True) if kept]
        return type(self)(documents, [self.headings[n] for n in used], arrays, texts)

    def write(self, folder: Path) -> None:
        """Write arrays as they lie in memory, and JSON that says what they are."""
        folder.mkdir()
        about: dict[str, Any] = {
            "arrays": {},
            "headings": self.headings,
            "documents": list(map(asdict, self.documents)),
        }
        for name, array in self.arrays.items():
            whole = np.ascontiguousarray(array)
            about["arrays"][name] = {"dtype": whole.dtype.str, "shape": whole.shape}
            (folder / f"{name}.bin").write_bytes(whole.tobytes())
        (folder / TEXTS).write_bytes(self.texts)
        (folder / ABOUT).write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Map the files; what is not asked for is not read."""
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        arrays = {
            name: _mapped(folder / f"{name}.bin", np.dtype(one["dtype"]), tuple(one["shape"]))
            for name, one in about["arrays"].items()
        }
        documents = [Document(**one) for one in about["documents"]]
        return cls(documents, about["headings"], arrays, _mapped_bytes(folder / TEXTS))


def joined(parts: Sequence[Segment]) -> Segment:
    """Return one segment for several."""
    from luodi.runtime import postings

    documents = [one for part in parts for one in part.documents]
    headings = [one for part in parts for one in part.headings]
    first = np.cumsum([0, *(len(part.documents) for part in parts)])
    above = np.cumsum([0, *(len(part.headings) for part in parts)])
    sizes = np.concatenate([np.diff(part.arrays["at"]) for part in parts])
    places = [np.array(part.arrays["places"]) for part in parts]
    for one, at in zip(places, first[:-1], strict=True):
        one[:, 0] += at
    arrays = postings.joined([part.postings for part in parts]).arrays() | {
        "at": np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        "places": np.concatenate(places),
        "heading": np.concatenate([part.arrays["heading"] + n for part, n in zip(parts, above[:-1], strict=True)]),
    }
    for name in ("small", "exact"):
        if name in parts[0].arrays:
            arrays[name] = np.concatenate([part.arrays[name] for part in parts])
    return Segment(documents, headings, arrays, b"".join(bytes(part.texts[:]) for part in parts))


def _mapped(path: Path, dtype: np.dtype[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    if 0 in shape:  # nothing cannot be mapped
        return np.zeros(shape, dtype=dtype)
    return np.memmap(path, dtype=dtype, mode="r", shape=shape)


def _mapped_bytes(path: Path) -> Bytes:
    if not path.stat().st_size:
        return b""
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
