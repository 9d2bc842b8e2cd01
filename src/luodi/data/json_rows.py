"""JSON and JSON Lines: object after object, never the whole file at once."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any

from luodi.contracts import Reject
from luodi.data import decode
from luodi.data.files import Content
from luodi.data.notes import Notes
from luodi.errors import DataError

Rows = list[tuple[int, dict[str, Any] | Reject]]
AT_ONCE = 1_000
MAX_OBJECT = 16 << 20  # characters
TWICE = "a key stands twice in an object, and its last value counts"
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_SPACE = re.compile(r"[ \t\r\n]*")
_NEXT = re.compile(r"\}\s*,\s*(?=\{)")


class _Decoder:
    """Reads objects; numbers that would lose digits stay text, as do NaN and Infinity."""

    def __init__(self) -> None:
        self.twice = False
        self.json = json.JSONDecoder(
            object_pairs_hook=self._object, parse_constant=str, parse_float=_float, parse_int=_int
        )

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        self.twice = self.twice or len(made) != len(pairs)
        return made


def lines(content: Content, encoding: str, notes: Notes) -> Iterator[Rows]:
    """Yield one row per line that is not blank."""
    decoder = _Decoder()
    for block in decode.blocks(content, encoding, notes):
        rows: Rows = []
        for line, text in enumerate(_split(block.text), start=block.line):
            if text and not text.isspace():
                decoder.twice = False
                rows.append((line, _row(text, decoder, broken=block.broken)))
                if decoder.twice:
                    notes.add(TWICE, line)
        yield rows


def items(content: Content, encoding: str, notes: Notes) -> Iterator[Rows]:
    """Yield the objects of a list, numbered from 1. Raises `DataError` where the file holds no list."""
    scanner = _Scanner(content, encoding, notes)
    rows: Rows = []
    for row in scanner.rows():
        rows.append(row)
        if len(rows) == AT_ONCE:
            yield rows
            rows = []
    yield rows


class _Scanner:
    """Reads a list through a window that holds at least the item being read."""

    def __init__(self, content: Content, encoding: str, notes: Notes) -> None:
        self.blocks = decode.blocks(content, encoding, notes)
        self.where, self.notes, self.decoder = content.where, notes, _Decoder()
        self.text, self.at, self.ended, self.line = "", 0, False, 1

    def rows(self) -> Iterator[tuple[int, dict[str, Any] | Reject]]:
        if self._char() != "[":
            raise DataError("this is not a list of objects", where=self.where, fix='write [{"text": …}, …]')
        self.at += 1
        n = 0
        while (char := self._char()) != "]":
            if char == "," and n:
                self.at += 1
                char = self._char()
            n += 1
            if not char:
                yield n, Reject(reason="not JSON: the file ends within the list")
                return
            row = self._item()
            yield n, row
            if isinstance(row, Reject) and row.reason.startswith("not JSON") and not self._skip():
                return
        self.at += 1
        if self._char():
            yield n + 1, Reject(reason="not JSON: text after the end of the list")

    def _item(self) -> dict[str, Any] | Reject:
        while True:
            self.decoder.twice = False
            try:
                value, end = self.decoder.json.raw_decode(self.text, self.at)
            except RecursionError:
                return Reject(reason="not JSON: brackets within brackets, too deep")
            except ValueError as error:
                # An error far before the end of the window is one; near the end, more text may mend it.
                at = getattr(error, "pos", self.at)
                far = len(self.text) - at > 64 and "Unterminated string" not in str(error)
                if far or len(self.text) - self.at > MAX_OBJECT or not self._more():
                    return Reject(reason=f"not JSON: {getattr(error, 'msg', error)} {self._place(at)}")
                continue
            if end == len(self.text) and not self.ended and not isinstance(value, dict | list | str):
                self._more()  # a number may go on
                continue
            text, self.at = self.text[self.at : end], end
            if self.decoder.twice:
                self.notes.add(TWICE, self.line + self.text.count("\n", 0, end))
            return _object(value, text, broken=False)

    def _place(self, at: int) -> str:
        line = self.line + self.text.count("\n", 0, at)
        return f"(line {line:,}, column {at - self.text.rfind(chr(10), 0, at):,})"

    def _skip(self) -> bool:
        """Go to the next place where an object seems to begin after another has ended."""
        while True:
            found = _NEXT.search(self.text, self.at)
            if found:
                self.at = found.end()
                return True
            self.at = max(self.at, len(self.text) - 4_096)
            if not self._more():
                return False

    def _char(self) -> str:
        """Return the next character that is no space, or nothing at the end."""
        while True:
            found = _SPACE.match(self.text, self.at)
            assert found
            self.at = found.end()
            if self.at < len(self.text):
                return self.text[self.at]
            if not self._more():
                return ""

    def _more(self) -> bool:
        block = next(self.blocks, None)
        if block is None:
            self.ended = True
            return False
        self.line += self.text.count("\n", 0, self.at)
        self.text, self.at = self.text[self.at :] + block.text, 0
        return True


def _split(text: str) -> list[str]:
    plain = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    found = plain.split("\n")
    if not found[-1]:
        found.pop()
    return found


def _row(text: str, decoder: _Decoder, *, broken: bool) -> dict[str, Any] | Reject:
    try:
        value = decoder.json.decode(text)
    except RecursionError:
        return Reject(reason="not JSON: brackets within brackets, too deep")
    except ValueError as error:
        at = f" (column {error.colno:,})" if isinstance(error, json.JSONDecodeError) else ""
        return Reject(reason=f"not JSON: {getattr(error, 'msg', error)}{at}"[:120])
    return _object(value, text, broken=broken)


def _object(value: Any, text: str, *, broken: bool) -> dict[str, Any] | Reject:
    """Return a row, unless it is none or could never be written down: JSON may escape one half of a character."""
    if not isinstance(value, dict):
        return Reject(reason="not a JSON object")
    if broken and decode.is_broken(text):
        return Reject(reason="bytes that are no text")
    if _SURROGATE.search(text):
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            return Reject(reason="half a character: a lone surrogate stands in the text")
    return value


def _int(digits: str) -> int | str:
    return int(digits) if len(digits) < 4_000 else digits


def _float(digits: str) -> float | str:
    """Keep the digits where a float would lose some: an identifier may look like a number."""
    value = float(digits)
    return value if len(digits) <= 17 and math.isfinite(value) else digits
