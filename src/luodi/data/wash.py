"""What is done to a request before its task looks at it: cleaning, and what becomes of personal data.

The same for training data and for live traffic, so that a model is asked what it learned from.
"""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any, Literal

Mode = Literal["keep", "mask", "pseudonymize"]

NAMES = ("person", "address")
"""Found by a model; names of organizations are left, since they are nobody's."""
MOST_SHOWN = 5
SHOWN_CHARACTERS = 120


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
            from luodi.data.clean import Cleaner, Cleaning

            self.cleaner = Cleaner(Cleaning(**clean), lines)
        if personal != "keep":
            from luodi.privacy.find import KINDS
            from luodi.privacy.mask import Personal

            key = bytes.fromhex(secret) or secrets.token_bytes(32)
            self.personal = Personal(mode=personal, kinds=tuple(kinds) or (*KINDS, *NAMES), key=key)
        self._changes, self._found = Counter[str](), Counter[str]()
        self._shown: dict[str, list[list[str]]] = {}

    def wash(self, request: Any) -> Any:
        """Return the request with its texts washed; the same object where nothing had to be done."""
        if self.cleaner is None and self.personal is None:
            return request
        return self._value(request)

    def receipts(self) -> dict[str, Any]:
        """Return what was changed since the last call, and begin to count anew."""
        made = {"changes": dict(self._changes), "personal": dict(self._found), "shown": self._shown}
        self._changes, self._found, self._shown = Counter(), Counter(), {}
        return made

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, tuple):
            made = tuple(map(self._value, value))
            return made if any(a is not b for a, b in zip(made, value, strict=True)) else value
        if is_dataclass(value) and not isinstance(value, type):
            given = {name: getattr(value, name) for name in _names(type(value))}
            changed = {name: made for name, old in given.items() if (made := self._value(old)) is not old}
            return replace(value, **changed) if changed else value
        return value

    def _text(self, text: str) -> str:
        made = text
        if self.cleaner is not None:
            made, changes = self.cleaner.clean(text)
            for name in changes:
                self._changes[name] += 1
                self._show(name, text, made)
        if self.personal is not None:
            made, found = self.personal.apply(made)
            self._found.update(found)
        return text if made == text else made

    def _show(self, name: str, before: str, after: str) -> None:
        """Keep a few of the places where a change was made, with what stood there."""
        shown = self._shown.setdefault(name, [])
        if len(shown) < MOST_SHOWN:
            at = next((n for n, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0)
            start = max(0, at - SHOWN_CHARACTERS // 3)
            pair = [one[start : start + SHOWN_CHARACTERS] for one in (before, after)]
            shown.append([self.personal.apply(one)[0] if self.personal is not None else one for one in pair])


@cache
def _names(cls: type[Any]) -> tuple[str, ...]:
    return tuple(one.name for one in fields(cls))


def added(total: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Add the receipts of one batch to those of all."""
    for name in ("changes", "personal"):
        counts = total.setdefault(name, {})
        for key, n in more[name].items():
            counts[key] = counts.get(key, 0) + n
    shown = total.setdefault("shown", {})
    for key, pairs in more["shown"].items():
        shown[key] = (shown.get(key, []) + pairs)[:MOST_SHOWN]
