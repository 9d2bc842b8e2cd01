"""Find personal data in English and Chinese text, without a network."""

import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from importlib import import_module

from luodi.errors import ScenarioError, SetupError, did_you_mean
from luodi.privacy.credentials import secrets
from luodi.privacy.finding import Finding, without_overlaps
from luodi.privacy.folding import fold
from luodi.privacy.internet import emails, ips, logins, urls
from luodi.privacy.numbers import Shape, ibans, numbers, plates, shapes_for
from luodi.privacy.phones import phones, shapes_in
from luodi.privacy.windows import Window, windows

Place = tuple[int, int, float]
"""Start, end, score."""

NAMES = ("person", "organization", "address")
"""Found by a model, not by rule: `luodi.privacy.names`."""
NUMBERS = (
    "resident_id", "social_credit_code", "bank_card", "ssn", "tw_id", "hk_id", "passport", "travel_permit",
)  # fmt: skip
WHOLE: dict[str, tuple[Callable[[str], list[Place]], Callable[[str], bool]]] = {
    "email": (emails, lambda text: "@" in text or "(at" in text or "[at" in text),
    "ip": (ips, lambda text: text.count(".") >= 3 or text.count(":") >= 2),
    "url_credentials": (logins, lambda text: "://" in text),
    "secret": (secrets, lambda text: True),
    "plate": (plates, lambda text: not text.isascii()),
    "iban": (ibans, lambda text: True),
    "url": (urls, lambda text: "://" in text),
}
KINDS = ("email", "phone", *NUMBERS, "plate", "iban", "ip", "url_credentials", "secret")
"""What `find` looks for unless told otherwise. It can also look for `url`, any link, and for `NAMES`."""
ALL = (*KINDS, "url", *NAMES)

ANY_DIGIT = re.compile(r"\d")
INNOCENT = re.compile(  # numbers that only look personal; a finding inside one does not count, unless a checksum holds
    r"(?<![0-9A-Za-z])(?:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"  # UUID
    r"|(?:97[89][ \-]?)?[0-9][ \-][0-9]{2,7}[ \-][0-9]{1,7}[ \-][0-9X]"  # ISBN
    r"|(?:19|20)[0-9]{2}[-/.][0-9]{1,2}[-/.][0-9]{1,2}(?:[T ]?[0-9]{1,2}(?::[0-9]{2}){1,2}(?:[.,][0-9]{1,9})?)?"  # time
    r"|[vV]?[0-9]{1,4}+(?:\.[0-9]{1,8}+){2,4}(?:-[0-9A-Za-z.]{1,20})?"  # version
    r"|-?[0-9]{1,12}\.[0-9]{4,20})(?![0-9A-Za-z])"  # decimal, coordinate
)
SURE = 0.89
DIGITLESS = frozenset({"email", "secret", "url_credentials", "url"})


def find(text: str, *, kinds: Collection[str] | None = None) -> list[Finding]:
    """Return what is personal in a text, in its order; findings do not overlap, the surer one stays.

    `kinds` are some of `ALL`; without them, `KINDS`. Raises `ScenarioError` for a kind that nobody knows.

    >>> [(one.kind, one.value) for one in find("手机 138-0013-8000，邮箱 li@example.com")]
    [('phone', '138-0013-8000'), ('email', 'li@example.com')]
    """
    wanted = KINDS if kinds is None else known(kinds)
    found = list(_found_by_rule(text, [kind for kind in wanted if kind not in NAMES]))
    if any(kind in NAMES for kind in wanted):
        found += [one for one in map(_as_address, _names(text)) if one.kind in wanted]
    return without_overlaps(found) if len(found) > 1 else found


def _as_address(one: Finding) -> Finding:
    """Take a place with a number for an address: people live there; a town alone is no one's."""
    return replace(one, kind="address") if one.kind == "location" and ANY_DIGIT.search(one.value) else one


def known(kinds: Iterable[str]) -> tuple[str, ...]:
    """Return the kinds. Raises `ScenarioError` for one that nobody knows."""
    kinds = tuple(kinds)
    for kind in kinds:
        if kind not in ALL:
            raise ScenarioError(
                f"no kind of personal data is called {kind!r}", where="kinds", fix=did_you_mean(kind, ALL)
            )
    return kinds


def _names(text: str) -> list[Finding]:
    try:
        module = import_module("luodi.privacy.names")
    except ModuleNotFoundError as error:
        raise SetupError(
            f"names cannot be looked for without {error.name}", where="kinds", fix='pip install "luodi[train]"'
        ) from error
    found: list[Finding] = module.find_names(text)
    return found


def _found_by_rule(text: str, kinds: Collection[str]) -> Iterator[Finding]:
    folded = fold(text)
    for kind, start, end, score in _places(folded, kinds):
        yield Finding(kind=kind, start=start, end=end, value=text[start:end], score=score)


def _places(text: str, kinds: Collection[str]) -> Iterator[tuple[str, int, int, float]]:
    has_digit = ANY_DIGIT.search(text) is not None
    for kind in kinds:
        if kind in WHOLE and (has_digit or kind in DIGITLESS):
            search, may_be_there = WHOLE[kind]
            if may_be_there(text):
                yield from ((kind, *place) for place in search(text))
    numeric = [kind for kind in kinds if kind not in WHOLE]
    if has_digit and numeric:
        shapes = shapes_for(numeric, text)
        of_phones = shapes_in(text) if "phone" in numeric else []
        for window in windows(text):
            yield from _in_window(text, window, shapes, of_phones)


def _in_window(
    text: str, window: Window, shapes: Iterable[tuple[str, Shape]], of_phones: Iterable[str]
) -> Iterator[tuple[str, int, int, float]]:
    found = numbers(text, window, shapes)
    found += [("phone", *place) for place in phones(text, window, of_phones)]
    innocent = [one.span() for one in INNOCENT.finditer(text, window.start, window.end)] if found else []
    for kind, start, end, score in found:
        if score >= SURE or not _is_inside(start, end, innocent):
            yield kind, start, end, score


def _is_inside(start: int, end: int, spans: list[tuple[int, int]]) -> bool:
    at = bisect_right(spans, (start, len(spans) and spans[-1][1])) - 1
    return at >= 0 and end <= spans[at][1]
