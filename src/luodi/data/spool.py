"""Rows on their way: lines in a file on disk, and of each row a few numbers in memory, some 100 bytes."""

import json
import os
from array import array
from collections.abc import Iterable
from itertools import accumulate
from pathlib import Path
from typing import IO, Any

from luodi.contracts import record

NO_PART = 255


@record
class Place:
    """Where a row stood."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class Spool:
    """Keeps rows in the order they came, without keeping their texts in memory."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[bytes] = path.open("wb")
        self._handle = os.open(path, os.O_RDONLY)
        self._tails: dict[int, bytes] = {}
        self.starts, self.sizes, self.lengths = array("Q"), array("I"), array("I")
        self.files, self.lines = array("I"), array("Q")
        self.parts, self.own = bytearray(), bytearray()
        """`own` is 1 for a row whose part its task has named: no split moves it."""
        self.prints, self.origins = bytearray(), bytearray()
        self.places, self.groups = array("Q"), array("Q")
        self.times = array("d")
        self.ys = array("I")
        self.answers: list[str] = []
        """The different answers, as JSON; `ys` holds places in this list."""
        self.names: list[str] = []
        """The files; `files` holds places in this list."""
        self._at, self._answer_of, self._file_of = 0, dict[str, int](), dict[str, int]()

    def __len__(self) -> int:
        return len(self.starts)

    def add(self, batch: Any, *, file: str, part: int) -> None:
        """Append a `steps.rows.Batch`; rows that name no part of their own are of this one."""
        n, columns = len(batch), batch.columns
        self._file.write(batch.lines)
        self.starts.extend(accumulate(columns["size"][:-1], initial=self._at) if n else ())
        self._at += len(batch.lines)
        self.sizes.extend(columns["size"])
        self.lengths.extend(columns["characters"])
        self.lines.extend(columns["line"])
        self.files.extend(array("I", [self._number(file)]) * n)
        self.parts += bytes(part if own == NO_PART else own for own in columns["part"])
        self.own += bytes(own != NO_PART for own in columns["part"])
        self.prints += batch.prints
        self.origins += batch.origins
        self.places.extend(columns["place"])
        self.groups.extend(columns["group"])
        self.times.extend(columns["time"])
        numbers = [self.answer(y) for y in batch.answers]
        self.ys.extend(array("I", [numbers[y] for y in columns["y"]]))

    def _number(self, file: str) -> int:
        number = self._file_of.setdefault(file, len(self._file_of))
        if number == len(self.names):
            self.names.append(file)
        return number

    def answer(self, y: str) -> int:
        """Return the place of an answer among all different ones."""
        number = self._answer_of.setdefault(y, len(self._answer_of))
        if number == len(self.answers):
            self.answers.append(y)
        return number

    def where(self, index: int) -> Place:
        """Return where a row stood."""
        return Place(file=self.names[self.files[index]], line=self.lines[index])

    def y(self, index: int) -> Any:
        """Return a row's answer: a label, or a list of them."""
        return json.loads(self.answers[self.ys[index]])

    def line(self, index: int) -> bytes:
        """Return a row's whole line."""
        # not mapped into memory: the pages of a large file would count as the process's own
        return os.pread(self._handle, self.sizes[index], self.starts[index]) + self._tail(self.ys[index])

    def _tail(self, number: int) -> bytes:
        """Return what a line that bears an answer ends with."""
        tail = self._tails.get(number)
        if tail is None:
            tail = self._tails[number] = b', "y": ' + self.answers[number].encode() + b"}\n"
        return tail

    def texts(self, indexes: Iterable[int]) -> list[str]:
        """Return what a model sees of some rows, as text."""
        rows = (json.loads(self.line(index)) for index in indexes)
        return [row["x"] if isinstance(row["x"], str) else str(row["x"]) for row in rows]

    def flush(self) -> None:
        """Make what was added readable."""
        self._file.flush()

    def close(self) -> None:
        """Delete the file."""
        self._file.close()
        os.close(self._handle)
        self.path.unlink(missing_ok=True)

    def __enter__(self) -> "Spool":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
