"""Two columns of words: a term, and what it has to become."""

from pathlib import Path

from luodi.contracts import Reject
from luodi.data import sources
from luodi.errors import DataError

MOST = 20_000


def read(root: Path, name: str) -> dict[str, str]:
    """Return the terms of a table, from its first column to its second.

    Raises `DataError` where it is no table of two columns, or a term has two translations.
    """
    (source, *_) = sources.expand(root, name)
    table = sources.open(source)
    if len(table.columns) < 2:
        fix = "write a table of two columns, with a line that names them: term,translation"
        raise DataError("a glossary has a term and its translation in each row", where=name, fix=fix)
    found: dict[str, str] = {}
    for line, row in table.rows():
        if isinstance(row, Reject):
            raise DataError(row.reason, where=f"{name}:{line}", fix="mend or delete the row")
        term, translation = (str(row.get(column) or "").strip() for column in table.columns[:2])
        if not term and not translation:
            continue
        if not term or not translation:
            raise DataError("half of this term is empty", where=f"{name}:{line}", fix="fill it in, or delete the row")
        if found.setdefault(term, translation) != translation:
            what = f"the term {term!r} has two translations"
            raise DataError(what, where=f"{name}:{line}", fix="keep the one that is to be used")
        if len(found) > MOST:
            raise DataError(f"more than {MOST:,} terms", where=name, fix="keep those that matter")
    return found
