"""Numbers as people read them. What is missing or not a number is a dash, never a crash."""

import math
from typing import Any

from luodi import text

DASH = "–"
NO_BREAK = "\u00a0"


def number(value: Any) -> float | None:
    """Return a finite number, or `None` for everything else.

    >>> number(3), number(True), number(float("nan")), number("3")
    (3.0, None, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def quality(value: Any) -> str:
    """Write a metric between 0 and 1.

    >>> quality(0.84219), quality(None)
    ('0.842', '–')
    """
    found = number(value)
    return DASH if found is None else f"{found:.3f}".replace("-", "−")


def gain(value: Any) -> str:
    """Write a difference with its sign.

    >>> gain(0.031), gain(-0.002), gain(0)
    ('+0.031', '−0.002', '0.000')
    """
    found = number(value)
    if found is None:
        return DASH
    return f"{found:+.3f}".replace("-", "−") if round(found, 3) else "0.000"


def points(value: Any, digits: int = 2) -> str:
    """Write a change of a share in hundredths, with its sign.

    >>> points(-0.001), points(0.0), points(0.0123, 1)
    ('−0.10', '0.00', '+1.2')
    """
    found = number(value)
    if found is None:
        return DASH
    found *= 100
    return f"{found:+.{digits}f}".replace("-", "−") if round(found, digits) else f"{0:.{digits}f}"


def interval(low: Any, high: Any, write: Any = quality) -> str:
    """Write an interval, or nothing where an end is missing.

    >>> interval(0.81, 0.86), interval(None, 0.9)
    ('0.810–0.860', '')
    """
    if number(low) is None or number(high) is None:
        return ""
    return f"{write(low)}–{write(high)}" if write is quality else f"{write(low)} … {write(high)}"


def percent(value: Any, digits: int = 0) -> str:
    """Write a share; one that is nearly nothing or nearly all does not become nothing or all.

    >>> percent(0.834), percent(0.9996, 1)
    ('83%', '99.9%')
    """
    found = number(value)
    if found is None:
        return DASH
    least = 10.0**-digits
    shown = 100 * found
    if 0 < found < 1:
        shown = min(max(shown, least), 100 - least)
    return f"{shown:.{digits}f}%"


def count(value: Any) -> str:
    """Write a whole number.

    >>> count(13990), count(None)
    ('13,990', '–')
    """
    found = number(value)
    return DASH if found is None else f"{found:,.0f}"


def short(value: Any) -> str:
    """Write a quantity with three digits, or two when it is below 1."""
    found = number(value)
    return DASH if found is None else text.short(found)


def dollars(value: Any) -> str:
    """Write a price.

    >>> dollars(0.00213)
    '$0.0021'
    """
    found = number(value)
    return DASH if found is None else f"${short(found)}"


def bytes_(value: Any) -> str:
    """Write a file's size.

    >>> bytes_(2_345_678).replace(NO_BREAK, " "), bytes_(900).replace(NO_BREAK, " ")
    ('2.35 MB', '900 B')
    """
    found = number(value)
    if found is None:
        return DASH
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if found >= size:
            return f"{short(found / size)}{NO_BREAK}{unit}"
    return f"{found:.0f}{NO_BREAK}B"


def of_metric(name: str, value: Any) -> str:
    """Write a value with the unit that its metric's name ends in.

    >>> of_metric("cost.p95_ms", 12.34).replace(NO_BREAK, " "), of_metric("classification.macro_f1", 0.8)
    ('12.3 ms', '0.800')
    """
    found = number(value)
    if found is None:
        return DASH
    if "usd" in name:
        return dollars(value)
    for ending, unit in (("_ms", "ms"), ("_mb", "MB"), ("_s", "s")):
        if name.endswith(ending):
            shown = "<0.01" if 0 < found < 0.01 else short(found)
            return f"{shown}{NO_BREAK}{unit}"
    return short(value) if name.startswith("cost.") else quality(value)
