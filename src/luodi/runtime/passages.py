"""Documents and the passages they are cut into: what an index holds, and gives back as hits."""

from collections.abc import Mapping
from dataclasses import field

from luodi.contracts import record


@record
class Document:
    """What a hit leads to: a file, or a row of a table."""

    id: str
    """Its path within the folder, or the id in its table."""
    title: str = ""
    digest: str = ""
    """SHA-256 of its bytes: another digest is another version."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """What hits can be filtered by."""


@record
class Passage:
    """A stretch of a document's text: `text == document_text[start:end]`."""

    text: str
    start: int
    end: int
    page: int = 0
    """Counted from 1; 0 where the format has no pages. Slides and sheets count as pages."""
    heading: str = ""
    """The headings above it, outermost first, joined by " › "."""


def known_by(document: Document, passage: Passage) -> str:
    """Return the text of a passage as models read it: with what stands above it.

    >>> known_by(Document(id="a", title="Leave"), Passage(text="Ask first.", start=0, end=10, heading="Leave › Sick"))
    'Leave › Sick\\nAsk first.'
    """
    above = passage.heading if passage.heading.startswith(document.title) else f"{document.title} › {passage.heading}"
    above = above.strip(" ›")
    return f"{above}\n{passage.text}" if above and not passage.text.startswith(above) else passage.text


def passage_id(document: str, start: int) -> str:
    """Return a passage's id: it stays the same as long as nothing before it changes.

    >>> passage_id("leave.md", 120)
    'leave.md#120'
    """
    return f"{document}#{start}"
