"""Numbers and dates in a text, in English and Chinese, as values that can be compared: 1.13bn and 1,130 million."""

import hashlib
import math
import re
from collections.abc import Iterator
from typing import NamedTuple

ROUNDED = 0.5000001
"""A number may be a rounding of another one: it lies within half a unit of its last digit."""
_CURRENCIES = {
    "$": "$", "us$": "$", "usd": "$", "dollar": "$", "dollars": "$", "美元": "$", "£": "£", "gbp": "£", "pound": "£",
    "pounds": "£", "英镑": "£", "€": "€", "eur": "€", "euro": "€", "euros": "€", "欧元": "€", "¥": "¥", "￥": "¥",
    "rmb": "¥", "cny": "¥", "yuan": "¥", "元": "¥", "块": "¥", "人民币": "¥", "yen": "yen", "日元": "yen",
    "港元": "hkd", "hk$": "hkd",
}  # fmt: skip
_PERCENT = frozenset(("%", "％", "per cent", "percent", "pct", "percentage points", "percentage point", "个百分点"))
_SCALES = {
    "hundred": 1e2, "thousand": 1e3, "k": 1e3, "million": 1e6, "mn": 1e6, "m": 1e6, "billion": 1e9, "bn": 1e9,
    "trillion": 1e12, "tn": 1e12, "百": 1e2, "千": 1e3, "万": 1e4, "萬": 1e4, "百万": 1e6, "千万": 1e7, "亿": 1e8,
    "億": 1e8, "万亿": 1e12, "千亿": 1e11, "百亿": 1e10, "十亿": 1e9,
}  # fmt: skip
_SMALL = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
    "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18,
    "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90, "dozen": 12,
}  # fmt: skip
_ORDINALS = {
    word: n + 1
    for n, word in enumerate("first second third fourth fifth sixth seventh eighth ninth tenth".split())  # noqa: SIM905
}
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
           "november", "december")  # fmt: skip
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DIGITS = {char: n for n, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2}
_UNITS = {"十": 10, "百": 100, "千": 1_000, "万": 10_000, "萬": 10_000, "亿": 10**8, "億": 10**8}
_NOT_NUMBERS = frozenset(
    (
        "万一",
        "十分",
        "千万",
        "一一",
        "五一",
        "三亚",
        "四川",
        "九江",
        "万科",
        "千古",
        "万分",
        "百度",
        "百姓",
        "百科",
        "三星",
    )
)

