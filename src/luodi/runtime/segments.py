"""A text cut into sentences and what stands between them, and put together again with its layout kept."""

import re
from collections.abc import Sequence
from typing import NamedTuple

CUT = re.compile(r"(?<=[.!?…])(?=[\"'”’)\]]*\s+\S)[\"'”’)\]]*\s+|(?<=[。！？；])[”’」』）]*(?=\S)|\n+")
LEAD = re.compile(r"^(?:\s*(?:#{1,6}\s+|[-*+•]\s+|>\s*|\|\s*|\d{1,3}[.)]\s+))*\s*")
"""What opens a line of Markdown, or of a list."""
LETTER = re.compile(r"[^\W\d_]")
ABBREVIATIONS = re.compile(
    "(?:mrs?|ms|dr|prof|st|no|vs|etc|e.g|i.e|approx|fig|jr|sr|inc|ltd|co|z.b|d.h|usw|bzw|ca|nr|abb)"
)
WIDE = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]")
CHINESE = re.compile("[\u3400-\u9fff]")


class Piece(NamedTuple):
    """A stretch of a text: a sentence to translate, or what stands between sentences."""

    text: str
    is_sentence: bool


def cut(text: str) -> list[Piece]:
    """Return the pieces of a text; together they are the text, character by character.

    >>> [one.text for one in cut("# Hello\\n\\nIt rains. Mr. Li said so! 好的。走吧")]
    ['# ', 'Hello', '\\n\\n', 'It rains.', ' ', 'Mr. Li said so!', ' ', '好的。', '走吧']
    """
    made: list[Piece] = []
    for part in re.split(r"(\n+)", text):
        if not part or part.isspace():
            made += [Piece(part, is_sentence=False)] if part else []
            continue
        lead = LEAD.match(part)
        start = lead.end() if lead else 0
        made += [Piece(part[:start], is_sentence=False)] if start else []
        made += _line(part[start:])
    return made


def _line(line: str) -> list[Piece]:
    made, start = [], 0
    ends = [match for match in CUT.finditer(line) if not _is_abbreviation(line[: match.start()])]
    for match in ends:
        gap = re.search(r"\s*$", match[0])
        at = match.start() + (gap.start() if gap else 0)
        made += _stretch(line[start:at], line[at : match.end()])
        start = match.end()
    rest = line[start:]
    bare = rest.rstrip()
    return made + _stretch(bare, rest[len(bare) :])


def _stretch(sentence: str, gap: str) -> list[Piece]:
    made = [Piece(sentence, is_sentence=bool(LETTER.search(sentence)))] if sentence else []
    return made + ([Piece(gap, is_sentence=False)] if gap else [])


def _is_abbreviation(before: str) -> bool:
    word = before.rsplit(None, 1)[-1].rstrip(".").lstrip("(\"'").lower() if before.strip() else ""
    return before.endswith(".") and bool(ABBREVIATIONS.fullmatch(word) or (len(word) == 1 and word.isalpha()))


def join(pieces: Sequence[Piece], translated: Sequence[str], language: str) -> str:
    """Return the text of translated sentences; between Chinese ones no space stays, between others there is one.

    >>> join(cut("It rains. Go!"), ["下雨了。", "走！"], "zh"), join(cut("好的。走吧"), ["Fine.", "Go."], "en")
    ('下雨了。走！', 'Fine. Go.')
    """
    *leads, rest = frame(pieces, language)
    return "".join(lead + one for lead, one in zip(leads, translated, strict=True)) + rest


def frame(pieces: Sequence[Piece], language: str) -> list[str]:
    """Return what stands before each sentence once they are translated, and after the last one.

    >>> frame(cut("# Hello\\n\\nIt rains. Go! "), "zh")
    ['# ', '\\n\\n', '', ' ']
    """
    made, lead = list[str](), ""
    for n, piece in enumerate(pieces):
        follows = n > 0 and pieces[n - 1].is_sentence
        if piece.is_sentence:
            made.append(lead + (" " if follows and not unspaced(language) else ""))
            lead = ""
        elif not (unspaced(language) and piece.text == " " and follows and n < len(pieces) - 1):
            lead += piece.text
    return [*made, lead]


def unspaced(language: str) -> bool:
    """Say whether a language puts no space between sentences."""
    return language.lower()[:2] in {"zh", "ja"}


def alike(source: str, target: str) -> list[tuple[str, str]]:
    """Return the sentences of two texts as pairs where both have as many, else the two texts."""
    ours, theirs = ([one.text for one in cut(text) if one.is_sentence] for text in (source, target))
    return list(zip(ours, theirs, strict=True)) if len(ours) == len(theirs) > 1 else [(source, target)]
