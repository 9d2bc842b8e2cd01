"""Cut a document into passages along its structure: headings, paragraphs, sentences; each keeps its place."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

from luodi.contracts import record
from luodi.runtime.passages import Passage
from luodi.text import squeezed

MAX_CHARACTERS = 900  # some 200 tokens of English; encoders read 256
MAX_WIDE = 450  # of Chinese, where a character is a token
SEPARATOR = " › "
_PARAGRAPH = re.compile(r"\n[ \t\r]*\n+")
_SENTENCE = re.compile(r"(?<=[.!?…])[ \t]+(?=[\"“‘(\w])|(?<=[。！？；])|\n+")
_WIDE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff]")


@record
class Paper:
    """A document's text, and where its headings and pages begin."""

    text: str
    title: str = ""
    headings: tuple[tuple[int, int, str], ...] = ()
    """Place in the text, level from 1, words; in order. The words stand in the text at that place, too."""
    pages: tuple[int, ...] = ()
    """The place where each page begins; empty where the format has none."""


def cut(paper: Paper, *, max_characters: int | None = None) -> list[Passage]:
    """Return the passages, in order; each has `paper.text[start:end] == text`, and none crosses a heading.

    Short paragraphs below one heading are taken together, long ones are cut between sentences; a sentence that is
    longer than a passage may be is cut between words.
    """
    text = paper.text
    wide = len(_WIDE.findall(text[:4_000])) > 0.2 * len(text[:4_000])
    most = max_characters or (MAX_WIDE if wide else MAX_CHARACTERS)
    edges = sorted({0, len(text), *(at for at, _, _ in paper.headings)})
    made = []
    for start, end in pairwise(edges):
        path = _path(paper.headings, start)
        for a, b in _packed(text, start, end, most):
            if squeezed(text[a:b]) == path.rpartition(SEPARATOR)[2] and end < len(text):
                continue  # a heading with another one right below it says nothing by itself
            page = bisect_right(paper.pages, a) if paper.pages else 0
            made.append(Passage(text=text[a:b], start=a, end=b, page=page, heading=path))
    return made


def _path(headings: Sequence[tuple[int, int, str]], at: int) -> str:
    """Return the headings above a place, outermost first."""
    open_: list[tuple[int, str]] = []
    for place, level, words in headings:
        if place > at:
            break
        open_ = [one for one in open_ if one[0] < level] + [(level, words)]
    return SEPARATOR.join(words for _, words in open_)


def _packed(text: str, start: int, end: int, most: int) -> Iterator[tuple[int, int]]:
    """Yield stretches of at most so many characters, made of whole pieces where that is possible."""
    begin: int | None = None
    last = start
    for a, b in _pieces(text, start, end, most):
        if begin is not None and b - begin > most:
            yield begin, last
            begin = None
        begin = a if begin is None else begin
        last = b
    if begin is not None:
        yield begin, last


def _pieces(text: str, start: int, end: int, most: int) -> Iterator[tuple[int, int]]:
    """Yield paragraphs; of those that are too long, sentences; of those that are too long, runs of words."""
    for a, b in _split(text, start, end, _PARAGRAPH):
        if b - a <= most:
            yield a, b
            continue
        for c, d in _split(text, a, b, _SENTENCE):
            at = c
            while d - at > most:
                space = text.rfind(" ", at + most // 2, at + most)
                stop = space if space > 0 else at + most
                yield from _trimmed(text, at, stop)
                at = stop
            yield from _trimmed(text, at, d)


def _split(text: str, start: int, end: int, pattern: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    at = start
    for found in pattern.finditer(text, start, end):
        yield from _trimmed(text, at, found.start())
        at = found.end()
    yield from _trimmed(text, at, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield a stretch without the white space around it; nothing where it has nothing else."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end
