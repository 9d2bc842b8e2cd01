"""A document as a table of one row: its file, its title, its text, and the summary that lies beside it.

The text keeps what a summary can use: headings are marked as in Markdown, a form feed begins each page. The summary of
`may.pdf` is the text of `may.summary.md` or `may.summary.txt` in the same folder.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from luodi.data import papers, readers
from luodi.data.chunks import Paper
from luodi.data.notes import Notes
from luodi.data.readers import Rows, Table

SUMMARIES = (".summary.md", ".summary.txt")
COLUMNS = ("file", "title", "text", "summary")


def beside(path: Path) -> Path | None:
    """Return the file with the summary of a document; `None` where there is none."""
    found = (path.with_name(path.stem + end) for end in SUMMARIES)
    return next((one for one in found if one.is_file()), None)


def table(path: Path) -> Table:
    """Open a document as a table. Its text is read with its row, in a process of its own where a library does that."""
    return Table(path=path, format="document", columns=COLUMNS, read=partial(_rows, path), ledger=Notes())


def marked(paper: Paper) -> str:
    r"""Return a document's text with its headings and pages marked.

    >>> marked(Paper(text="Costs\n\nThey rose.\n", headings=((0, 2, "Costs"),), pages=(0, 7)))
    '## Costs\n\n\x0cThey rose.\n'
    """
    marks = [(at, "\f") for at in paper.pages if at] + [(at, "#" * level + " ") for at, level, _ in paper.headings]
    made, last = [], 0
    for at, mark in sorted(marks, key=lambda one: (one[0], one[1] != "\f")):
        made += [paper.text[last:at], mark]
        last = at
    return "".join([*made, paper.text[last:]])


def _rows(path: Path) -> Iterator[Rows]:
    paper, summary = papers.read(path), beside(path)
    said = "".join(readers.text_lines(summary, "utf-8")) if summary else ""
    yield [(1, {"file": path.name, "title": paper.title, "text": marked(paper), "summary": said.strip()})]
