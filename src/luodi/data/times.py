"""Points in time as people write them in tables, as seconds since 1970; what names no day is no time."""

import re
from datetime import UTC, datetime
from typing import Any

_DAY = re.compile(
    r"\s*(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
    r"(?:[T ,]*(\d{1,2})[:：时](\d{1,2})(?:[:：分](\d{1,2})(?:[.,](\d{1,9}))?)?\s*秒?)?\s*(Z|[+-]\d{2}:?\d{2})?\s*"
)
_TURNED = re.compile(r"\s*(\d{1,2})([/.])(\d{1,2})\2(\d{4})(.*)", re.DOTALL)
_NUMBER = re.compile(r"\s*(\d{9,10}|\d{13}|\d{16})(?:\.\d+)?\s*")
_SCALE = {9: 1, 10: 1, 13: 1_000, 16: 1_000_000}


def seconds_of(value: Any) -> float | None:
    """Return seconds since 1970-01-01 UTC, or `None` for what is no point in time.

    Read are ISO 8601, `2024/3/1 9:05`, `2024年3月1日`, `31.12.2024` and `12/31/2024` (a day beyond 12 decides which
    of the first two numbers is the month; else a point means day first and a slash month first), and epochs in
    seconds, milliseconds or microseconds. A time without a zone counts as UTC.

    >>> seconds_of("1970-01-02"), seconds_of("1970年1月1日 00:01"), seconds_of("1700000000000"), seconds_of("soon")
    (86400.0, 60.0, 1700000000.0, None)
    """
    text = str(value)
    if turned := _TURNED.fullmatch(text):
        first, point, second, year, rest = turned.groups()
        day_first = int(first) > 12 or (point == "." and int(second) <= 12)
        month, day = (second, first) if day_first else (first, second)
        text = f"{year}-{month}-{day}{rest}"
    if found := _DAY.fullmatch(text):
        return _of_parts(*found.groups())
    if found := _NUMBER.fullmatch(text):
        return float(text) / _SCALE[len(found[1])]
    return None


def _of_parts(
    year: str,
    month: str,
    day: str,
    hour: str | None,
    minute: str | None,
    second: str | None,
    part: str | None,
    zone: str | None,
) -> float | None:
    try:
        when = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=UTC)
    except ValueError:  # the 31st of February
        return None
    seconds = when.timestamp() + float(f"0.{part or 0}")
    if zone and zone != "Z":
        digits = zone[1:].replace(":", "")
        offset = 3_600 * int(digits[:2]) + 60 * int(digits[2:])
        seconds -= offset if zone[0] == "+" else -offset
    return seconds
