"""What a section is made of: pictures, tables, facts, commands, mistakes. The template knows how each one looks."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from luodi.contracts import record
from luodi.report.numbers import number
from luodi.report.words import Say, metric_name, speaker
from luodi.text import shorten

MAX_ROWS = 200  # of a table: with both languages in one file, more would make the page heavy; facts hold the rest
MAX_LABEL = 90


@record
class Column:
    """One column of a table."""

    name: str
    kind: str = ""
    """`num`: numbers, to the right. `user`: the user's own words. `mini`: a small picture. `status`: met or not."""


@record
class Table:
    """Rows of ready cells; the first cell of a row names it."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    heading: str = ""
    note: str = ""
    first: int = MAX_ROWS
    """So many rows are shown at once, the rest on demand."""
    total: int = 0
    """How many rows there were before `cut`; 0 where none was left out."""
    kind: str = "table"


@record
class Figure:
    """A picture, what it shows, and the numbers behind it."""

    picture: Markup
    caption: str = ""
    heading: str = ""
    numbers: Table | None = None
    kind: str = "figure"


@record
class Pairs:
    """Names and values."""

    pairs: Sequence[tuple[str, str]]
    heading: str = ""
    kind: str = "pairs"


@record
class Commands:
    """What to type, and what for."""

    commands: Sequence[tuple[str, str]]
    kind: str = "commands"


@record
class Matrix:
    """Truth by answer; each row is a label and its (count, shade from 0 to 9) cells."""

    corner: str
    labels: Sequence[str]
    rows: Sequence[tuple[str, Sequence[tuple[str, int]]]]
    kind: str = "matrix"


@record
class Mistake:
    """A text that was answered wrongly."""

    text: str
    gold: str
    predicted: str
    score: str
    where: str


@record
class Mistakes:
    """Texts that were answered wrongly."""

    mistakes: Sequence[Mistake]
    names: tuple[str, str] = ("", "")
    """What the two labels are called, where not truth and answer."""
    first: int = 8
    kind: str = "mistakes"


Block = Table | Figure | Pairs | Commands | Matrix | Mistakes


@record
class Section:
    """One part of the page."""

    name: str
    """Stands in its address and, with the same key, in the words."""
    title: str
    lead: str = ""
    note: str = ""
    blocks: Sequence[Block] = ()


@record
class View:
    """What a section may look at: everything that was gathered, and one language to say it in."""

    about: Mapping[str, Any]
    language: str

    @property
    def say(self) -> Say:
        return speaker(self.language)

    def metric(self, name: str) -> str:
        return metric_name(name, self.language)

    def facts(self, step: str) -> Mapping[str, Any]:
        """Return a step's facts; empty where the step did not run."""
        return mapping(mapping(mapping(self.about.get("steps")).get(step)).get("facts"))

    def measured(self, step: str) -> Mapping[str, Any]:
        """Return a step's measurements; empty where the step did not run."""
        return mapping(mapping(mapping(self.about.get("steps")).get(step)).get("measured"))

    def verdict(self) -> Mapping[str, Any]:
        return mapping(self.about.get("verdict"))

    def decides(self) -> str:
        """Return the name of the metric that decides; empty where nothing was measured."""
        chosen = self.facts("select").get("metric")
        return str(chosen or next(iter(mapping(self.facts("evaluate").get("metrics"))), ""))

    def asked(self, metric: str) -> float | None:
        """Return the target of a metric."""
        checks = sequence(self.verdict().get("checks"))
        return next((number(one.get("asked")) for one in checks if one.get("metric") == metric), None)


def mapping(value: Any) -> Mapping[str, Any]:
    """Return a mapping; empty for anything else, as for what an earlier version did not write."""
    return value if isinstance(value, Mapping) else {}


def sequence(value: Any) -> Sequence[Any]:
    """Return a sequence; empty for anything else."""
    return value if isinstance(value, list | tuple) else ()


def numbers_of(value: Any) -> list[tuple[float, ...]]:
    """Return the rows of numbers of a list of lists, without the rows that are not.

    >>> numbers_of([[1, 0.5], [2, None], "x"])
    [(1.0, 0.5)]
    """
    rows = [tuple(number(cell) for cell in sequence(row)) for row in sequence(value)]
    return [tuple(cell for cell in row if cell is not None) for row in rows if row and None not in row]


def name_of(value: Any) -> str:
    """Put a label, or several, into words.

    >>> name_of("billing"), name_of(["a", "b"]), name_of([])
    ('billing', 'a, b', '∅')
    """
    text = ", ".join(str(one) for one in value) if isinstance(value, list | tuple) else str(value)
    return shorten(text, MAX_LABEL) or "∅"


def thin(points: Sequence[tuple[float, ...]], most: int = 240) -> list[tuple[float, ...]]:
    """Leave out points that a picture could not show; the first and the last stay.

    >>> len(thin([(n, n) for n in range(10_000)]))
    240
    """
    if len(points) <= most:
        return list(points)
    return [points[round(n * (len(points) - 1) / (most - 1))] for n in range(most)]
