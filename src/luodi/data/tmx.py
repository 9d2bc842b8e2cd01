"""Translation memories in the exchange format that translation programs write: a row for each unit, a column for each
language.

Source: TMX 1.4b, Localization Industry Standards Association, 2005. Entities of a file's own are refused: they are what
makes a small file of XML a huge one.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any
from xml.parsers import expat

from luodi.contracts import Reject
from luodi.data.files import Content
from luodi.errors import DataError

Rows = list[tuple[int, dict[str, Any] | Reject]]
SUFFIX = ".tmx"
LOOKED_AT = 1_000
AT_ONCE = 500
MOST_CHARACTERS = 1_000_000


def columns(content: Content) -> tuple[str, ...]:
    """Return the languages of the first units, as the file writes them."""
    found: dict[str, None] = {}
    for _, unit in islice(_units(content), LOOKED_AT):
        found.update(dict.fromkeys(unit))
    if len(found) < 2:
        fix = "a translation memory holds <tu> with a <tuv xml:lang> for each language"
        raise DataError("no translations are in this file", where=content.where, fix=fix)
    return tuple(found)


def batches(content: Content) -> Iterator[Rows]:
    """Yield the units with the line that each begins on."""
    known = columns(content)
    units = _units(content)
    while made := [(line, {name: unit.get(name, "") for name in known}) for line, unit in islice(units, AT_ONCE)]:
        yield list(made)


def _units(content: Content) -> Iterator[tuple[int, dict[str, str]]]:
    reader = _Reader()
    try:
        for chunk in content.chunks():
            reader.parser.Parse(chunk, False)  # noqa: FBT003 -- expat's own signature
            yield from reader.taken()
        reader.parser.Parse(b"", True)  # noqa: FBT003
    except (expat.ExpatError, ValueError) as error:
        fix = "export it again as TMX 1.4"
        raise DataError(f"this is no translation memory: {error}", where=content.where, fix=fix) from None
    yield from reader.taken()


class _Reader:
    """What expat has met so far."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler, self.parser.EndElementHandler = self._begin, self._end
        self.parser.CharacterDataHandler, self.parser.EntityDeclHandler = self._text, self._refuse
        self._made: list[tuple[int, dict[str, str]]] = []
        self._unit: dict[str, str] = {}
        self._line, self._language, self._in_segment = 0, "", False
        self._parts: list[str] = []

    def taken(self) -> list[tuple[int, dict[str, str]]]:
        """Return the finished units, once."""
        made, self._made = self._made, []
        return made

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "tu":
            self._unit, self._line = {}, self.parser.CurrentLineNumber
        elif name == "tuv":
            self._language = attributes.get("xml:lang") or attributes.get("lang") or ""
        elif name == "seg":
            self._in_segment, self._parts = True, []

    def _end(self, name: str) -> None:
        if name == "seg":
            self._in_segment = False
            if self._language:
                self._unit[self._language] = "".join(self._parts)
        elif name == "tu" and self._unit:
            self._made.append((self._line, self._unit))

    def _text(self, text: str) -> None:
        if self._in_segment:
            self._parts.append(text)
            if sum(map(len, self._parts[-1:])) > MOST_CHARACTERS:
                raise ValueError("a segment of more than a million characters")

    def _refuse(self, *_: Any) -> None:
        raise ValueError("it declares entities of its own")
