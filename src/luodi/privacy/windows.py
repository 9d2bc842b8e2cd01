"""The parts of a text in which enough digits stand close together to be a number of somebody's."""

import re
from collections.abc import Iterator

from luodi.contracts import record

LEFT = r"(?<![0-9A-Za-z_])(?<![0-9][-.:])"
RIGHT = r"(?![0-9A-Za-z_])(?![-.:][0-9])"
"""The borders of a number: no letter or digit beyond them, nor a mark that a digit follows."""

RUN = re.compile(r"[0-9]++")
AROUND, FEWEST = 12, 6  # characters beside a run of digits that a number may take; digits that it must have


@record
class Window:
    """Where to look, in characters of a text, and what is known about the place."""

    start: int
    end: int
    n_digits: int


def windows(text: str) -> Iterator[Window]:
    """Yield the windows of folded text, in order; they do not overlap."""
    start = end = n_digits = 0
    for run in RUN.finditer(text):
        if n_digits and run.start() - 2 * AROUND >= end:
            if n_digits >= FEWEST:
                yield Window(start=start, end=end + AROUND, n_digits=n_digits)
            n_digits = 0
        if not n_digits:
            start = max(0, run.start() - AROUND)
        end = run.end()
        n_digits += run.end() - run.start()
    if n_digits >= FEWEST:
        yield Window(start=start, end=min(end + AROUND, len(text)), n_digits=n_digits)


def goes_on(text: str, end: int) -> bool:
    """Say whether a letter, a digit or a low line follows."""
    after = text[end : end + 1]
    return after.isascii() and (after.isalnum() or after == "_")
