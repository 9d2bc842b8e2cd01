"""A sparse matrix by rows, as much of one as serving needs."""

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]


class Rows:
    """Compressed rows: of each, the columns that are not 0, and their values."""

    def __init__(self, starts: NDArray[np.int64], columns: Ints, values: Floats, width: int) -> None:
        assert len(columns) == len(values) == starts[-1]
        self.starts, self.columns, self.values, self.width = starts, columns, values, width

    def __len__(self) -> int:
        return len(self.starts) - 1

    def row(self, n: int) -> tuple[Ints, Floats]:
        """Return columns and values of one row."""
        at = slice(self.starts[n], self.starts[n + 1])
        return self.columns[at], self.values[at]

    def weighted_sum(self, rows: NDArray[Any], weights: Floats) -> Floats:
        """Return the sum of some rows, each times its weight, shape (width,)."""
        if not len(rows):
            return np.zeros(self.width, dtype=np.float32)
        begin, end = self.starts[rows], self.starts[rows + 1]
        n = end - begin
        # Where each wanted value lies: the starts of the rows, each followed by the places after it.
        at = np.arange(n.sum()) + np.repeat(begin - np.concatenate([[0], np.cumsum(n)[:-1]]), n)
        values = self.values[at] * np.repeat(weights, n)
        return np.bincount(self.columns[at], weights=values, minlength=self.width).astype(np.float32)

    def turned(self) -> "Rows":
        """Return the transpose."""
        order = np.argsort(self.columns, kind="stable")
        rows = np.repeat(np.arange(len(self), dtype=np.int32), np.diff(self.starts))
        starts = np.concatenate([[0], np.cumsum(np.bincount(self.columns, minlength=self.width))])
        return Rows(starts, rows[order], self.values[order], len(self))

    def arrays(self) -> dict[str, NDArray[Any]]:
        return {"starts": self.starts, "columns": self.columns, "values": self.values}

    @classmethod
    def made_of(cls, arrays: dict[str, NDArray[Any]], width: int) -> Self:
        return cls(arrays["starts"], arrays["columns"], arrays["values"], width)

    @classmethod
    def of_pairs(cls, row: NDArray[Any], column: NDArray[Any], value: NDArray[Any], shape: tuple[int, int]) -> Self:
        """Return the matrix of (row, column, value) triples, in any order; those of one place are added up."""
        key = row.astype(np.int64) * shape[1] + column
        keys, inverse = np.unique(key, return_inverse=True)
        values = np.bincount(inverse, weights=value, minlength=len(keys)).astype(np.float32)
        rows = keys // max(1, shape[1])
        starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=shape[0]))])
        return cls(starts.astype(np.int64), (keys % max(1, shape[1])).astype(np.int32), values, shape[1])