_MONTH = r"(?:Jan(?:uary)?|Feb(?:ruary)?|March|Mar|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"  # noqa: E501
_NUMERAL = "零〇一二两兩三四五六七八九十百千万萬亿億"
_DATES = re.compile(
    rf"(?P<iso>\b(?:19|20)\d\d[-/.]\d{{1,2}}[-/.]\d{{1,2}}\b)"
    rf"|\b(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<m1>{_MONTH})(?:,? (?P<y1>(?:19|20)\d\d)\b)?"
    rf"|\b(?P<m2>{_MONTH}) (?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\b(?!,\d|\.\d|%)(?:,? (?P<y2>(?:19|20)\d\d)\b)?"
    rf"|\b(?P<m3>{_MONTH}),? (?P<y3>(?:19|20)\d\d)\b"
    rf"|(?P<m4>\b(?:January|February|April|June|July|August|September|October|November|December)\b)"
    rf"|\b(?:in|of|last|next|by|to|since|for|from|until|early|late|this) (?P<m5>March|May)\b"
    rf"|(?P<zh>(?=[\d{_NUMERAL}]{{1,4}} ?[年月])"
    rf"(?:(?P<zy>(?:19|20)\d\d|(?<!\d)\d\d(?= ?年 ?\d)|[一二][零〇一二三四五六七八九]{{3}}) ?年度?)?"
    rf"(?:(?P<zm>\d{{1,2}}|十[一二]?|[一二三四五六七八九]) ?月份?"
    rf"(?:(?P<zd>\d{{1,2}}|[一二三]?十?[一二三四五六七八九]?) ?[日号])?)?)"
    rf"|\b(?P<dm>\d{{1,2}})/(?P<md>\d{{1,2}})/(?P<y5>(?:19|20)?\d\d)\b"
    r"|\b(?P<day>Mondays?|Tuesdays?|Wednesdays?|Thursdays?|Fridays?|Saturdays?|Sundays?)\b"
    r"|(?:星期|周|礼拜)(?P<zday>[一二三四五六日天])(?![年期])"
    r"|\b(?P<decade>(?:19|20)?\d0)s\b"
)
_CURRENCY = r"(?:(?:US|HK|A|C|NZ|S)?\$|[£€¥￥]|\b(?:USD|EUR|GBP|RMB|CNY) ?)"
_SCALE = (
    r"万亿|百万|千万|千亿|百亿|十亿|[百千万萬亿億]|[ -]?(?:hundred|thousand|million|billion|trillion)\b"
    r"|(?:bn|mn|tn|m|k)\b"
)
_UNIT = (
    r" ?(?:%|％|per ?cent\b|percent\b|pct\b|percentage points?\b|个百分点|美元|英镑|欧元|日元|港元|人民币|元|块|"
    r"US dollars?\b|dollars?\b|pounds?\b|euros?\b|yuan\b|yen\b)"
)
_NUMBERS = re.compile(
    rf"(?P<cur>{_CURRENCY})?(?P<minus>(?<![\w.])[-−](?=\d))?(?P<num>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)*)"
    rf"(?P<scale> ?(?:{_SCALE}))?(?P<unit>{_UNIT})?(?P<rest>(?:st|nd|rd|th)\b|[A-Za-z]+\b)?"
)
_WORDS = re.compile(
    rf"\b(?P<words>(?:(?:{'|'.join(_SMALL)}|one|a|hundred|thousand|million|billion|trillion|and)[ -])*"
    rf"(?:{'|'.join(_SMALL)}|hundred|thousand|million|billion|trillion)s?)\b(?P<unit>{_UNIT})?"
    rf"|\b(?P<ordinal>{'|'.join(_ORDINALS)})\b",
    re.IGNORECASE,
)
_CHINESE = re.compile(
    rf"(?P<pct>百分之)(?P<p>\d+(?:\.\d+)?|[{_NUMERAL}点]+)"
    rf"|(?P<tenths>[{_NUMERAL[2:11]}])成(?![为立功员果长都绩本交])"
    rf"|(?P<num>[{_NUMERAL}]{{2,}}(?:点[{_NUMERAL[:11]}]+)?|[二两三四五六七八九十](?=[个名人年天次家条项元块位台件倍周岁部场辆张座所成月日号点分秒层米]))(?P<unit>{_UNIT})?"
)


class Quantity(NamedTuple):
    """A number or a date, and where it stands."""

    kind: str
    """`number` or `date`."""
    text: str
    start: int
    end: int
    values: tuple[float, ...] = ()
    """What a number may mean: 5m is five million, or five metres."""
    unit: str = ""
    """`%`, a currency, `th` of an order, or nothing."""
    step: float = 0.0
    """The worth of its last digit, as a share of it: what it may have been rounded to; 0 where it was not."""
    parts: tuple[tuple[str, int], ...] = ()
    """Of a date: year, month, day, weekday."""


def quantities(text: str) -> list[Quantity]:
    """Return the numbers and dates of a text, in order.

    >>> [(one.kind, one.values or one.parts, one.unit) for one in quantities("5 per cent, $1.13bn, 2 May")]
    [('number', (5.0,), '%'), ('number', (1130000000.0,), '$'), ('date', (('month', 5), ('day', 2)), '')]
    >>> [(one.text, one.values) for one in quantities("三百二十亿元，twenty-five")]
    [('三百二十亿元', (32000000000.0,)), ('twenty-five', (25.0,))]
    """
    made, taken = list[Quantity](), [False] * len(text)
    for find in (_dates, _chinese, _numbers, _words):
        for one in find(text):
            if not any(taken[one.start : one.end]):
                made.append(one)
                taken[one.start : one.end] = [True] * (one.end - one.start)
    return sorted(made, key=lambda one: one.start)


