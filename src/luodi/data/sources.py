"""What `[define] train` may name: a file, a folder, a pattern, an archive or a database; each holds tables."""

import hashlib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from luodi.contracts import Reject, record
from luodi.data import aligned, database, files, readers
from luodi.data.database import Database
from luodi.errors import DataError, did_you_mean

PACKED = (".zip", *(f"{suffix}.gz" for suffix in readers.SUFFIXES))
DOCUMENTS = (".pdf", ".docx", ".pptx", ".md", ".markdown", ".html", ".htm")
MAX_FILES = 10_000
_PATTERN = re.compile(r"[*?\[]")
_URLS: dict[str, str] = {}  # the name without a password to the URL with it: no artifact may hold the latter


@record
class Source:
    """One table to be read."""

    name: str
    """As the scenario says it, relative to its folder, without any password: for artifacts and messages."""
    path: Path | None = None
    database: Database | None = None
    halves: tuple[tuple[str, Path], tuple[str, Path]] | None = None
    """Of two aligned text files, the column and the path of each; `path` is then the name that means both."""


def expand(root: Path, name: str) -> list[Source]:
    """Return the tables that a name means, in a stable order. Raises `DataError` where it means none."""
    if database.is_url(name):
        parsed = database.parse(_URLS.get(name, name), root)
        _URLS[parsed.name] = parsed.url
        return [Source(name=parsed.name, database=parsed)]
    path = root / name
    if (pair := aligned.halves(name)) and not path.exists():
        (ours, first), (theirs, second) = pair
        return [Source(name=name, path=path, halves=((ours, root / first), (theirs, root / second)))]
    if path.is_dir():
        every = walk(path)
        found = [
            one for one in every if one.name.lower().endswith((*readers.SUFFIXES, *PACKED)) and not is_summary(one)
        ]
        found = found or [one for one in every if is_document(one)]
        if not found:
            raise DataError("no file in this folder is a table", where=str(path), fix=files.FORMATS)
        return _each(root, found, inside=path)
    if _PATTERN.search(name) and not path.exists():
        return _each(root, matching(root, name), inside=root / _PATTERN.split(name)[0].rpartition("/")[0])
    return _each(root, [path], inside=None)


def fault(root: Path, name: str, *, besides: str = "") -> tuple[str, str] | None:
    """Say what is wrong with a name, and how to mend it, without reading any data; `None` where nothing is.

    `besides` is the name of a file that is never meant.
    """
    path = root / name
    try:
        if database.is_url(name):
            source = database.parse(name, root)
            if source.is_sqlite and not source.file.is_file():
                return f"names no file: there is no {source.file.name!r}", "check the path: it is relative to this file"
        elif (pair := aligned.halves(name)) and not path.exists():
            known = (fault(root, one, besides=besides) for _, one in pair)
            return next((one for one in known if one), None)
        elif not name:
            return "is a folder, not a name", _near(path, name, besides)
        elif path.is_dir() or (_PATTERN.search(name) and not path.exists()):
            expand(root, name)
        elif not path.is_file() and not any(parent.is_file() for parent in path.parents):
            kind = "is a pipe or a device, not a file" if path.exists() else "does not exist"
            return kind, _near(path, name, besides)
    except DataError as error:
        return f"cannot be read: {error.what}", error.fix
    except (OSError, ValueError):  # a name too long, or with a zero in it
        return "does not exist", _near(root / "x", name[:100], besides)
    return None


def open(source: Source, **stated: Any) -> readers.Table:  # noqa: A001 - read as sources.open
    """Open a source as `readers.open_table` does, with what the user states."""
    if source.database is not None:
        return readers.open_database(source.database)
    if source.halves is not None:
        return aligned.table(source.name, source.halves, stated.get("encoding"))
    assert source.path is not None
    if is_document(source.path):
        from luodi.data import whole_papers  # which reads tables itself, and so needs this file

        return whole_papers.table(source.path)
    return readers.open_table(source.path, **stated)


