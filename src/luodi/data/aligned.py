"""Two text files as one table: line n of one is the translation of line n of the other.

A name with two endings in braces means both: `data/train.{zh,en}` is `data/train.zh` beside `data/train.en`, a table
with the columns `zh` and `en`.
"""

import re
from collections.abc import Iterator
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import Any

from luodi.contracts import Reject
from luodi.data import encoding as encodings
from luodi.data import files, readers
from luodi.data.notes import Notes
from luodi.errors import DataError

Rows = list[tuple[int, dict[str, Any] | Reject]]
AT_ONCE = 500
SHOWN = 60
_BRACES = re.compile(r"\{([^{},]+),([^{},]+)\}")


def halves(name: str) -> tuple[tuple[str, str], tuple[str, str]] | None:
    """Return column and file name of both halves that a name means; `None` where it means none.

    >>> halves("data/train.{zh,en}"), halves("data/train.csv")
    ((('zh', 'data/train.zh'), ('en', 'data/train.en')), None)
    """
    found = _BRACES.findall(name)
    if len(found) != 1 or found[0][0].strip() == found[0][1].strip():
        return None
    before, _, after = name.partition("{")
    behind = after.partition("}")[2]
    first, second = ((one.strip(), f"{before}{one.strip()}{behind}") for one in found[0])
    return first, second


def table(name: str, pair: tuple[tuple[str, Path], tuple[str, Path]], encoding: str | None = None) -> readers.Table:
    """Return the table of both files. Raises `DataError` where one of them is no text."""
    contents = [readers.look(path) for _, path in pair]
    for one in contents:
        one.probe()
        encodings.refuse_foreign(one.head(1 << 16), one.where)
    names = [encodings.check(encoding) if encoding else encodings.recognize(one) for one in contents]
    columns = tuple(column for column, _ in pair)
    return readers.Table(
        path=name,
        format="aligned",
        columns=columns,
        read=partial(_batches, contents, names, columns),
        ledger=Notes(),
        encoding=" and ".join(dict.fromkeys(names)),
        header=False,
    )


def _batches(contents: list[files.Content], names: list[str], columns: tuple[str, ...]) -> Iterator[Rows]:
    """Yield the lines in pairs. Raises `DataError` where one file has more lines than the other."""
    ours, theirs = (_lines(one, name) for one, name in zip(contents, names, strict=True))
    rows: Rows = []
    for n, pair in enumerate(zip_longest(ours, theirs), start=1):
        if None in pair:
            longer = next(at for at, one in enumerate(pair) if one is not None)
            _refuse(contents, longer, n, [str(pair[longer]), *(ours, theirs)[longer]])
            break
        rows.append((n, dict(zip(columns, pair, strict=True))))
        if len(rows) == AT_ONCE:
            yield rows
            rows = []
    if rows:
        yield rows


def _refuse(contents: list[files.Content], longer: int, n: int, rest: list[str]) -> None:
    """Raise `DataError` for lines without a counterpart, unless there is nothing in them."""
    left = [line for line in rest if line.strip()]
    if not left:
        return
    known, other = contents[longer], contents[1 - longer]
    line = n + next(at for at, one in enumerate(rest) if one.strip())
    raise DataError(
        f"{other.path.name} has {n - 1:,} lines, and {known.path.name} {n - 1 + len(rest):,}: "
        f"nothing stands beside {left[0].strip()[:SHOWN]!r}",
        where=f"{known.where}:{line}",
        fix="line n of one file has to be the translation of line n of the other; see where they part before that line",
    )


def _lines(content: files.Content, encoding: str) -> Iterator[str]:
    """Yield the lines. Only a line feed ends one: a lone carriage return in a text must not shift all that follow."""
    held = ""
    for piece in readers.lines_of(content, encoding):
        held += piece
        if held.endswith("\n"):
            yield held.strip().replace("\r", " ")
            held = ""
    if held:
        yield held.strip().replace("\r", " ")
