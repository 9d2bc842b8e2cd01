"""A document as sentences with their places: under which heading, in which paragraph or turn, on which page.

Headings are those of Markdown, numbered ones ("2.1 Costs", "第三章 费用"), and short lines without an end that stand
alone. A form feed begins a page, as in what PDF readers write.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from luodi import sentences
from luodi.contracts import record
from luodi.runtime import transcripts

FORMS = ("news", "report", "meeting")
SHORTEST = 4  # characters; less is a number of a page, or a mark
_MARKED = re.compile(r"^[ \t]{0,3}(#{1,6})[ \t]+(?P<words>\S[^\n]*?)[ \t#]*$")
_NUMBERED = re.compile(
    r"^[ \t]*(?P<words>(?:(?P<number>\d{1,2}(?:\.\d{1,2}){0,3})\.?[ \t]+(?=[A-Z\u4e00-\u9fff])"
    r"|第[一二三四五六七八九十百\d]{1,4}[章节部分篇][ \t]*|[一二三四五六七八九十]{1,3}、"
    r"|(?:Chapter|Part|Section|Appendix|Annex)[ \t]+[\dA-Z]{1,4}\b[.:]?)[^\n]{0,90}?)[ \t]*$"
)
_SHOUTED = re.compile(r"^[ \t]*(?P<words>[A-Z][A-Z0-9 &,/'’-]{3,79})[ \t]*$")
_ENDS = (".", "!", "?", "。", "！", "？", "；", ";", ",", "，", ":", "：")
_BULLET = re.compile(r"[ \t]*(?:[-*•▪·]|\d{1,2}[.)]|\|)[ \t]+")
_BLANK = re.compile(r"\n[ \t\r\f]*\n")
TITLE = 120  # characters at most


@record
class Sentence:
    """A sentence: `document[start:end] == text`, but in a transcript whose format cuts what is said into pieces."""

    text: str
    start: int
    end: int
    section: int = 0
    """Which of the outline's headings it stands below; 0 where there is none above it."""
    paragraph: int = 0
    turn: int = -1
    """Of a transcript, which turn it is part of."""
    speaker: str = ""
    time: str = ""
    page: int = 0
    """Counted from 1; 0 where the document has no pages."""


@record
class Outline:
    """What a summary is made from."""

    sentences: tuple[Sentence, ...]
    headings: tuple[str, ...] = ("",)
    """The words of each section's heading, those above it first, joined by " › "; the first is of what stands above."""
    title: str = ""


@lru_cache(maxsize=8)
def read(text: str, form: str = "news") -> Outline:
    """Return a document's outline; `form` is one of `FORMS`. The same text gives the same sentences every time.

    >>> made = read("# Costs\\n\\nThey rose. Why?\\n\\n## Pay\\n\\nIt fell.", "report")
    >>> [(one.text, one.section) for one in made.sentences]
    [('They rose.', 1), ('Why?', 1), ('It fell.', 2)]
    """
    if form == "meeting":
        return Outline(sentences=tuple(_spoken(text)))
    lines = list(_lines(text))
    heads = _headings(text, lines)
    title = _title(text, lines, heads)
    made, names, path = list[Sentence](), [""], list[tuple[int, str]]()
    edges = sorted({0, len(text), *heads})
    pages = [found.end() for found in re.finditer("\f", text)]
    paragraph = 0
    for start, end in pairwise(edges):
        begin = start
        if start in heads:
            level, words, begin = heads[start]
            path = [one for one in path if one[0] < level] + [(level, words)]
            names.append(" › ".join(one for _, one in path))
        if title and start == 0 and begin == 0:
            begin = text.index(title) + len(title)
        for a, b in _paragraphs(text, begin, end):
            before = len(made)
            for c, d in _sentences(text, a, b):
                page = 1 + sum(one <= c for one in pages) if pages else 0
                made.append(
                    Sentence(text=text[c:d], start=c, end=d, section=len(names) - 1, paragraph=paragraph, page=page)
                )
            paragraph += len(made) > before
    if not made and text.strip():  # nothing but headings: they are what it says
        made = [Sentence(text=text[a:b], start=a, end=b) for a, b in sentences.places(text)]
    return Outline(sentences=tuple(made), headings=tuple(names), title=title)


def _spoken(text: str) -> Iterator[Sentence]:
    for n, turn in enumerate(transcripts.turns(text)):
        whole = text[turn.start : turn.end] == turn.text
        for a, b in sentences.places(turn.text):
            start, end = (turn.start + a, turn.start + b) if whole else (turn.start, turn.end)
            yield Sentence(
                text=turn.text[a:b], start=start, end=end, paragraph=n, turn=n, speaker=turn.speaker, time=turn.time
            )


def _lines(text: str) -> Iterator[tuple[int, int]]:
    for found in re.finditer(r"[^\n\f]+", text):
        yield found.span()


def _headings(text: str, lines: list[tuple[int, int]]) -> dict[int, tuple[int, str, int]]:
    """Return level, words and end of each heading, by where its line begins."""
    made = {}
    for start, end in lines:
        line = text[start:end]
        if marked := _MARKED.match(line):
            made[start] = len(marked[1]), marked["words"].strip(), end
        elif len(line) > 120 or line.rstrip().endswith(_ENDS):
            continue
        elif numbered := _NUMBERED.match(line):
            number = numbered["number"] or ""
            made[start] = 1 + number.count("."), numbered["words"].strip(), end
        elif (shouted := _SHOUTED.match(line)) and _alone(text, start, end):
            made[start] = 1, shouted["words"].strip(), end
    return made


def _alone(text: str, start: int, end: int) -> bool:
    before, after = text[:start].rstrip(" \t\r"), text[end:].lstrip(" \t\r")
    return (not before or before.endswith(("\n\n", "\f"))) and (not after or after.startswith(("\n", "\f")))


def _title(text: str, lines: list[tuple[int, int]], heads: dict[int, tuple[int, str, int]]) -> str:
    """Return the first line where it is short, has no end and stands alone; or the first heading of the first level."""
    first = next(((a, b) for a, b in lines if text[a:b].strip()), None)
    if first is None:
        return ""
    if first[0] in heads:
        return heads[first[0]][1]
    line = text[slice(*first)].strip()
    rest = text[first[1] :]
    short = len(line) <= TITLE and not line.endswith(_ENDS[:7])
    return line if short and (rest.startswith(("\n\n", "\r\n\r\n", "\n \n")) and rest.strip()) else ""


def _paragraphs(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    for found in _BLANK.finditer(text, start, end):
        yield at, found.start()
        at = found.end()
    yield at, end


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the sentences of a paragraph. A line that goes on in the next one, as in e-mails and PDFs, is no end."""
    flat = text[start:end]
    joins = [found.start() for found in re.finditer(r"\n", flat) if _wraps(flat, found.start())]
    if joins:
        flat = "".join(" " if n in set(joins) else char for n, char in enumerate(flat))
    for a, b in sentences.places(flat):
        bullet = _BULLET.match(flat, a, b)
        c = bullet.end() if bullet else a
        if b - c >= SHORTEST and any(map(str.isalpha, flat[c:b])):
            yield start + c, start + b


def _wraps(text: str, at: int) -> bool:
    """Say whether the line that ends at a place goes on in the next one."""
    begin = text.rfind("\n", 0, at) + 1
    line, rest = text[begin:at].rstrip(), text[at + 1 :]
    if not line or line.endswith(_ENDS[:8]) or _BULLET.match(rest):
        return False
    return rest[:1].islower() or len(line) >= 60 or (line[-1] > "\u2e80" and len(line) >= 20)
