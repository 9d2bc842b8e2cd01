"""What is done to a request before its task looks at it: cleaning, and what becomes of personal data.

The same for training data and for live traffic, so that a model is asked what it learned from.
"""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any, Literal

from luodi.data.clean import Cleaner, Cleaning, Receipts, merged

Mode = Literal["keep", "mask", "pseudonymize"]

NAMES = ("person", "address")
"""Found by a model; names of organizations are left, since they are nobody's."""


class Washer:
    """Cleans and masks the texts of requests, and counts what it changed."""

    def __init__(
        self,
        clean: Mapping[str, Any] | None,
        personal: Mode = "keep",
        lines: Sequence[str] = (),
        kinds: Sequence[str] = (),
        *,
        secret: str = "",
    ) -> None:
        self.cleaner: Any = None
        self.personal: Any = None
        if clean is not None:
            self.cleaner = Cleaner(Cleaning(**clean), lines)
        if personal != "keep":
            from luodi.privacy.find import KINDS
            from luodi.privacy.mask import Personal

            key = bytes.fromhex(secret) or secrets.token_bytes(32)
            self.personal = Personal(mode=personal, kinds=tuple(kinds) or (*KINDS, *NAMES), key=key)
        self._receipts, self._found = Receipts(), Counter[str]()

    def wash(self, request: Any) -> Any:
        """Return the request with its texts washed; the same object where nothing had to be done."""
        if self.cleaner is None and self.personal is None:
            return request
        return self._value(request)

    def receipts(self) -> dict[str, Any]:
        """Return what was changed since the last call, as plain JSON, and begin to count anew."""
        made = {"cleaning": self._receipts.as_json(hide=self._hidden), "personal": dict(self._found)}
        self._receipts, self._found = Receipts(), Counter()
        return made

    def _hidden(self, text: str) -> str:
        return text if self.personal is None else str(self.personal.apply(text)[0])

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, tuple):
            made = tuple(map(self._value, value))
            return made if any(a is not b for a, b in zip(made, value, strict=True)) else value
        if isinstance(value, dict):
            given = {name: self._value(one) for name, one in value.items()}
            return given if any(given[name] is not one for name, one in value.items()) else value
        if is_dataclass(value) and not isinstance(value, type):
            given = {name: getattr(value, name) for name in _names(type(value))}
            changed = {name: made for name, old in given.items() if (made := self._value(old)) is not old}
            return replace(value, **changed) if changed else value
        return value

    def _text(self, text: str) -> str:
        made = text
        if self.cleaner is not None:
            made, changes = self.cleaner.clean(text)
            self._receipts.note(text, made, changes)
        if self.personal is not None:
            made, found = self.personal.apply(made)
            self._found.update(found)
        return text if made == text else made


@cache
def _names(cls: type[Any]) -> tuple[str, ...]:
    return tuple(one.name for one in fields(cls))


def added(total: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Add the receipts of one batch to those of all."""
    total["cleaning"] = merged(total.get("cleaning", {}), more["cleaning"])
    total["personal"] = dict(Counter(total.get("personal", {})) + Counter(more["personal"]))
