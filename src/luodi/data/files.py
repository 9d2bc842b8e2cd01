"""The bytes of a file, unpacked: what is no plain file, explodes or changes while it is read is refused."""

import gzip
import os
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from luodi.contracts import record
from luodi.data import archives
from luodi.errors import DataError

GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
CHUNK = 1 << 18
BOMB_BYTES, BOMB_RATIO = 100_000_000, 200  # deflate reaches 1,032:1; tables of text stay below 30:1
MAX_DEFLATE = 1_032
MAX_COPY = 8 << 30  # what must be unpacked to disk to be read
FORMATS = "name a CSV, TSV, JSON, JSONL, Parquet, Arrow or Excel file"

Stamp = tuple[int, int, int]


@record
class Content:
    """A file, or a member of a zip archive, as it was when it was first looked at."""

    path: Path
    stamp: Stamp
    """Size in bytes, time of the last change in ns, inode."""
    member: str = ""
    packed: str = ""
    """"gzip", "zip" or nothing."""

    @property
    def name(self) -> str:
        """The name that tells the format, without what tells the packing."""
        name = (self.member or self.path.name).lower()
        return name.removesuffix(".gz") if self.packed == "gzip" else name

    @property
    def where(self) -> str:
        return f"{self.path}/{self.member}" if self.member else str(self.path)

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes, unpacked. Raises `DataError` where the file is broken, explodes or has changed."""
        with open_plain(self.path) as file:
            self.check(file)
            yield from self._unpacked(file)
            self.check(file)

    def probe(self) -> None:
        """Raise `DataError` where the first 100 MB show that a packed file explodes, before any of it is read."""
        if self.packed and self.stamp[0] * MAX_DEFLATE > BOMB_BYTES:
            n = 0
            for chunk in self.chunks():
                n += len(chunk)
                if n > BOMB_BYTES:
                    break

    def packed_chunks(self) -> Iterator[bytes]:
        """Yield the bytes of the file itself, as they are."""
        with open_plain(self.path) as file:
            self.check(file)
            yield from iter(lambda: file.read(CHUNK), b"")
            self.check(file)

    def head(self, n: int = 1 << 18) -> bytes:
        """Return the first bytes, unpacked."""
        found = b""
        for chunk in self.chunks():
            found += chunk
            if len(found) >= n:
                break
        return found[:n]

    @contextmanager
    def seekable(self) -> Iterator[IO[bytes]]:
        """Give a file of the unpacked bytes that can be read from any place."""
        if not self.packed:
            with open_plain(self.path) as file:
                self.check(file)
                yield file
                self.check(file)
            return
        with tempfile.TemporaryFile() as copy:
            for chunk in self.chunks():
                copy.write(chunk)
                if copy.tell() > MAX_COPY:
                    raise DataError("this unpacks to more than 8 GB", where=self.where, fix="unpack it yourself")
            copy.seek(0)
            yield copy

    def check(self, file: IO[bytes]) -> None:
        """Raise `DataError` when the file is not, or no longer, the one that was looked at."""
        try:
            named = _stamp(self.path.stat())
        except OSError:
            named = None
        if not named == _stamp(os.fstat(file.fileno())) == self.stamp:
            raise DataError(
                "the file changed while it was being read", where=str(self.path), fix="let it be finished, run again"
            )

    def _unpacked(self, file: IO[bytes]) -> Iterator[bytes]:
        if not self.packed:
            yield from iter(lambda: file.read(CHUNK), b"")
            return
        n = 0
        try:
            for chunk in self._inflated(file):
                n += len(chunk)
                if n > BOMB_BYTES and n > BOMB_RATIO * file.tell():
                    raise DataError(
                        f"this unpacks to more than {BOMB_RATIO} times its size: it looks like a bomb",
                        where=self.where,
                        fix="unpack it yourself and name the unpacked file, if it is what you expect",
                    )
                yield chunk
        except (EOFError, OSError, NotImplementedError, RuntimeError, zlib.error, zipfile.BadZipFile) as error:
            raise DataError(
                f"the {self.packed} file is broken: {error}", where=self.where, fix="copy the file again"
            ) from None

    def _inflated(self, file: IO[bytes]) -> Iterator[bytes]:
        if self.packed == "gzip":
            with gzip.GzipFile(fileobj=file) as inner:
                yield from iter(lambda: inner.read(CHUNK), b"")
            return
        with zipfile.ZipFile(file) as archive, archive.open(self.member) as member:
            yield from iter(lambda: member.read(CHUNK), b"")


def look(path: Path, member: str = "") -> Content:
    """Return a file's content, ready to be read. Raises `DataError` for what is no plain, readable file."""
    with open_plain(path) as file:
        head = file.read(4)
        packed = "zip" if member else "gzip" if head[:2] == GZIP else ""
        return Content(path=path, stamp=_stamp(os.fstat(file.fileno())), member=member, packed=packed)


def members(content: Content) -> list[str]:
    """Return the names of the files in a zip archive, checked: none of them leaves it, or explodes."""
    with content.seekable() as file:
        return archives.members(file, content.where)


def open_plain(path: Path) -> IO[bytes]:
    """Open a plain file for reading; never wait for a pipe, never start a device."""
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            kind = "a folder" if stat.S_ISDIR(mode) else "a pipe or a device"
            raise DataError(f"this is {kind}, not a file", where=str(path), fix=FORMATS)
        file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb")
    except PermissionError:
        raise DataError("this file may not be read", where=str(path), fix="change its permissions") from None
    except (OSError, ValueError):  # not there, a link to itself, or no name at all
        raise DataError("there is no such file", where=str(path), fix="check the name; paths are relative") from None
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):  # it was replaced in between
        file.close()
        raise DataError("this is a pipe or a device, not a file", where=str(path), fix=FORMATS)
    return cast("IO[bytes]", file)


def _stamp(found: os.stat_result) -> Stamp:
    return found.st_size, found.st_mtime_ns, found.st_ino