def agree(claim: Quantity, source: Quantity, *, rounds: bool = True) -> bool:
    """Say whether a number or date is another one, written otherwise or, if it `rounds`, rounded.

    >>> a, b, c = quantities("1,132 million, 1.13bn, 1.14bn")
    >>> agree(b, a), agree(c, a)
    (True, False)
    """
    if claim.kind != source.kind:
        return False
    if claim.kind == "date":
        known = dict(source.parts)
        return all(known.get(name) == value for name, value in claim.parts)
    if claim.unit != source.unit and "" not in {claim.unit, source.unit}:
        return False
    if claim.unit != source.unit and {"%", "th"} & {claim.unit, source.unit}:
        return False
    room = ROUNDED * claim.step if rounds and claim.step > source.step else 1e-9
    return any(abs(a - b) <= room * abs(a) for a in claim.values for b in source.values)


def _dates(text: str) -> Iterator[Quantity]:
    for found in _DATES.finditer(text):
        parts = _parts(found)
        if parts:
            yield Quantity("date", found[0], *found.span(), parts=parts)


def _parts(found: re.Match[str]) -> tuple[tuple[str, int], ...]:
    """Return what a match says of year, month, day and weekday."""
    got = {name: value for name, value in found.groupdict().items() if value}
    if "iso" in got:
        year, month, day = re.split(r"[-/.]", got["iso"])
        return _checked(year, month, day)
    if "dm" in got:
        first, second = int(got["dm"]), int(got["md"])
        return _checked(got["y5"], second, first) if second <= 12 else _checked(got["y5"], first, second)
    if "day" in got:
        return (("weekday", _DAYS.index(got["day"].lower().removesuffix("s"))),)
    if "zday" in got:
        return (("weekday", "一二三四五六日".find(got["zday"].replace("天", "日"))),)
    if "decade" in got:
        return (("decade", _year(got["decade"])),)
    if "zh" in got:
        day = got.get("zd")
        return _checked(got.get("zy"), _small(got["zm"]) if "zm" in got else None, _small(day) if day else None)
    name = next((got[one] for one in ("m1", "m2", "m3", "m4", "m5") if one in got), "")
    if not name:
        return ()
    month = 1 + next(n for n, one in enumerate(_MONTHS) if one.startswith(name.lower().rstrip(".")[:3]))
    year, day = got.get("y1") or got.get("y2") or got.get("y3"), got.get("d1") or got.get("d2")
    return _checked(year, month, day)


def _checked(year: object, month: object, day: object) -> tuple[tuple[str, int], ...]:
    made = []
    if year is not None:
        made.append(("year", _year(str(year))))
    if month is not None:
        made.append(("month", int(str(month))))
    if day is not None and int(str(day)):
        made.append(("day", int(str(day))))  # a day that no month has is no day of the source's either
    return tuple(made)


def _year(text: str) -> int:
    if not text.isascii():
        return int("".join(str(_DIGITS[char]) for char in text))
    return int(text) if len(text) > 2 else int(text) + (2000 if int(text) < 50 else 1900)


def _small(text: str) -> int:
    return int(text) if text.isascii() else int(chinese_value(text) or 0)


def _numbers(text: str) -> Iterator[Quantity]:
    for found in _NUMBERS.finditer(text):
        start, end = found.span()
        before = text[start - 1] if start else " "
        rest = found["rest"] or ""
        joined = before.isalnum() and before.isascii()
        if joined or (rest and rest not in {"st", "nd", "rd", "th"}) or found["num"].count(".") > 1:
            while start > 0 and text[start - 1].isascii() and text[start - 1].isalnum():
                start -= 1
            yield Quantity("number", text[start:end], start, end, values=(_code(text[start:end]),), unit="code")
            continue
        digits = found["num"].replace(",", "")
        value, unit = float(digits), _unit(found["cur"], found["unit"])
        if rest:
            yield Quantity("number", found[0], start, end, values=(value,), unit="th")
            continue
        scale = (found["scale"] or "").strip(" -").lower()
        factor = _SCALES.get(scale, 1.0)
        values = (value * factor,) if scale not in {"m", "k"} or found["cur"] else (value * factor, value)
        step = _step(digits, rounds=bool(scale))
        yield Quantity("number", found[0].strip(), start, end, values=values, unit=unit, step=step)


def _code(text: str) -> float:
    """Return a number that stands for a name with digits in it, as A380 or 3G, in any case."""
    return float(int.from_bytes(hashlib.blake2b(text.lower().encode(), digest_size=6).digest(), "big"))


