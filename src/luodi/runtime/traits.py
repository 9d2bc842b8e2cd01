"""What visitors have in common, and moments: a table of people and the circumstances of events, as numbered traits.

A trait is a value that enough people share, a range of a number, or a word. Nothing else of a table of people is kept,
so that no model, and no reason that is told, holds what would mean one of them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from luodi.contracts import record
from luodi.runtime.rows import Rows

Ints = NDArray[np.int32]
Cells = Mapping[str, Any]
"""Column to what it says."""
BETWEEN = "|"  # of the values in one cell
WORD = re.compile(r"[^\W\d_]+|\d+")
HAN = re.compile(r"[\u4e00-\u9fff]")
NOTHING = np.zeros(0, dtype=np.int32)


@record
class Column:
    """How a column is told in traits."""

    name: str
    by: Literal["values", "ranges", "words"]
    names: tuple[str, ...]
    """Of its traits, in the order of their numbers."""
    edges: tuple[float, ...] = ()
    """Of ranges: where each but the first begins."""

    def within(self, cell: Any) -> list[int]:
        """Return which of its traits a cell has; none for an empty cell, or a value that too few people share."""
        text = "" if cell is None else str(cell).strip()
        if self.by == "ranges":
            value = number(text)
            return [] if value is None else [int(np.searchsorted(self.edges, value, side="right"))]
        said = parts_of(text) if self.by == "values" else words_of(text)
        return [n for n, name in enumerate(self.names) if name in said]


class Traits:
    """The columns that say who comes, then those that say when and where; their traits are numbered in this order."""

    def __init__(self, about: Sequence[Column] = (), context: Sequence[Column] = ()) -> None:
        self.about, self.context = tuple(about), tuple(context)
        self.columns = (*self.about, *self.context)
        self.starts = np.concatenate([[0], np.cumsum([len(one.names) for one in self.columns])]).astype(np.int32)
        self.n_about = int(self.starts[len(self.about)])

    def __len__(self) -> int:
        return int(self.starts[-1])

    def column(self, trait: int) -> int:
        """Return the number of the column that a trait belongs to."""
        return int(np.searchsorted(self.starts, trait, side="right")) - 1

    def told(self, trait: int) -> tuple[str, str]:
        """Return the column and the value of a trait."""
        at = self.column(trait)
        return self.columns[at].name, self.columns[at].names[trait - int(self.starts[at])]

    def of(self, cells: Cells, *, context: bool = False) -> Ints:
        """Return the traits that cells have; columns that are not known say nothing."""
        first = len(self.about) if context else 0
        columns = self.context if context else self.about
        found = [
            int(self.starts[first + n]) + one
            for n, column in enumerate(columns)
            for one in column.within(cells.get(column.name))
        ]
        return np.array(found, dtype=np.int32)

    def visit(self, known: Ints, about: Cells, context: Cells) -> Ints:
        """Return the traits of a visit: what a table says of somebody, unless the visit says otherwise itself."""
        if about:
            kept = [n for n in known if self.columns[self.column(int(n))].name not in about]
            known = np.concatenate([np.array(kept, dtype=np.int32), self.of(about)])
        return np.concatenate([known, self.of(context, context=True)]) if context else known

    def as_json(self) -> dict[str, Any]:
        """Return what `made_of` reads."""
        return {"about": [asdict(one) for one in self.about], "context": [asdict(one) for one in self.context]}

    @classmethod
    def made_of(cls, found: Mapping[str, Any]) -> Self:
        """Read what `as_json` returned; of an older log or model, that there are none."""
        columns = (
            [
                Column(**one | {"names": tuple(one["names"]), "edges": tuple(one["edges"])})
                for one in found.get(part, ())
            ]
            for part in ("about", "context")
        )
        return cls(*columns)


NO_TRAITS = Traits()


def of_user(people: Rows | None, user: int) -> Ints:
    """Return the traits that a table gives a user; none for one that it does not know."""
    return people.row(user)[0] if people is not None and 0 <= user < len(people) else NOTHING


def parts_of(text: str) -> set[str]:
    """Return the values in a cell.

    >>> sorted(parts_of("tea | books"))
    ['books', 'tea']
    """
    return {one.strip() for one in text.split(BETWEEN) if one.strip()}


def words_of(text: str) -> set[str]:
    """Return the words of a short text; of Chinese, the pairs of characters.

    >>> sorted(words_of("Loves tea")), sorted(words_of("喜欢茶"))
    (['loves', 'tea'], ['喜欢', '欢茶'])
    """
    return set(_words(text))


def _words(text: str) -> Iterator[str]:
    for word in WORD.findall(text.lower()):
        if HAN.search(word):
            yield from (word[at : at + 2] for at in range(max(1, len(word) - 1)))
        else:
            yield word


def number(text: str) -> float | None:
    """Return a finite number, or `None`.

    >>> number("1,250"), number("north"), number("nan")
    (1250.0, None, None)
    """
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        return None
    return value if np.isfinite(value) else None
