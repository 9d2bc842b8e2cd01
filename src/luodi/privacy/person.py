"""One person, by the names and numbers that mean them: is this text about them?"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

from luodi.errors import DataError

MIN_CHARACTERS, MIN_DIGITS = 2, 5
DIGITS = re.compile(r"[\d\s()+./-]+")
BETWEEN = r"[\s().\-/]{0,3}"
WIDE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


class Person:
    """Matches texts that name a person; case, width, and the marks between digits count for nothing.

    >>> Person(["Li Na", "138 0013 8000"]).is_in("call ＬＩ  NA"), Person(["Ann"]).is_in("the annual report")
    (True, False)
    >>> Person(["138 0013 8000"]).is_in("手机+8613800138000")
    True
    """

    def __init__(self, identifiers: Sequence[str]) -> None:
        """Take names, addresses, numbers. Raises `DataError` for one that would match nearly everything."""
        for one in identifiers:
            folded = _fold(one).strip()
            if len(folded) < MIN_CHARACTERS or (folded.isdigit() and len(folded) < MIN_DIGITS):
                fix = "give the whole name, address or number, or the column it stands in: customer_id=42"
                raise DataError(f"{one!r} is too short to mean one person", where="luodi forget", fix=fix)
        self.identifiers = tuple(identifiers)
        self._pattern = re.compile("|".join(f"(?:{_pattern(one)})" for one in self.identifiers) or "(?!)")

    def is_in(self, text: str) -> bool:
        """Say whether a text names this person."""
        return self._pattern.search(_fold(text)) is not None

    def is_in_any(self, value: Any) -> bool:
        """Say whether any text within a JSON value does."""
        return any(self.is_in(text) for text in texts_in(value))

    def without(self, text: str, mark: str = "[ERASED]") -> str:
        """Return a text with a mark wherever it names this person; its width and case are folded where it does."""
        return self._pattern.sub(mark, _fold(text)) if self.is_in(text) else text

    def is_in_bytes(self, content: bytes) -> bool:
        """Say whether bytes of any kind hold one of the identifiers, as UTF-8, GB18030 or UTF-16 may write it."""
        lower = content.lower()
        return any(form in lower for one in self.identifiers for form in _forms(one))


def texts_in(value: Any) -> Iterator[str]:
    """Yield every text within a JSON value, names of fields included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield str(key)
            yield from texts_in(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts_in(one)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _pattern(identifier: str) -> str:
    folded = _fold(identifier).strip()
    digits = re.sub(r"\D", "", folded)
    if DIGITS.fullmatch(folded) and len(digits) >= 5:
        # a country code may stand before it, without a gap
        return r"(?:(?<!\d)|(?<=86)|(?<=\+1))" + BETWEEN.join(digits) + r"(?!\d)"
    words = r"\s+".join(map(re.escape, folded.split()))
    before = "" if WIDE.match(folded[0]) else r"(?<!\w)" if folded[0].isalnum() else ""
    after = "" if WIDE.match(folded[-1]) else r"(?!\w)" if folded[-1].isalnum() else ""
    # next to Chinese characters an ordinary word has no blank around it
    return before.replace(r"\w", "[^\\W\u2e80-\u9fff]") + words + after.replace(r"\w", "[^\\W\u2e80-\u9fff]")


def _forms(identifier: str) -> set[bytes]:
    texts = {identifier, _fold(identifier), unicodedata.normalize("NFD", identifier), identifier.lower()}
    forms = set()
    for text in texts:
        for encoding in ("utf-8", "gb18030", "utf-16-le", "utf-16-be"):
            forms.add(text.encode(encoding, "ignore").lower())
        forms.add(text.encode("ascii", "backslashreplace").lower())
    return {form for form in forms if len(form) > 2}
