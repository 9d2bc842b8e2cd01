"""Any document a company has, as text with places: text, Markdown, HTML, PDF, Word, PowerPoint, workbooks, tables."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

from luodi import child
from luodi.contracts import Reject
from luodi.data import archives, encoding, files, plain_papers, readers, sources
from luodi.data.chunks import Paper
from luodi.data.files import Content
from luodi.data.sources import Source
from luodi.errors import DataError, LuodiError, SetupError

TEXTS = (".txt", ".text", ".md", ".markdown", ".html", ".htm")
CHILDREN = {".pdf": "pdf", ".docx": "docx", ".pptx": "pptx"}
TABLES = (".csv", ".tsv", ".xlsx", ".xlsm", ".xls", ".ods")
SUFFIXES = (*TEXTS, *CHILDREN, *TABLES)
FORMATS = f"documents are {', '.join(one.removeprefix('.') for one in SUFFIXES)}"
MAX_TEXT = 50_000_000  # bytes; a book has one million
MAX_BINARY = 500_000_000
ROOM, ROOM_PER_BYTE = 1_000_000_000, 10  # memory for the reader of a PDF or an office file
MAX_ROWS = 200_000
PACKAGES = {"pypdf": "pypdf", "docx": "python-docx", "pptx": "python-pptx"}


def expand(root: Path, name: str) -> list[Source]:
    """Return the documents that a name means: a file, a folder with all below it, or a pattern; in a stable order.

    Raises `DataError` where it means none, and where a link leads out of the folder.
    """
    path = root / name
    if path.is_dir():
        found = [one for one in sources.walk(path) if one.name.lower().endswith(SUFFIXES)]
        if not found:
            raise DataError("no file in this folder is a document", where=str(path), fix=FORMATS)
        inside: Path | None = path
    elif sources.is_pattern(name) and not path.exists():
        found, inside = sources.matching(root, name), None
    else:
        files.open_plain(path).close()
        found, inside = [path], None
    if len(found) > sources.MAX_FILES * 10:
        raise DataError(f"these are more than {sources.MAX_FILES * 10:,} files", where=name, fix="name fewer")
    for one in found:
        if inside is not None and not one.resolve().is_relative_to(inside.resolve()):
            raise DataError("a link leads out of the folder", where=str(one), fix="name the file itself")
    return [Source(name=sources.name_of(root, one), path=one) for one in found]


def read(path: Path) -> Paper:
    """Return a document's text with its headings and pages. Raises `DataError` where it cannot be read."""
    content = files.look(path)
    suffix = path.suffix.lower()
    size = content.stamp[0]
    if size > (MAX_TEXT if suffix in TEXTS else MAX_BINARY):
        raise DataError(f"this document has {size / 1e6:,.0f} MB", where=str(path), fix="split it")
    if suffix in CHILDREN:
        return _in_a_process(content, CHILDREN[suffix])
    if suffix in TABLES:
        return _table(path)
    if suffix not in TEXTS:
        raise DataError(f"{suffix or path.name!r} is no format of documents", where=str(path), fix=FORMATS)
    text = _text(content)
    if suffix in {".md", ".markdown"}:
        return plain_papers.of_markdown(text)
    return plain_papers.of_html(text) if suffix in {".html", ".htm"} else plain_papers.of_text(text)


def _text(content: Content) -> str:
    raw = b"".join(content.chunks())
    if not raw:
        return ""
    known = encoding.guess(raw[: 1 << 18], where=content.where)
    return raw.decode(known, errors="replace")


def _in_a_process(content: Content, kind: str) -> Paper:
    """Let a library read the file where it can do no harm: with bounded memory, time, pages and characters."""
    with content.seekable() as raw:
        size = raw.seek(0, 2)
        if kind != "pdf":
            raw.seek(0)
            archives.members(raw, content.where)
            size = archives.inflated_bytes(raw)
            if size > MAX_BINARY:
                raise DataError("this unpacks to more than 500 MB", where=content.where, fix="split it")
        raw.seek(0)
        command = child.command("luodi.data.paper_child", kind, str(ROOM + ROOM_PER_BYTE * size))
        done = subprocess.run(command, stdin=raw, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    try:
        found = json.loads(done.stdout)
    except ValueError:
        found = {"error": "it takes more memory or time than a document of its size"}
    if "missing" in found:
        raise SetupError(
            f"reading {kind} needs the package {PACKAGES.get(found['missing'], found['missing'])!r}",
            where=content.where,
            fix='pip install "luodi[search]"',
        )
    if "error" in found:
        fix = "open it in the program that wrote it, and save it again"
        raise DataError(f"the {kind} file cannot be read: {found['error']}", where=content.where, fix=fix)
    return Paper(
        text=found["text"],
        title=found["title"],
        headings=tuple((at, level, words) for at, level, words in found["headings"]),
        pages=tuple(found["pages"]),
    )


def _table(path: Path) -> Paper:
    """Write a table as text: a paragraph per row, each cell with its column's name; every sheet is a page."""
    parts: list[str] = []
    at = 0
    headings: list[tuple[int, int, str]] = []
    pages: list[int] = []
    for sheet in _sheets(path):
        table = readers.open_table(path, sheet=sheet)
        pages.append(at)
        name = table.sheet or path.stem
        headings.append((at, 1, name))
        parts.append(name + "\n\n")
        at += len(parts[-1])
        for n, (_, row) in enumerate(table.rows()):
            if isinstance(row, Reject):
                continue
            if n >= MAX_ROWS:
                fix = 'give it as a table: [define] train = "FILE", a row is a document then'
                raise DataError(f"this table has more than {MAX_ROWS:,} rows", where=str(path), fix=fix)
            cells = [f"{column}: {' '.join(str(row[column]).split())}" for column in table.columns if row[column]]
            if cells:
                parts.append("; ".join(cells) + "\n\n")
                at += len(parts[-1])
    return Paper(text="".join(parts), title=path.stem, headings=tuple(headings), pages=tuple(pages))


def _sheets(path: Path) -> Iterator[str | None]:
    """Yield the names of the sheets that are shown and hold rows; for a table that is a file, `None`."""
    if path.suffix.lower() in {".csv", ".tsv"}:
        yield None
        return
    from luodi.data import sheets

    yield from sheets.names(files.look(path))


def fault(root: Path, name: str, *, besides: str = "") -> tuple[str, str] | None:
    """Say what is wrong with a name of documents, and how to mend it; `None` where nothing is."""
    try:
        if not name:
            return "is no name", "name a folder, a file or a pattern"
        expand(root, name)
    except LuodiError as error:
        there = (root / name).exists() or sources.is_pattern(name)
        return (f"cannot be read: {error.what}", error.fix) if there else sources.fault(root, name, besides=besides)
    except (OSError, ValueError):
        return "does not exist", "check the path: it is relative to this file"
    return None


def is_table(root: Path, name: str) -> bool:
    """Say whether a name means a table, whose rows are documents, rather than documents that are files."""
    path = Path(name)
    one_file = not (root / path).is_dir() and not sources.is_pattern(name)
    return sources.is_database(name) or (one_file and path.suffix.lower() not in (*TEXTS, *CHILDREN))