def fingerprint(source: Source) -> dict[str, Any]:
    """Return name, size and SHA-256: of a file's bytes, of a member's when unpacked, of a database's rows as JSON."""
    if source.halves is not None:
        parts = [fingerprint(Source(name=column, path=path)) for column, path in source.halves]
        both = hashlib.sha256("".join(one["sha256"] for one in parts).encode()).hexdigest()
        return {"name": source.name, "bytes": sum(one["bytes"] for one in parts), "sha256": both}
    digest, size = hashlib.sha256(), 0
    for chunk in _bytes(source):
        digest.update(chunk)
        size += len(chunk)
    if not size:
        raise DataError(
            "the file is empty", where=str(source.path or source.name), fix="name a file with a header and rows"
        )
    return {"name": source.name, "bytes": size, "sha256": digest.hexdigest()}


def _near(path: Path, name: str, besides: str) -> str:
    """Return a remedy that names a file which is there."""
    folder = path if not name else path.parent
    known = [one.name for one in folder.glob("[!.]*") if one.is_file()] if folder.is_dir() else []
    near = sorted((Path(name).parent / one).as_posix() for one in known if one != besides)
    return did_you_mean(name, near)


def _bytes(source: Source) -> Iterator[bytes]:
    if source.database is not None:
        for rows in database.batches(source.database):
            for _, row in rows:
                value = row.reason if isinstance(row, Reject) else row
                yield json.dumps(value, ensure_ascii=False, default=str).encode(errors="surrogatepass") + b"\n"
        return
    assert source.path is not None
    content = readers.look(source.path)
    yield from content.chunks() if content.member else content.packed_chunks()
    if is_document(source.path):
        from luodi.data import whole_papers

        summary = whole_papers.beside(source.path)
        if summary:
            yield from readers.look(summary).packed_chunks()


def _each(root: Path, paths: list[Path], *, inside: Path | None) -> list[Source]:
    found = []
    for path in paths:
        if inside is not None and not path.resolve().is_relative_to(inside.resolve()):
            raise DataError("a link leads out of the folder", where=str(path), fix="name the file itself")
        found += [Source(name=name_of(root, one), path=one) for one in _tables(path)]
        if len(found) > MAX_FILES:
            raise DataError(
                f"these are more than {MAX_FILES:,} files", where=str(inside), fix="name fewer, or join them"
            )
    return found


def _tables(path: Path) -> list[Path]:
    """Return the path, or where it is an archive, a path for each table in it."""
    if is_document(path):
        return [path]
    content = readers.look(path)
    if content.member or content.head(4) not in {files.ZIP, b"PK\x05\x06"} or content.packed:
        return [path]
    names = files.members(content)
    if readers.is_workbook(names):
        return [path]
    tables = readers.tables_in(names)
    if not tables:
        raise DataError("the archive holds no table", where=str(path), fix=files.FORMATS)
    return [path / name for name in tables]


def is_document(path: Path) -> bool:
    """Say whether a file is a document, which counts as a table of one row: PDF, Word, slides, Markdown or HTML."""
    return path.name.lower().endswith(DOCUMENTS) and not is_summary(path)


def is_summary(path: Path) -> bool:
    """Say whether a file is the summary that lies beside a document."""
    return path.name.lower().endswith((".summary.md", ".summary.txt"))


def walk(folder: Path) -> list[Path]:
    """Return all files below a folder but hidden ones, sorted; links to folders are not followed."""
    found = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [Path(place) / name for name in names if not name.startswith((".", "~$"))]
        if len(found) > 10 * MAX_FILES:
            break
    return sorted(found)


def is_pattern(name: str) -> bool:
    """Say whether a name is a pattern of names, as `data/*.csv`."""
    return bool(_PATTERN.search(name))


def is_database(name: str) -> bool:
    """Say whether a name is the URL of a database."""
    return database.is_url(name)


def matching(root: Path, pattern: str) -> list[Path]:
    """Return the files that a pattern means, sorted. Raises `DataError` where it means none."""
    start = Path(pattern)
    base = Path(start.anchor) if start.is_absolute() else root
    try:
        found = sorted(base.glob(str(start.relative_to(base) if start.is_absolute() else start)))
    except (ValueError, NotImplementedError, IndexError) as error:
        raise DataError(f"this is no pattern: {error}", where=pattern, fix="write, say, data/*.csv") from None
    found = [one for one in found if not one.is_dir() and not one.name.startswith(".")]
    if not found:
        raise DataError(f"no file matches {pattern!r}", where=str(root), fix="patterns are relative to the scenario")
    return found


def name_of(root: Path, path: Path) -> str:
    """Return a file's name as the scenario would say it."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
