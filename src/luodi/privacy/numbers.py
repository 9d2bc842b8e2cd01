"""Numbers of persons, firms, cards and vehicles: a shape, a check, and a word beside it where both are weak."""

import re
from collections.abc import Callable, Collection, Iterable
from functools import partial
from typing import Protocol

from luodi.contracts import record
from luodi.privacy import checks
from luodi.privacy.context import near
from luodi.privacy.windows import LEFT, RIGHT, Window, goes_on


class Said(Protocol):
    """What the words around a candidate make of it: 1 the kind, -1 some thing, 0 nothing."""

    def __call__(self, kind: str = ...) -> int: ...


Judge = Callable[[str, Said], float]
"""Takes the candidate without separators, in capitals, and what was said; gives the score, 0 for no."""

GREEN = "ABCDEFGHJK"  # on plates of new-energy cars, first or last
SEPARATORS = str.maketrans("", "", " -·.()")


@record
class Shape:
    """One way to write a kind of number."""

    fewest: int
    """Digits."""
    words: tuple[str, ...]
    """Without one of these somewhere in the text, in small letters, it is not looked for."""
    pattern: re.Pattern[str]
    judge: Judge


def shape(pattern: str, judge: Judge, *, fewest: int, words: str = "") -> Shape:
    """Compile a shape between the borders of a number, in any case."""
    compiled = re.compile(f"{LEFT}(?:{pattern}){RIGHT}", re.IGNORECASE)
    return Shape(pattern=compiled, judge=judge, fewest=fewest, words=tuple(words.split()))


def _resident(code: str, said: Said) -> float:
    return 1.0 if checks.resident_id(code) else 0.0


def _old_resident(code: str, said: Said) -> float:
    if not checks.old_resident_id(code):
        return 0.0
    called = said()
    return 0.99 if called > 0 else 0.6 if called == 0 and said("bank_card") <= 0 else 0.0


def _bank_card(code: str, said: Said) -> float:
    if checks.bank_card(code):
        called = said()
        return 0.0 if called < 0 or (called == 0 and len(code) in {15, 18} and said("resident_id") > 0) else 0.98
    return 0.8 if checks.bank_card(code, spoken_of=True) and said() > 0 else 0.0


def _grouped_card(code: str, said: Said) -> float:
    return 0.98 if checks.bank_card(code) else _bank_card(code, said)


def _credit_code(code: str, said: Said) -> float:
    if not checks.social_credit_code(code):
        return 0.0
    sure = not code.isdigit() or code[0] == "9" or checks.organization_code(code[8:17]) or said() > 0
    return 0.97 if sure else 0.0  # of 18 digits that begin with 1 or 5, one in a hundred passes by chance


def _ssn(code: str, said: Said) -> float:
    return {1: 0.95, 0: 0.8, -1: 0.0}[said()] if checks.ssn(code) else 0.0


def _only_if_said(check: Callable[[str], bool], score: float) -> Judge:
    return lambda code, said: score if check(code) and said() > 0 else 0.0


def _unless_a_thing(check: Callable[[str], bool], score: float) -> Judge:
    return lambda code, said: score if check(code) and said() >= 0 else 0.0


def _has_digits(n: int) -> Callable[[str], bool]:
    return lambda code: sum(one.isdigit() for one in code) >= n


