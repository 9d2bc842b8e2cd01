"""Where sentences begin and end in English and Chinese text: by marks and by lines, with their places."""

import re
from collections.abc import Iterator

LONGEST = 2_000  # characters; what has no end after so many is cut at a space
_CLOSERS = "\"'”’）)】」』》\\]"
_ENDS = re.compile(
    rf"[.!?…]+[{_CLOSERS}]*(?=\s|$)"  # English: a mark, then white space
    rf"|(?<=[a-z)”\"'])[.!?](?=[A-Z“\"][a-z ])"  # no space behind a full stop, as where texts were joined
    rf"|[。！？；…]+[{_CLOSERS}]*"
    r"|\n\s*"
)
_SHORT = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Sr|Jr|St|Gen|Col|Capt|Lt|Sgt|Rep|Sen|Gov|Hon|Rev|Mt|Ft|vs|etc|al|cf|e\.g|i\.e|approx|"
    r"Inc|Ltd|Co|Corp|dept|est|fig|Fig|Eq|Sec|Tab|No|no|Nos|Vol|pp|ed|eds|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|"
    r"Dec|U\.S|U\.K|U\.N|a\.m|p\.m)|\b[A-Z]|\b[A-Z]\.[A-Z]|^\s*\d{1,3})\.$"
)
_BEGINS_LOW = re.compile(r"\s*[a-z,;:]")
_ENDS_ANYWAY = re.compile(r"(?:Inc|Ltd|Co|Corp|etc|U\.S|U\.K|U\.N|a\.m|p\.m|al)\.$")
_BEGINS_HIGH = re.compile(
    r"\s+[\"“'‘(]?(?:The|A|An|In|On|At|It|He|She|They|We|But|And|This|That|These|Those|For|However|If|When|As|His|Her|"
    r"Their|Its|There|I|By|After|While|With|Some|Many|Most|Both|Now|Then|So|Since)\b"
)


def places(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Yield where each sentence of a stretch of text begins and ends, without the white space around it.

    A line break ends a sentence. A full stop does not where it belongs to a short form ("Dr. Who"), or where the next
    word is written small.

    >>> text = 'Dr. Who paid $1.5bn. "Why?" 他来了。走了！'
    >>> [text[a:b] for a, b in places(text)]
    ['Dr. Who paid $1.5bn.', '"Why?"', '他来了。', '走了！']
    """
    stop = len(text) if end is None else end
    at = start
    for found in _ENDS.finditer(text, start, stop):
        if found[0][0] in ".!?" and _goes_on(text, at, found.end(), stop):
            continue
        yield from _trimmed(text, at, found.end())
        at = found.end()
    yield from _trimmed(text, at, stop)


def split(text: str) -> list[str]:
    """Return the sentences of a text.

    >>> split("It rose 2.5 %. It fell.")
    ['It rose 2.5 %.', 'It fell.']
    """
    return [text[start:end] for start, end in places(text)]


def joined(sentences: list[str]) -> str:
    """Write sentences one behind the other, with a space where neither neighbor is Chinese.

    >>> joined(["It fell.", "It rose."]), joined(["跌了。", "涨了。"])
    ('It fell. It rose.', '跌了。涨了。')
    """
    made = ""
    for one in sentences:
        wide = made and (made[-1] > "⺀" or one[:1] > "⺀")
        made += ("" if wide or not made else " ") + one
    return made


def _goes_on(text: str, at: int, end: int, stop: int) -> bool:
    """Say whether the mark before `end` does not end the sentence that began at `at`."""
    if _BEGINS_LOW.match(text, end, stop):
        return True
    head = text[max(at, end - 12) : end]
    short = _SHORT.search(head)
    return bool(short) and not (_ENDS_ANYWAY.search(head) and _BEGINS_HIGH.match(text, end, stop))


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while end - start > LONGEST:
        space = text.rfind(" ", start + LONGEST // 2, start + LONGEST)
        stop = space if space > 0 else start + LONGEST
        yield start, stop
        start = stop + (space > 0)
    if start < end:
        yield start, end
