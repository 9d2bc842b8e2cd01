"""Telephone numbers: shapes are found by pattern, then held against the world's numbering plans."""

import re
from collections.abc import Iterable
from functools import lru_cache

from luodi.errors import SetupError
from luodi.privacy.context import near
from luodi.privacy.windows import LEFT, RIGHT, Window, goes_on

EXTENSION = r"(?:[ ,;]{0,2}(?:ext\.?|extension|x|#|转|轉|分机|分機)[ :.]{0,2}[0-9]{1,6}(?![0-9]))?+"
GROUPS = r"(?:(?:[ \-/]|\.(?=[0-9(])){0,2}+\(?[0-9]{1,14}+\)?+){0,7}+"

SHAPES = {
    name: re.compile(LEFT + pattern, re.IGNORECASE)
    for name, pattern in {
        "plus": rf"\(?\+ ?\(?[1-9][0-9]{{0,14}}+\)?{GROUPS}{EXTENSION}",
        "zeros": rf"00[ \-]?[1-9][0-9]{{0,2}}[ \-]{GROUPS}{EXTENSION}",
        "code": rf"(?:0086|\(?(?:86|852|853|886)\)?)[ \-]{{0,2}}+{GROUPS}{EXTENSION}",
        "mobile": r"1[3-9][0-9](?:[ \-]?[0-9]{4}[ \-]?[0-9]{4}|[0-9][ \-][0-9]{3}[ \-][0-9]{4}"
        rf"|[ \-][0-9]{{3}}[ \-][0-9]{{5}}|[ \-][0-9]{{2}}[ \-][0-9]{{3}}[ \-][0-9]{{3}}){RIGHT}",
        "service": r"[48]00(?:[ \-]?[0-9]{3}[ \-]?[0-9]{4}|[ \-]?[0-9]{4}[ \-]?[0-9]{3}"
        rf"|[0-9][ \-][0-9]{{3}}[ \-][0-9]{{3}}){EXTENSION}{RIGHT}",
        "american": r"(?:1[ .\-]{1,2})?(?:\([0-9]{3}\)[ \-]{0,2}|[0-9]{3}[ .\-])[0-9]{3}[ .\-][0-9]{4}"
        rf"{EXTENSION}{RIGHT}",
        "national": rf"\(?0[0-9]{{1,11}}+\)?{GROUPS}{EXTENSION}",
        "vague": rf"(?:\([0-9]{{1,5}}\)|[0-9]{{1,13}}+){GROUPS}{EXTENSION}",
    }.items()
}
NO_DIGITS = str.maketrans("", "", " .-/+()")
PIECES = {"plus": "+", "zeros": "00", "service": "00", "national": "0"}
"""Without this in the text, it holds no such shape."""
CHINESE_MOBILE = re.compile(r"1(?:3[0-9]|4[5-9]|5[0-35-9]|6[2567]|7[0-8]|8[0-9]|9[0-35-9])")  # MIIT numbering plan
TAIWANESE_MOBILE = re.compile(r"09[0-9]{8}")
AMERICAN = re.compile(r"[2-9][0-9]{2}[2-9][0-9]{6}")  # saves asking the plan
ABROAD = {  # regions that write a zero first, and how many digits their numbers have with it
    "GB": (10, 11),
    "DE": (9, 12),
    "FR": (10, 10),
    "IT": (9, 11),
    "JP": (10, 11),
    "AU": (10, 10),
    "KR": (9, 11),
    "NL": (10, 10),
    "CH": (10, 10),
    "SE": (9, 10),
    "BE": (9, 10),
    "IN": (11, 11),
}
UNPLANNED = 0.85  # the best score of a number that no plan knows
FEWEST, MOST = 7, 15  # digits; ITU-T E.164 has 15 at most
TAIL = re.compile(r"[ ,;]{0,2}(?:ext|x|#|转|轉|分机|分機)", re.IGNORECASE)
LAST_GROUP = re.compile(r"[ .\-/]{0,2}\(?[0-9]+\)?$")
INNER = re.compile(r"-[0-9]{1,4}(?![0-9A-Za-z_-])")  # an extension in Chinese style: 0755-26781234-802
DATE = re.compile(
    r"(?:(?:19|20)[0-9]{2}([-./ ])[01]?[0-9]\1[0-3]?[0-9]|[0-3]?[0-9]([-./])[0-3]?[0-9]\2(?:19|20)?[0-9]{2}"
    r"|(?:19|20)[0-9]{2}-(?:19|20)[0-9]{2}|(?:19|20)[0-9]{2}[01][0-9][0-3][0-9])(?:[ T][0-9]{1,2})?"
)


def shapes_in(text: str) -> list[str]:
    """Return the shapes worth looking for in a text."""
    return [shape for shape in SHAPES if PIECES.get(shape, "") in text]


def phones(text: str, window: Window, shapes: Iterable[str]) -> list[tuple[int, int, float]]:
    """Return the places in a window of folded text that are telephone numbers, with their scores."""
    found = []
    for shape in shapes:
        pattern = SHAPES[shape]
        at = window.start
        while match := pattern.search(text, at, window.end):
            judged = _judged(shape, text, *match.span())
            at = judged[1] if judged else match.end()
            if judged is not None:
                found.append(judged)
    return _without_pieces(found)


