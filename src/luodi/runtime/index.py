"""An index of passages that grows, changes and forgets: segments in a folder, and a list of them, swapped whole."""

import math
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from luodi.runtime.passages import Document, Passage
from luodi.runtime.segment import Encode, Paper, Segment, joined
from luodi.runtime.terms import key
from luodi.store import read_json, write_json

FILE = "index.json"
MAX_PASSAGES = 65_536  # of a segment: what is written anew when one of its documents goes
MAX_SMALL = 8  # more segments that are far from full are joined
Ints = NDArray[np.int64]
Floats = NDArray[np.float32]


class Index:
    """Passages are numbered from 0 over all segments; a number holds until the next change."""

    def __init__(self, folder: Path, segments: dict[str, Segment], n_made: int) -> None:
        self.folder, self.segments, self._n_made = folder, segments, n_made
        self._look()

    def __len__(self) -> int:
        return int(self.offsets[-1])

    @classmethod
    def create(cls, folder: Path) -> Self:
        """Begin an empty index."""
        folder.mkdir(parents=True)
        made = cls(folder, {}, 0)
        made._commit()
        return made

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open an index; its arrays are mapped, not read."""
        about = read_json(folder / FILE)
        segments = {name: Segment.open(folder / name) for name in about["segments"]}
        return cls(folder, segments, int(about["made"]))

    def _look(self) -> None:
        parts = list(self.segments.values())
        self.offsets = np.cumsum([0, *(len(one) for one in parts)])
        self.documents = {one.id: one for part in parts for one in part.documents}
        self.n_terms = sum(int(part.arrays["lengths"].sum(dtype=np.int64)) for part in parts)
        self._values: dict[str, dict[str, list[Ints]]] = {}

    # what it holds

    def passage(self, number: int) -> tuple[Document, Passage]:
        """Return a passage with its document."""
        at = int(np.searchsorted(self.offsets, number, side="right")) - 1
        return list(self.segments.values())[at].passage(number - int(self.offsets[at]))

    def document_of(self, numbers: Ints) -> list[str]:
        """Return the id of each passage's document."""
        parts = list(self.segments.values())
        at = np.searchsorted(self.offsets, numbers, side="right") - 1
        return [
            parts[part].documents[int(parts[part].arrays["places"][n - self.offsets[part], 0])].id
            for n, part in zip(numbers.tolist(), at.tolist(), strict=True)
        ]

    def lexical(self, words: Sequence[str], *, k1: float, b: float) -> Floats:
        """Return BM25 of every passage, shape (n,)."""
        asked = Counter(map(key, words))
        n = len(self)
        weights = {}
        for hashed, times in asked.items():
            found = (part.postings.find(hashed) for part in self.segments.values())
            df = sum(one.stop - one.start for one in found)
            if df:
                weights[hashed] = times * math.log(1 + (n - df + 0.5) / (df + 0.5))
        mean = self.n_terms / max(1, n)
        scores = [part.postings.score(weights, mean, k1=k1, b=b) for part in self.segments.values()]
        return np.concatenate(scores) if scores else np.zeros(0, dtype=np.float32)

    def nearest(self, query: Floats, k: int, allowed: Ints | None) -> tuple[Ints, Floats]:
        """Return numbers and cosines of the k nearest passages, best first."""
        from luodi.runtime.nearest import nearest

        numbers, cosines = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.float32)]
        for part, start in zip(self.segments.values(), self.offsets.tolist(), strict=False):
            rows = None if allowed is None else allowed[(allowed >= start) & (allowed < start + len(part))] - start
            found = nearest(query, part.arrays["small"], part.arrays["exact"], k, rows)
            numbers.append(found[0] + start)
            cosines.append(found[1])
        number, cosine = np.concatenate(numbers), np.concatenate(cosines)
        best = np.lexsort((number, -cosine))[:k]
        return number[best], cosine[best]

    def cosines(self, query: Floats, numbers: Ints) -> Floats:
        """Return the cosine of some passages."""
        made = np.zeros(len(numbers), dtype=np.float32)
        for part, start in zip(self.segments.values(), self.offsets.tolist(), strict=False):
            here = (numbers >= start) & (numbers < start + len(part))
            if here.any():
                made[here] = part.arrays["exact"][numbers[here] - start].astype(np.float32) @ query
        return made

    def where(self, filters: Mapping[str, Any]) -> Ints | None:
        """Return the numbers of the passages whose documents' columns fit; `None` where all do.

        A filter is a value, several of which one must hold, or {"from": …, "to": …}, both ends included.
        """
        allowed: Ints | None = None
        for column, wanted in filters.items():
            values = self._column(column)
            fitting = [rows for value, rows in values.items() if _fits(value, wanted)]
            numbers = np.sort(np.concatenate([one for rows in fitting for one in rows] or [np.zeros(0, np.int64)]))
            allowed = numbers if allowed is None else np.intersect1d(allowed, numbers, assume_unique=True)
        return allowed

    def _column(self, name: str) -> dict[str, list[Ints]]:
        if name not in self._values:
            found: dict[str, list[Ints]] = {}
            for part, start in zip(self.segments.values(), self.offsets.tolist(), strict=False):
                documents = part.arrays["places"][:, 0]
                order = np.argsort(documents, kind="stable")
                edges = np.searchsorted(documents[order], np.arange(len(part.documents) + 1))
                for n, one in enumerate(part.documents):
                    value = one.id if name == "document" else one.columns.get(name, "")
                    found.setdefault(value, []).append(order[edges[n] : edges[n + 1]] + start)
            self._values[name] = found
        return self._values[name]

    def columns(self) -> list[str]:
        """Return the names of the columns that hits can be filtered by."""
        return sorted({name for one in self.documents.values() for name in one.columns} | {"document"})

    # how it changes

    def add(self, papers: Iterable[Paper], encode: Encode | None) -> int:
        """Add documents, in the place of those of the same id; return the number of passages. Written at once."""
        n = 0
        for batch in _batches(papers):
            self.remove([document.id for document, _ in batch], commit=False)
            made = Segment.of(batch, encode)
            n += len(made)
            self._put(made)
        self._join()
        self._commit()
        return n

    def remove(self, ids: Iterable[str], *, commit: bool = True) -> int:
        """Remove documents: no file of the index holds anything of them afterwards. Returns how many there were."""
        gone = frozenset(ids) & self.documents.keys()
        if not gone:
            return 0
        for name, part in list(self.segments.items()):
            if any(one.id in gone for one in part.documents):
                del self.segments[name]
                rest = part.without(gone)
                if rest.documents:
                    self._put(rest)
        self._look()
        if commit:
            self._commit()
        return len(gone)

    def _put(self, segment: Segment) -> None:
        self._n_made += 1
        name = f"segment-{self._n_made:06}"
        segment.write(self.folder / name)
        self.segments[name] = Segment.open(self.folder / name)
        self._look()

    def _join(self) -> None:
        small = [name for name, part in self.segments.items() if len(part) < MAX_PASSAGES // 4]
        if len(small) > MAX_SMALL:
            for names in _together({name: len(self.segments[name]) for name in small}):
                self._put(joined([self.segments.pop(name) for name in names]))

    def _commit(self) -> None:
        """Swap the list; what it no longer names goes."""
        write_json(self.folder / FILE, {"segments": list(self.segments), "made": self._n_made})
        for path in self.folder.iterdir():
            if path.is_dir() and path.name not in self.segments:
                shutil.rmtree(path)
        self._look()


def _batches(papers: Iterable[Paper]) -> Iterator[list[Paper]]:
    """Yield documents until a segment is full. Of two with one id in it, the later one counts."""
    batch: dict[str, Paper] = {}
    n = 0
    for document, passages in papers:
        if n and n + len(passages) > MAX_PASSAGES:
            yield list(batch.values())
            batch, n = {}, 0
        batch[document.id] = (document, passages)
        n += len(passages)
    if batch:
        yield list(batch.values())


def _together(sizes: Mapping[str, int]) -> Iterator[list[str]]:
    names: list[str] = []
    n = 0
    for name, size in sizes.items():
        if names and n + size > MAX_PASSAGES:
            yield names
            names, n = [], 0
        names.append(name)
        n += size
    yield names


def _fits(value: str, wanted: Any) -> bool:
    if isinstance(wanted, Mapping):
        low, high = wanted.get("from"), wanted.get("to")
        return bool(value) and (low is None or not _less(value, low)) and (high is None or not _less(high, value))
    if isinstance(wanted, list | tuple):
        return value in {str(one) for one in wanted}
    return value == str(wanted)


def _less(a: Any, b: Any) -> bool:
    """Compare as numbers where both are, else as text: dates as 2026-01-31 compare rightly."""
    try:
        return float(a) < float(b)
    except (TypeError, ValueError):
        return str(a) < str(b)