def _unit(currency: str | None, unit: str | None) -> str:
    word = (unit or "").strip().lower()
    if word in _PERCENT:
        return "%"
    return _CURRENCIES.get(word.removeprefix("us ")) or _CURRENCIES.get((currency or "").strip().lower(), "")


def _step(digits: str, *, rounds: bool) -> float:
    """Return the worth of the last digit as a share; of whole numbers only zeros at the end tell of rounding.

    Two digits at least are taken as meant: 600m may stand for 604m, and not for 639m; and 2000 may be a year.
    """
    whole, _, part = digits.partition(".")
    value, zeros = float(digits), len(whole) - len(whole.rstrip("0"))
    if not value or not (part or rounds or (zeros >= 2 and value >= 10_000)):
        return 0.0
    step = 10.0 ** (-len(part) or zeros)
    return min(step, 10.0 ** math.floor(math.log10(value / 10))) / value


def _words(text: str) -> Iterator[Quantity]:
    for found in _WORDS.finditer(text):
        if found["ordinal"]:
            value = float(_ORDINALS[found["ordinal"].lower()])
            yield Quantity("number", found[0], *found.span(), values=(value,), unit="th")
        elif (number := english_value(found["words"])) is not None:
            yield Quantity("number", found[0], *found.span(), values=(number,), unit=_unit(None, found["unit"]))


def english_value(words: str) -> float | None:
    """Return the number that words name, or `None`.

    >>> english_value("two hundred and fifty thousand"), english_value("a dozen"), english_value("millions")
    (250000.0, 12.0, None)
    """
    total = part = 0.0
    for word in re.split(r"[ -]", words.lower()):
        if word in {"and", ""}:
            continue
        if word in {"a", "one"}:
            part += 1
        elif word == "dozen":
            part = max(1.0, part) * 12
        elif word in _SMALL:
            part += _SMALL[word]
        elif word == "hundred":
            part = max(1.0, part) * 100
        elif word in _SCALES:
            if not part:
                return None
            total, part = total + part * _SCALES[word], 0.0
        else:
            return None
    return total + part or None


def _chinese(text: str) -> Iterator[Quantity]:
    for found in _CHINESE.finditer(text):
        start, end = found.span()
        if found["pct"]:
            value = float(found["p"]) if found["p"][0].isascii() else chinese_value(found["p"])
            unit = "%"
        elif found["tenths"]:
            value, unit = 10.0 * (chinese_value(found["tenths"]) or 0), "%"
        else:
            behind_digit = start > 0 and text[start - 1].isdigit()
            if behind_digit or text[start : start + 2] in _NOT_NUMBERS:
                continue
            value, unit = chinese_value(found["num"]), _unit(None, found["unit"])
            if start and text[start - 1] == "第":
                unit = "th"
        if value is not None:
            yield Quantity("number", found[0], start, end, values=(value,), unit=unit)


def chinese_value(text: str) -> float | None:
    """Return the number that Chinese numerals name, or `None`.

    >>> chinese_value("三百二十亿"), chinese_value("两万五千"), chinese_value("一点五"), chinese_value("二〇二六")
    (32000000000.0, 25000.0, 1.5, 2026.0)
    """
    whole, _, part = text.partition("点")
    if part:
        digits = [_DIGITS[char] for char in part if char in _DIGITS]
        scale = _UNITS.get(part[-1], 1)
        value = (chinese_value(whole) or 0.0) + float("0." + ("".join(map(str, digits)) or "0"))
        return value * scale
    if whole and all(char in _DIGITS for char in whole):
        return float("".join(str(_DIGITS[char]) for char in whole))
    total = section = digit = 0.0
    for char in whole:
        if char in _DIGITS:
            digit = float(_DIGITS[char])
        elif char in "万萬亿億":
            section += digit
            if not section and not total:
                return None
            total = (total + section) * _UNITS[char] if char in "亿億" and total else total + section * _UNITS[char]
            section = digit = 0.0
        elif char in _UNITS:
            section += (digit or 1.0) * _UNITS[char]
            digit = 0.0
        else:
            return None
    return total + section + digit