def _without_pieces(found: list[tuple[int, int, float]]) -> list[tuple[int, int, float]]:
    """Leave out what is but a piece of a longer number; a piece that a numbering plan knows is not."""
    kept = []
    longer: list[tuple[int, int, float]] = []  # those that reach into the next one
    for one in sorted(found, key=lambda one: (one[0], -one[1])):
        longer = [other for other in longer if other[1] > one[0]]
        if one[2] > UNPLANNED or not any(one[1] <= other[1] and one[:2] != other[:2] for other in longer):
            kept.append(one)
        longer.append(one)
    return kept


def _judged(shape: str, text: str, start: int, end: int) -> tuple[int, int, float] | None:
    """Take as many groups of digits as make a number of this shape: the pattern may have gone on into the next one."""
    tail = TAIL.search(text, start, end)
    main = text[start : tail.start() if tail else end]
    if len(_digits(main)) < 6:
        return None
    said = near(text, start, start + len(main), "phone")
    if (said < 0 and shape != "plus") or _in_a_path(shape, text, start):
        return None
    for part in [main] if shape in {"mobile", "service", "american"} else _shorter_and_shorter(main):
        stop = end if part == main else start + len(part)
        if shape == "national" and (inner := INNER.match(text, stop, start + len(main))):
            stop = inner.end()
        if goes_on(text, stop):
            continue
        score = _score(shape, part, said=said)
        if score:
            return (*_without_brackets(text, start, stop), score)
    return None


def _without_brackets(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave out a bracket that has no twin inside, or whose twin is the last character: `(+86 13800138000)`."""
    closing = text.find(")", start, end)
    if text[start] == "(" and closing in {-1, end - 1}:
        return start + 1, end - (closing == end - 1)
    return start, end - (text[end - 1] == ")" and "(" not in text[start:end])


def _in_a_path(shape: str, text: str, start: int) -> bool:
    """Say whether the number goes on from letters or few digits, as in `/13/02/14/2318247` and `some-title-392828`."""
    before = text[max(0, start - 8) : start]
    if before[-1:] not in {"/", "#", "-"} or not before[-2:-1].isascii() or not before[-2:-1].isalnum():
        return False
    return shape == "vague" or before[-1] == "#" or (before[-1] == "/" and not before[-5:-1].isdigit())


def _shorter_and_shorter(main: str) -> list[str]:
    parts = []
    while main and len(_digits(main)) >= 6:
        parts.append(main)
        main = LAST_GROUP.sub("", main)
    return parts


def _score(shape: str, part: str, *, said: int) -> float:
    """Return how sure a number is, 0 for none: by the numbering plans of the regions that write it so."""
    digits, grouped = _digits(part), not part.isdigit()
    if DATE.fullmatch(part) or len(digits) > MOST + 2:
        return 0.0
    if shape in {"plus", "zeros", "code"}:
        return _international(shape, digits, grouped=grouped, said=said)
    if shape == "mobile":
        return 0.95 if said > 0 else 0.9 if CHINESE_MOBILE.match(digits) else 0.0
    if shape == "service":
        return 0.9 if grouped or said > 0 else 0.0
    if shape == "american":
        return (
            0.9
            if AMERICAN.fullmatch(digits[-10:]) and valid(digits[-10:], "US")
            else 0.8
            if said > 0 or "(" in part
            else 0.0
        )
    if shape == "national":
        return _national(digits, grouped=grouped, said=said)
    return 0.6 if said > 0 and (grouped or len(digits) >= FEWEST) and len(digits) <= 13 else 0.0


def _international(shape: str, digits: str, *, grouped: bool, said: int) -> float:
    number = digits[2:] if digits.startswith("00") else digits
    if not FEWEST <= len(number) <= MOST:
        return 0.0
    if valid("+" + number, None) and (grouped or said > 0 or re.match("861[3-9]", number)):
        return 0.96
    if shape == "code" or said < 0 or (shape == "zeros" and not said):
        return 0.0
    return 0.85 if len(number) >= 8 else 0.0


def _national(digits: str, *, grouped: bool, said: int) -> float:
    if not FEWEST <= len(digits) <= 12:
        return 0.0
    if (len(digits) >= 10 and valid(digits, "CN")) or (len(digits) in {9, 10} and valid(digits, "TW")):
        return 0.9 if grouped or said > 0 or TAIWANESE_MOBILE.fullmatch(digits) else 0.0
    if said > 0:
        return 0.8
    fitting = (region for region, (fewest, most) in ABROAD.items() if grouped and fewest <= len(digits) <= most)
    return 0.7 if any(valid(digits, region) for region in fitting) else 0.0


def _digits(value: str) -> str:
    return value.translate(NO_DIGITS)


@lru_cache(maxsize=65_536)
def valid(digits: str, region: str | None) -> bool:
    """Say whether a numbering plan has such a number. With no region the digits begin with + and a country's code."""
    try:
        import phonenumbers
    except ModuleNotFoundError as error:
        raise SetupError(
            "telephone numbers cannot be checked without the package phonenumbers", fix='pip install "luodi[data]"'
        ) from error
    try:
        return bool(phonenumbers.is_valid_number(phonenumbers.parse(digits, region)))
    except phonenumbers.NumberParseException:
        return False
