"""Telephone numbers: shapes are found by pattern, then held against the world's numbering plans."""

import re
from functools import lru_cache

from luodi.privacy.context import near

LEFT = r"(?<![0-9A-Za-z_])(?<![0-9][-.:])"
RIGHT = r"(?![0-9A-Za-z_])(?![-.:][0-9])"
EXTENSION = r"(?:[ ,;]{0,2}(?:ext\.?|extension|x|#|转|轉|分机|分機)[ :.]{0,2}[0-9]{1,6})?+"
GROUPS = r"(?:[ .\-/]{0,2}+\(?[0-9]{1,14}+\)?){1,7}+"

SHAPES = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "plus": rf"(?<![0-9A-Za-z_+])\(?\+ ?\(?[1-9][0-9]{{0,14}}+\)?{GROUPS}{EXTENSION}",
        "zeros": rf"{LEFT}00[ \-]?[1-9][0-9]{{0,2}}[ \-]{GROUPS}{EXTENSION}",
        "code": rf"{LEFT}(?:0086|\(?(?:86|852|853|886)\)?)[ \-]{{0,2}}+{GROUPS}{EXTENSION}",
        "mobile": rf"{LEFT}1[3-9][0-9](?:[ \-]?[0-9]{{4}}[ \-]?[0-9]{{4}}|[0-9][ \-][0-9]{{3}}[ \-][0-9]{{4}}"
        rf"|[ \-][0-9]{{3}}[ \-][0-9]{{5}}|[ \-][0-9]{{2}}[ \-][0-9]{{3}}[ \-][0-9]{{3}}){RIGHT}",
        "service": rf"{LEFT}[48]00(?:[ \-]?[0-9]{{3}}[ \-]?[0-9]{{4}}|[ \-]?[0-9]{{4}}[ \-]?[0-9]{{3}}"
        rf"|[0-9][ \-][0-9]{{3}}[ \-][0-9]{{3}}){EXTENSION}{RIGHT}",
        "american": rf"{LEFT}(?:1[ .\-]{{1,2}})?(?:\([0-9]{{3}}\)[ \-]{{0,2}}|[0-9]{{3}}[ .\-])[0-9]{{3}}[ .\-][0-9]{{4}}"
        rf"{EXTENSION}{RIGHT}",
        "national": rf"{LEFT}\(?0[0-9]{{1,5}}\)?(?:[ .\-/]{{1,2}}+\(?[0-9]{{2,8}}+\)?){{1,5}}+{EXTENSION}(?![0-9A-Za-z_])",
        "closed": rf"{LEFT}\(0[0-9]{{1,4}}\)[0-9]{{6,8}}{EXTENSION}(?![0-9A-Za-z_])",
        "bare": rf"{LEFT}0[1-9][0-9]{{7,10}}{EXTENSION}{RIGHT}",
        "vague": rf"{LEFT}(?:\([0-9]{{2,5}}\) ?|[0-9]{{2,5}}[ .\-/]|)[0-9]{{2,10}}(?:[ .\-/][0-9]{{2,8}}+){{0,4}}+"
        rf"{EXTENSION}(?![0-9A-Za-z_])",
    }.items()
}
HOME = ("CN", "TW", "HK")
ABROAD = ("GB", "DE", "FR", "IT", "JP", "AU", "KR", "NL", "CH", "SE", "BE", "IN", "SG")
FEWEST, MOST = 7, 15  # digits; ITU-T E.164 has 15 at most
TAIL = re.compile(r"[ ,;]{0,2}(?:ext\.?|extension|x|#|转|轉|分机|分機).*", re.IGNORECASE | re.DOTALL)
LAST_GROUP = re.compile(r"[ .\-/]{0,2}\(?[0-9]+\)?$")
DATE = re.compile(
    r"(?:(?:19|20)[0-9]{2}([-./ ])[01]?[0-9]\1[0-3]?[0-9]|[0-3]?[0-9]([-./])[0-3]?[0-9]\2(?:19|20)?[0-9]{2}|(?:19|20)[0-9]{2}-(?:19|20)[0-9]{2})"
    r"(?:[ T][0-9]{1,2})?"
)


def phones(text: str, start: int, end: int) -> list[tuple[int, int, float]]:
    """Return the places in `text[start:end]`, folded, that are telephone numbers, with their scores."""
    found = []
    for shape, pattern in SHAPES.items():
        for match in pattern.finditer(text, start, end):
            judged = _judged(shape, text, *match.span())
            if judged is not None:
                found.append(judged)
    return found


def _judged(shape: str, text: str, start: int, end: int) -> tuple[int, int, float] | None:
    value = text[start:end]
    if shape in {"plus", "zeros", "code"}:
        return _international(shape, text, start, end)
    main = TAIL.sub("", value)
    digits = _digits(main)
    if not 6 <= len(digits) <= MOST or DATE.fullmatch(main):
        return None
    said = near(text, start, end, "phone")
    if said < 0:
        return None
    score = _score(shape, main, digits, said=said > 0)
    return (start, end, score) if score else None


def _score(shape: str, main: str, digits: str, *, said: bool) -> float:
    """Return how sure a national number is, 0 for none: by the plans of the regions that write it so."""
    grouped = not main.isdigit()
    if shape == "mobile":
        return 0.95 if said else 0.9 if valid(digits, "CN") else 0.0
    if shape == "service":
        return 0.9 if grouped or said else 0.0
    if shape == "american":
        plain = digits[-10:]
        return 0.9 if valid(plain, "US") else 0.8 if said or "(" in main else 0.0
    if shape in {"national", "closed", "bare"}:
        if any(valid(digits, region) for region in HOME):
            return 0.9 if grouped or said else 0.0
        if said:
            return 0.8
        return 0.7 if grouped and len(digits) >= 9 and any(valid(digits, region) for region in ABROAD) else 0.0
    return 0.6 if said and (grouped or len(digits) >= FEWEST) and len(digits) <= 13 else 0.0


def _international(shape: str, text: str, start: int, end: int) -> tuple[int, int, float] | None:
    """Take as many groups after a country's code as make a valid number, else as many as may be one."""
    value = text[start:end]
    tail = TAIL.search(value)
    main, extension = (value[: tail.start()], value[tail.start() :]) if tail else (value, "")
    if extension and text[end : end + 1].isdigit():
        extension = ""
    tries, at = [], main
    while len(_digits(at)) >= FEWEST:
        tries.append(at)
        at = LAST_GROUP.sub("", at)
    said = near(text, start, end, "phone")
    for at in tries:
        number = _digits(at)[2:] if shape == "zeros" or at.startswith("00") else _digits(at)
        follows = text[start + len(at) :][:1]
        if len(number) <= MOST and valid("+" + number, None) and not (follows.isdigit() or follows == "_"):
            return (start, start + len(at) + (len(extension) if at == main else 0), 0.96)
    if shape == "code" or not tries or said < 0:
        return None
    number = _digits(tries[0])
    longest = MOST + (2 if shape == "zeros" else 0)
    weak = not said and (shape == "zeros" or main.lstrip("(+").isdigit() and len(number) < 10)
    return None if len(number) > longest or weak or len(number) < 8 else (start, end, 0.7)


def _digits(value: str) -> str:
    return "".join(one for one in value if one.isdigit())


@lru_cache(maxsize=65_536)
def valid(digits: str, region: str | None) -> bool:
    """Say whether a numbering plan has such a number. With no region the digits begin with + and a country's code."""
    import phonenumbers

    try:
        return bool(phonenumbers.is_valid_number(phonenumbers.parse(digits, region)))
    except phonenumbers.NumberParseException:
        return False
