"""Reads one PDF, Word or PowerPoint file in a process of its own: one that wants all memory or time gets an error.

Takes the file on standard input, writes one JSON object: text, title, headings, pages; or an error.
"""

import io
import json
import os
import re
import resource
import sys
from collections.abc import Collection, Iterator
from typing import Any

MAX_SECONDS = 120
MAX_PAGES = 5_000
MAX_CHARACTERS = 20_000_000
_NUMBERED = re.compile(r"^(\d{1,2}(?:\.\d{1,2}){0,3})\.?[ \t]+(?=[A-Z\u4e00-\u9fff])(.{2,80})$")


class Writer:
    """Gathers a text with its headings and pages."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.at = 0
        self.headings: list[tuple[int, int, str]] = []
        self.pages: list[int] = []

    def add(self, text: str, *, level: int = 0) -> None:
        """Add a paragraph; with a level it is a heading."""
        text = text.replace("\0", "").strip()
        if not text:
            return
        if level:
            self.headings.append((self.at, level, " ".join(text.split())[:200]))
        self.parts.append(text + "\n\n")
        self.at += len(text) + 2
        if self.at > MAX_CHARACTERS:
            raise ValueError(f"it holds more than {MAX_CHARACTERS:,} characters")

    def page(self) -> None:
        """Begin a page."""
        self.pages.append(self.at)
        if len(self.pages) > MAX_PAGES:
            raise ValueError(f"it has more than {MAX_PAGES:,} pages")

    def paper(self, title: str) -> dict[str, Any]:
        return {
            "text": "".join(self.parts),
            "title": title.strip()[:200],
            "headings": self.headings,
            "pages": self.pages,
        }


def pdf(raw: io.BytesIO) -> dict[str, Any]:
    """Read page by page; numbered lines and the outline are headings."""
    import logging

    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    reader = pypdf.PdfReader(raw)
    if reader.is_encrypted and not reader.decrypt(""):
        return {"error": "it is locked with a password"}
    outlined: dict[int, list[tuple[str, int]]] = {}
    for words, level, page in _outline(reader, reader.outline, 1):
        outlined.setdefault(page, []).append((words, level))
    writer = Writer()
    for number, sheet in enumerate(reader.pages):
        writer.page()
        known = {_plain(words): level for words, level in outlined.get(number, ())}
        for block in _blocks(sheet.extract_text() or "", known):
            level = known.get(_plain(block), 0)
            found = _NUMBERED.match(block)
            if not level and found and block[-1] not in ".;:,。；：，":
                level = found[1].count(".") + 1
            writer.add(block, level=level)
    title = (reader.metadata.title if reader.metadata else None) or ""
    return writer.paper(title if title.lower() not in {"untitled", "(anonymous)"} else "")


def _outline(reader: Any, entries: Any, level: int) -> Iterator[tuple[str, int, int]]:
    for one in entries:
        if isinstance(one, list):
            yield from _outline(reader, one, level + 1)
        elif level < 7:
            page = reader.get_destination_page_number(one)
            if page is not None and page >= 0:
                yield str(one.title), level, page


def _blocks(text: str, known: Collection[str]) -> Iterator[str]:
    """Yield paragraphs of a page: lines that belong together, in one line each; headings stand alone."""
    lines: list[str] = []
    for line in [*text.split("\n"), ""]:
        plain = " ".join(line.split())
        if not plain or _NUMBERED.match(plain) or _plain(plain) in known:
            if lines:
                yield _joined(lines)
            lines = []
            if plain:
                yield plain
            continue
        if lines and lines[-1][-1] in ".!?:。！？：" and len(lines[-1]) < 0.75 * max(map(len, lines)):
            yield _joined(lines)
            lines = []
        lines.append(plain)


def _joined(lines: list[str]) -> str:
    text = lines[0]
    for line in lines[1:]:
        wide = ord(text[-1]) > 0x2E80 and ord(line[0]) > 0x2E80
        if text.endswith("-") and line[0].islower():
            text = text[:-1] + line
        else:
            text += line if wide else " " + line
    return text


def _plain(text: str) -> str:
    return re.sub(r"\W+", "", text).lower()


def docx(raw: io.BytesIO) -> dict[str, Any]:
    """Read paragraphs and tables in their order; heading styles are headings."""
    import docx as library
    from docx.table import Table

    document = library.Document(raw)
    writer = Writer()
    first = ""
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            for row in block.rows:
                cells = list(dict.fromkeys(" ".join(cell.text.split()) for cell in row.cells))
                writer.add(" | ".join(one for one in cells if one))
            continue
        style = (block.style.name if block.style is not None else "") or ""
        level = int(style[8:9]) + bool(first) if style[:8] == "Heading " and style[8:9].isdigit() else 0
        if style == "Title":
            first = first or block.text
            level = 1
        writer.add(block.text, level=level)
    return writer.paper(document.core_properties.title or first)


def pptx(raw: io.BytesIO) -> dict[str, Any]:
    """Read slides, each a page under its title, with the speaker's notes."""
    import pptx as library

    deck = library.Presentation(raw)
    writer = Writer()
    for slide in deck.slides:
        writer.page()
        title = slide.shapes.title
        if title is not None and title.has_text_frame:
            writer.add(title.text_frame.text, level=1)
        for shape in _shapes(slide.shapes):
            if shape.has_text_frame and not (title is not None and shape.shape_id == title.shape_id):
                for paragraph in shape.text_frame.paragraphs:
                    writer.add("".join(run.text for run in paragraph.runs))
            elif getattr(shape, "has_table", False) and shape.has_table:
                for row in shape.table.rows:
                    writer.add(" | ".join(" ".join(cell.text.split()) for cell in row.cells))
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            writer.add(slide.notes_slide.notes_text_frame.text)
    return writer.paper(deck.core_properties.title or "")


def _shapes(shapes: Any, depth: int = 0) -> Iterator[Any]:
    for shape in shapes:
        if hasattr(shape, "shapes") and depth < 10:
            yield from _shapes(shape.shapes, depth + 1)
        else:
            yield shape


def main() -> None:
    """Read the file on standard input in the format that the first argument names."""
    kind, limit = sys.argv[1], int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    with os.fdopen(0, "rb") as file:
        file.seek(0)
        raw = io.BytesIO(file.read())
    out, sys.stdout = sys.stdout, sys.stderr  # whatever a library says must not end up in the answer
    try:
        found = {"pdf": pdf, "docx": docx, "pptx": pptx}[kind](raw)
    except ModuleNotFoundError as error:
        found = {"missing": error.name}
    except MemoryError:
        found = {"error": "it wants more memory than it may have"}
    except RecursionError:
        found = {"error": "it is nested too deeply"}
    except Exception as error:  # noqa: BLE001 - whatever a library makes of a broken file, the file is left out
        found = {"error": f"{type(error).__name__}: {error}"[:200]}
    out.write(json.dumps(found))
    out.flush()


if __name__ == "__main__":
    main()
