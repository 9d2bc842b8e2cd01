"""Zip archives, judged by their table of contents, before anything is unpacked."""

import stat
import struct
import zipfile
from typing import IO

from luodi.errors import DataError

MAX_MEMBERS = 10_000
MAX_CONTENTS = 16 << 20  # bytes of the table of contents
BOMB_BYTES, BOMB_RATIO = 100_000_000, 200  # tables of text compress 3 to 30 times
NESTED = (".zip", ".gz", ".bz2", ".xz", ".zst", ".7z", ".rar", ".tar", ".tgz", ".jar")
PASSED_OVER = ("__MACOSX/",)  # what macOS adds


def members(file: IO[bytes], where: str) -> list[str]:
    """Return the names of the plain files in an archive. Raises `DataError` for what must not be unpacked."""
    _check_size(file, where)
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except (
        zipfile.BadZipFile,
        ValueError,
        NotImplementedError,
        struct.error,
        UnicodeDecodeError,
        OverflowError,
    ) as error:
        raise DataError(f"the zip file is broken: {error}", where=where, fix="copy the file again") from None
    for one in entries:
        _check_entry(one, where)
    _check_together(entries, where)
    plain = [one for one in entries if not one.is_dir() and not one.filename.startswith(PASSED_OVER)]
    return [one.filename for one in plain if not one.filename.rpartition("/")[2].startswith(".")]


def inflated_bytes(file: IO[bytes]) -> int:
    """Return the size that an archive claims to unpack to."""
    with zipfile.ZipFile(file) as archive:
        return sum(one.file_size for one in archive.infolist())


def _check_size(file: IO[bytes], where: str) -> None:
    """Refuse a table of contents that would fill the memory. Source: APPNOTE.TXT 6.3.10, sections 4.3.14 to 4.3.16."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 65_557))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        raise DataError("the zip file is broken: it is cut off", where=where, fix="copy the file again")
    n, n_bytes = struct.unpack("<HL", tail[at + 10 : at + 16])
    locator = tail.rfind(b"PK\x06\x07", 0, at)
    if locator >= 0 and (n == 0xFFFF or n_bytes == 0xFFFFFFFF):
        (offset,) = struct.unpack("<Q", tail[locator + 8 : locator + 16])
        file.seek(min(offset, size))
        found = file.read(56)
        if len(found) == 56:
            n, n_bytes = struct.unpack("<QQ", found[32:48])
    if n > MAX_MEMBERS or n_bytes > MAX_CONTENTS:
        raise DataError(f"the archive holds {n:,} files", where=where, fix=f"at most {MAX_MEMBERS:,}: unpack it")


def _check_entry(one: zipfile.ZipInfo, where: str) -> None:
    name, mode = one.filename, one.external_attr >> 16
    inside = f"{where}/{name[:80]!r}"
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ".." in parts or parts[0][1:2] == ":" or "\0" in one.orig_filename:
        raise DataError(
            "a name in the archive leads out of it", where=inside, fix="pack the files again, without paths"
        )
    if mode and stat.S_IFMT(mode) not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise DataError("the archive holds a link or a device", where=inside, fix="pack plain files only")
    if one.flag_bits & 0x1:
        raise DataError("the archive is locked with a password", where=inside, fix="unpack it yourself")
    if name.lower().endswith(NESTED) and not name.startswith(PASSED_OVER):
        raise DataError("an archive within an archive", where=inside, fix="unpack the inner one, and pack its files")
    if one.file_size > BOMB_BYTES and one.file_size > BOMB_RATIO * max(1, one.compress_size):
        raise DataError(
            f"this unpacks to {one.file_size / 1e6:,.0f} MB, more than {BOMB_RATIO} times its size: a bomb?",
            where=inside,
            fix="unpack it yourself, if it is what you expect",
        )


def _check_together(entries: list[zipfile.ZipInfo], where: str) -> None:
    """Refuse members that share bytes (Fifield 2019, "A better zip bomb"), or a name."""
    end = 0
    for one in sorted(entries, key=lambda one: one.header_offset):
        if one.header_offset < end:
            raise DataError("files in the archive overlap: it looks like a bomb", where=where, fix="pack it again")
        end = one.header_offset + 30 + len(one.filename.encode(errors="replace")) + one.compress_size
    names = [one.filename for one in entries]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise DataError(f"the archive holds {twice[:80]!r} twice", where=where, fix="pack it again")
    total, packed = sum(one.file_size for one in entries), sum(one.compress_size for one in entries)
    if total > BOMB_BYTES and total > BOMB_RATIO * max(1, packed):
        raise DataError("this unpacks to far more than its size: it looks like a bomb", where=where, fix="unpack it")
