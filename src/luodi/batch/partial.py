"""Answers that are not yet all: a folder beside the target, from which the same command goes on."""

import errno
import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from luodi.contracts import record
from luodi.errors import SetupError
from luodi.store import explain_os_error, read_json, write_json

ANSWERS, STATE = "answers", "state.json"
CHECKPOINT_SECONDS = 2.0
NOTHING: dict[str, Any] = {"rows": 0, "rejected": 0, "handed_over": 0, "written": 0, "labels": {}, "reasons": {}}


@record
class State:
    """How far the answers on disk are known to go."""

    key: str
    """Of everything but the rows that decides their bytes."""
    windows: int
    """So many windows of rows are answered."""
    rows: str
    """The digest of those windows."""
    offset: int
    """So many bytes of answers are on disk."""
    counts: Mapping[str, Any]
    done: bool = False
    size: int = 0
    """Of the whole target, once it is made."""


class Chain:
    """A digest of one window after another, which can be taken up where it was left."""

    def __init__(self, at: str = "") -> None:
        self.at = at

    def add(self, payload: bytes) -> str:
        """Return the digest of all windows so far."""
        self.at = hashlib.sha256(self.at.encode() + hashlib.sha256(payload).digest()).hexdigest()
        return self.at


class Partial:
    """The folder `TARGET.partial`. Only one process at a time may write to it."""

    def __init__(self, target: Path) -> None:
        self.target, self.folder = target, target.with_name(target.name + ".partial")
        self.answers = self.folder / ANSWERS
        self._file: IO[bytes] | None = None
        self._saved = 0.0

    def found(self, key: str) -> State | None:
        """Return how far an earlier run of the same command came; `None` where there was none."""
        try:
            state = State(**read_json(self.folder / STATE))
            if state.key == key and (self.is_finished(state) or self.answers.stat().st_size >= state.offset):
                return state
        except (OSError, ValueError, TypeError):
            pass
        return None

    def is_finished(self, state: State) -> bool:
        """Say whether the target is in its place already, and the process was killed before it could say so."""
        return state.done and not self.answers.exists() and self.target.stat().st_size == state.size

    def open(self, state: State | None) -> None:
        """Make ready to write behind what is there, or anew. Raises `SetupError` where another process does."""
        if self.target.is_dir():
            raise IsADirectoryError(errno.EISDIR, "", str(self.target))
        with suppress(FileNotFoundError, IsADirectoryError, PermissionError):
            self.folder.unlink()  # a file of this name is what an older luodi left
        self.folder.mkdir(exist_ok=True)
        file = self.answers.open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            raise SetupError(
                "another process writes these answers",
                where=str(self.folder),
                fix="wait for it, or choose another --out",
            ) from None
        if state is None:
            (self.folder / STATE).unlink(missing_ok=True)
        file.truncate(state.offset if state else 0)
        self._file, self._saved = file, time.monotonic()

    def write(self, content: bytes) -> None:
        """Append answers."""
        assert self._file is not None, "not open"
        self._file.write(content)

    def offset(self) -> int:
        """Return how many bytes there are."""
        assert self._file is not None, "not open"
        return self._file.tell()

    def save(self, state: State, *, now: bool = False) -> None:
        """Make durable what was written, and then the state that says so; every other second, unless told to."""
        assert self._file is not None, "not open"
        if not now and time.monotonic() - self._saved < CHECKPOINT_SECONDS:
            return
        self._file.flush()
        os.fsync(self._file.fileno())
        write_json(self.folder / STATE, as_json(state))
        self._saved = time.monotonic()

    def finish(self, state: State, convert: Callable[[Path, Path], None] | None = None) -> None:
        """Put the whole answers in the target's place."""
        whole = self.answers
        if convert is not None:
            whole = self.folder / "table"
            convert(self.answers, whole)
        write_json(self.folder / STATE, as_json(state) | {"done": True, "size": whole.stat().st_size})
        whole.replace(self.target)
        with suppress(OSError):
            handle = os.open(self.target.parent, os.O_RDONLY)
            os.fsync(handle)
            os.close(handle)
        self.remove()

    def leave(self) -> None:
        """Let others write; what was begun is removed where there is nothing in it to go on from."""
        if self._file is None:
            return
        with suppress(OSError):  # a full disk refuses what was not flushed
            self._file.close()
        self._file = None
        if not (self.folder / STATE).exists():
            self.remove()

    def remove(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def explained(target: Path) -> Iterator[None]:
    """Turn what the system objects to into an error with a remedy."""
    try:
        yield
    except OSError as error:
        raise explain_os_error(error, target) or SetupError(
            f"the file cannot be written: {error.strerror}", where=str(target), fix="choose another --out"
        ) from None


def as_json(state: State) -> dict[str, Any]:
    """Return the state as it is kept."""
    return {name: getattr(state, name) for name in state.__dataclass_fields__}


def added(total: Mapping[str, Any], more: Mapping[str, Any], *, most: int = 3) -> dict[str, Any]:
    """Add what was counted in one window to what was before; of places the first few stay."""
    made: dict[str, Any] = {}
    for name in (*total, *(one for one in more if one not in total)):
        old, new = total.get(name), more.get(name)
        if old is None or new is None:
            made[name] = old if new is None else new
        elif isinstance(old, dict):
            made[name] = added(old, new, most=most)
        elif isinstance(old, list):
            made[name] = _joined(old, new, most)
        else:
            made[name] = old + new
    return made


def _joined(old: list[Any], new: list[Any], most: int) -> list[Any]:
    if any(isinstance(one, list) for one in old[:1]):  # kinds of values, by column
        return [sorted({*a, *b}) for a, b in zip(old, new, strict=True)]
    return (old + new)[:most]
