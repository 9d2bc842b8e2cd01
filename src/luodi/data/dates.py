"""Dates in a column: many ways to write them, down to the second, and how many rows fell into each period."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

SHORTEST, LONGEST = 6, 40
FIRST_YEAR, LAST_YEAR = 1950, 2100
YEAR_FIRST = re.compile(
    r"(\d{4})(?:[-/年](\d{1,2})月?|[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[T ,]+\d{1,2}[:时点]\d{1,2}(?:[:分]\d{1,2}\S*)?(?: ?\S{1,9})?)?)"
)
YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?:[T ,]+\d{1,2}:\d{2}(?::\d{2}\S*)?(?: ?[AaPp][Mm])?)?")
NAMED = re.compile(
    r"(?:[A-Z][a-z]{2,8},? )?(\d{1,2})(?:[a-z]{2})?[ -]([A-Za-z]{3,9})\.?[ -](\d{4})\b.*"
    r"|(?:[A-Z][a-z]{2,8},? )?([A-Za-z]{3,9})\.? (\d{1,2})(?:[a-z]{2})?,? (\d{4})\b.*"
)
COMPACT = re.compile(r"(?:19|20)\d{6}")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
TIME = re.compile(
    r"\D(\d{1,2})[:时点](\d{1,2})(?:[:分](\d{1,2})(?:[.,](\d{1,9}))?)?秒?(?: ?([AaPp])[Mm])?(?: ?(Z|[+-]\d{2}:?\d{2}))?"
)
"""A time of day behind a date, with its zone."""
EPOCH = re.compile(r"1[0-9]{9}(?:\.\d+|\d{3})?")
"""Seconds or milliseconds since 1970, from 2001 to 2033."""


def parse(text: str, *, day_first: bool = True) -> date | None:
    """Return the day that a text names, or `None`. `day_first` decides 03/04/2026.

    >>> [str(parse(one)) for one in ("2026-01-05T10:00:00Z", "5.1.2026", "2026年1月5日", "Jan 5, 2026", "1767571200")]
    ['2026-01-05', '2026-01-05', '2026-01-05', '2026-01-05', '2026-01-05']
    >>> parse("12.50"), parse("hello"), parse("2026-13-40")
    (None, None, None)
    """
    bare = text.strip()
    if not SHORTEST <= len(bare) <= LONGEST or not any(map(str.isdigit, bare[-4:] + bare[:4])):
        return None
    if found := YEAR_FIRST.fullmatch(bare):
        return _day(int(found[1]), int(found[2] or found[3]), int(found[4] or 1))
    if found := YEAR_LAST.fullmatch(bare):
        first, second = int(found[1]), int(found[3])
        day, month = (first, second) if (day_first and second <= 12) or first > 12 else (second, first)
        return _day(int(found[4]), month, day)
    if COMPACT.fullmatch(bare):
        return _day(int(bare[:4]), int(bare[4:6]), int(bare[6:]))
    if EPOCH.fullmatch(bare):
        seconds = float(bare) / (1_000 if len(bare.split(".")[0]) == 13 else 1)
        return datetime.fromtimestamp(seconds, UTC).date()
    return _named(bare)


def seconds_of(text: str, *, day_first: bool = True) -> float | None:
    """Return the seconds from 1970-01-01 UTC to the time that a text names, or `None`. Without a zone it counts as UTC.

    >>> seconds_of("1970-01-02"), seconds_of("1970年1月1日 00:01"), seconds_of("1700000000000"), seconds_of("soon")
    (86400.0, 60.0, 1700000000.0, None)
    >>> seconds_of("2.1.1970 1:00 PM") == seconds_of("1970-01-02T14:00:00+01:00") == 86400 + 13 * 3600
    True
    """
    bare = text.strip()
    if EPOCH.fullmatch(bare):
        return float(bare) / (1_000 if len(bare.split(".")[0]) == 13 else 1)
    day = parse(bare, day_first=day_first)
    if day is None:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() + _within_day(bare)


def _within_day(text: str) -> float:
    found = TIME.search(text)
    if found is None:
        return 0.0
    hour, minute, second, part, half, zone = found.groups()
    hours = int(hour) % 12 + 12 * (half in "Pp") if half else int(hour)
    seconds = 3_600 * hours + 60 * int(minute) + int(second or 0) + float(f"0.{part or 0}")
    if zone and zone != "Z":
        digits = zone[1:].replace(":", "")
        offset = 3_600 * int(digits[:2]) + 60 * int(digits[2:])
        seconds -= offset if zone[0] == "+" else -offset
    return seconds


def _named(text: str) -> date | None:
    found = NAMED.fullmatch(text)
    if not found:
        return None
    day, month, year = (found[1], found[2], found[3]) if found[1] else (found[5], found[4], found[6])
    name = month[:3].lower()
    return _day(int(year), MONTHS.index(name) + 1, int(day)) if name in MONTHS else None


def _day(year: int, month: int, day: int) -> date | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def day_first(values: Sequence[str]) -> bool | None:
    """Say whether 03/04/2026 is in April; `None` where no value tells, or values contradict each other.

    >>> day_first(["13/04/2026", "03/04/2026"]), day_first(["04/13/2026"]), day_first(["03/04/2026"])
    (True, False, None)
    """
    pairs = [(int(found[1]), int(found[3])) for found in map(YEAR_LAST.fullmatch, map(str.strip, values)) if found]
    if not pairs:
        return True
    first, second = any(one > 12 for one, _ in pairs), any(one > 12 for _, one in pairs)
    return first if first != second else None


def parse_all(values: Sequence[str]) -> list[date | None]:
    """Return the day of each value, with one order of day and month for all."""
    order = day_first(values) is not False
    return [parse(one, day_first=order) for one in values]


def span(values: Sequence[str]) -> dict[str, Any]:
    """Return the first and the last day, the rows of each period, and whether the order of day and month is open."""
    days = sorted(one for one in parse_all(values) if one is not None)
    if not days:
        return {}
    unit = unit_for(days[0], days[-1])
    counts = Counter(period(one, unit) for one in days)
    return {
        "first": days[0].isoformat(),
        "last": days[-1].isoformat(),
        "unit": unit,
        "periods": sorted(counts.items()),
        "ambiguous": day_first(values) is None,
    }


def unit_for(first: date, last: date) -> str:
    """Return the unit that cuts a stretch of time into a picture's worth of periods.

    >>> unit_for(date(2026, 1, 1), date(2026, 1, 20)), unit_for(date(2026, 1, 1), date(2026, 12, 1))
    ('day', 'month')
    """
    n_days = (last - first).days
    return "day" if n_days <= 31 else "month" if n_days <= 3 * 366 else "year"


def period(day: date, unit: str) -> str:
    """Name the period of a day.

    >>> period(date(2026, 3, 4), "month")
    '2026-03'
    """
    return day.isoformat()[: {"day": 10, "month": 7, "year": 4}[unit]]