SHAPES: dict[str, tuple[Shape, ...]] = {
    "resident_id": (
        shape(
            r"[1-9][0-9]{5}[ \-]?(?:19|20)[0-9]{2}[ \-]?[01][0-9][ \-]?[0-3][0-9][ \-]?[0-9]{3}[ \-]?[0-9X]"
            r"|[1-9][0-9]{3}(?:[ \-][0-9]{4}){3}[ \-][0-9][0-9X]|[1-9][0-9]{2}(?:[ \-][0-9]{3}){4}[ \-][0-9]{2}[0-9X]",
            _resident,
            fewest=17,
        ),
        shape(r"[1-9][0-9]{5}[ \-]?[0-9]{6}[ \-]?[0-9]{3}", _old_resident, fewest=15),
    ),
    "social_credit_code": (
        shape(
            r"[1-9ANY][1-9][0-9]{6}[ \-]?[0-9A-HJ-NPQRTUWXY]{9}[ \-]?[0-9A-HJ-NPQRTUWXY]"
            r"|[1-9ANY][1-9][0-9]{2}[ \-][0-9]{4}(?:[ \-][0-9A-HJ-NPQRTUWXY]{4}){2}[ \-][0-9A-HJ-NPQRTUWXY]{2}"
            r"|[1-9ANY][1-9][ \-][0-9]{6}[ \-][0-9A-HJ-NPQRTUWXY]{9}[ \-]?[0-9A-HJ-NPQRTUWXY]",
            _credit_code,
            fewest=7,
        ),
    ),
    "bank_card": (
        shape(r"[0-9]{12,19}", _bank_card, fewest=12),
        shape(
            r"[0-9]{4}(?:(?P<gap>[ \-.]{1,2})[0-9]{4})(?:(?P=gap)[0-9]{4}){2}(?:(?P=gap)[0-9]{1,4})?"
            r"|[0-9]{4}[ \-.][0-9]{6}[ \-.][0-9]{4,5}|[0-9]{6}[ \-.][0-9]{7,13}"
            r"|[0-9]{6}[ \-.][0-9]{4}[ \-.][0-9]{4}[ \-.][0-9]{2,5}|[0-9]{4}[ \-.][0-9]{4}[ \-.][0-9]{5}"
            r"|[0-9]{4}[ \-.][0-9]{4}[ \-.][0-9]{4}[ \-.][0-9]{5,7}|[0-9]{5}(?:[ \-.][0-9]{5}){2}(?:[ \-.][0-9]{1,4})?",
            _grouped_card,
            fewest=13,
        ),
    ),
    "ssn": (
        shape(r"[0-9]{3}-[0-9]{2}-[0-9]{4}", _ssn, fewest=9),
        shape(
            r"[0-9]{3}([ .]?)[0-9]{2}\1[0-9]{4}",
            _only_if_said(checks.ssn, 0.9),
            fewest=9,
            words="ssn social itin tin 社保 社会安全",
        ),
    ),
    "tw_id": (shape(r"[A-Z][1289A-D][0-9]{8}", _unless_a_thing(checks.tw_id, 0.9), fewest=8),),
    "hk_id": (
        shape(r"[A-Z]{1,2} ?[0-9]{6} ?\([0-9A]\)", _unless_a_thing(checks.hk_id, 0.95), fewest=6),
        shape(r"[A-Z]{1,2}[0-9]{6}-?[0-9A]", _only_if_said(checks.hk_id, 0.8), fewest=6, words="id identity 身份 身分"),
    ),
    "passport": (
        shape(
            r"[A-Z]{1,2}[0-9]{6,9}|[0-9]{8,9}|[0-9]{2}[A-Z]{2}[0-9]{5}|[A-Z][0-9][A-Z0-9]{7}",
            _only_if_said(_has_digits(5), 0.9),
            fewest=5,
            words="passport 护照 護照",
        ),
    ),
    "travel_permit": (
        shape(
            r"[CWHMT][A-Z]? ?[0-9]{7,10}|[0-9]{8}(?:[0-9]{2})?",
            _only_if_said(_has_digits(7), 0.9),
            fewest=7,
            words="permit eep 通行 回乡 回鄉 台胞 臺胞",
        ),
    ),
}
PLATE = re.compile(
    r"(?:[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][ ]?[A-HJ-NP-Za-hj-np-z][ ·.\-]{0,3}+"
    r"(?:[A-HJ-NP-Z0-9]{6}|[A-HJ-NP-Z0-9]{5}|[A-HJ-NP-Z0-9]{4}[挂学警港澳领使])"
    r"|WJ[ ·]?[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][ ·]?[0-9]{4}[0-9A-Z])(?![A-Za-z0-9_])",
    re.IGNORECASE,
)
IBAN = re.compile(r"(?<![A-Za-z0-9_])[A-Za-z]{2}[0-9]{2}(?=[ \-]?[A-Za-z0-9]{4})")
IBAN_REST = re.compile(r"[ \-]?[A-Za-z0-9]")


def shapes_for(kinds: Collection[str], text: str) -> list[tuple[str, Shape]]:
    """Return the shapes worth looking for in a text: those that need no word, or whose word is there."""
    lowered = text.lower()
    return [
        (kind, one)
        for kind in kinds
        for one in SHAPES.get(kind, ())
        if not one.words or any(word in lowered for word in one.words)
    ]


def numbers(text: str, window: Window, shapes: Iterable[tuple[str, Shape]]) -> list[tuple[str, int, int, float]]:
    """Return kind, start, end and score of what has one of the shapes in a window of folded text."""
    found = []
    for kind, one in shapes:
        if window.n_digits < one.fewest:
            continue
        for match in one.pattern.finditer(text, window.start, window.end):
            if goes_on(text, match.end()):
                continue  # the window ends here, the number does not
            code = match[0].translate(SEPARATORS).upper()
            score = one.judge(code, partial(_said, text, *match.span(), kind))
            if score:
                found.append((kind, *match.span(), score))
    return found


def _said(text: str, start: int, end: int, own: str, kind: str = "") -> int:
    return near(text, start, end, kind or own)


def plates(text: str) -> list[tuple[int, int, float]]:
    """Return the places of Chinese license plates in folded text."""
    found = []
    for match in PLATE.finditer(text):
        said = near(text, *match.span(), "plate")
        score = _plate(match[0].translate(SEPARATORS).upper(), said=said, plain=match[0].isupper())
        if score:
            found.append((*match.span(), score))
    return found


def _plate(code: str, *, said: int, plain: bool) -> float:
    """Accept five places after the two that name the region, six for new-energy cars. Source: GA 36-2018."""
    body = code[2:] if code[:2] != "WJ" else code[3:]
    n_letters = sum(one.isalpha() and one.isascii() for one in body)
    usual = len(body) == 5 and n_letters <= 2
    first, last = body[0] in GREEN, body[-1] in GREEN
    green = len(body) == 6 and ((first and body[2:].isdigit()) or (last and body[:5].isdigit()))
    if not (usual or green) or not (plain or said > 0):
        return 0.0
    return {1: 0.95, 0: 0.85, -1: 0.0}[said]


def ibans(text: str) -> list[tuple[int, int, float]]:
    """Return the places of international account numbers in folded text: as long as the country says, mod 97."""
    found = []
    for match in IBAN.finditer(text):
        length = checks.IBAN_LENGTHS.get(match[0][:2].upper(), 0)
        end, n = match.end(), 4
        while n < length and (rest := IBAN_REST.match(text, end)):
            end, n = rest.end(), n + 1
        after = text[end : end + 1]
        code = text[match.start() : end].translate(SEPARATORS).upper()
        if n == length and not (after.isascii() and after.isalnum()) and checks.iban(code):
            found.append((match.start(), end, 1.0))
    return found
