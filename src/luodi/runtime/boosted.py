"""Trees that add up, without the library that grew them: numbers in, the chance of "yes" out."""

from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

AT_ONCE = 4_096  # rows
FILE = "trees.safetensors"


class Trees:
    """Gradient-boosted regression trees on numbers without gaps; the sum of their leaves is a logit.

    All arrays have shape (n_trees, n_nodes): which column a node asks about, -1 for a leaf; up to which value a row
    goes to `left`, and where else it goes; what a leaf adds.
    """

    def __init__(
        self,
        column: NDArray[np.int32],
        threshold: NDArray[np.float64],
        left: NDArray[np.int32],
        right: NDArray[np.int32],
        value: NDArray[np.float64],
        base: float,
    ) -> None:
        self.column, self.threshold, self.left, self.right, self.value = column, threshold, left, right, value
        self.base = base

    def logits(self, rows: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the logit of each row, shape (n,)."""
        made = [self._some(rows[start : start + AT_ONCE]) for start in range(0, len(rows), AT_ONCE)]
        return np.concatenate(made) if made else np.zeros(0)

    def chances(self, rows: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the probability of each row, shape (n,)."""
        return np.asarray(1 / (1 + np.exp(-self.logits(rows))))

    def _some(self, rows: NDArray[np.floating]) -> NDArray[np.float64]:
        n, tree = len(rows), np.arange(len(self.column))
        node = np.zeros((n, len(tree)), dtype=np.int32)
        inner = np.arange(n)[:, None]
        while True:
            column = self.column[tree, node]  # (n, n_trees)
            if (column < 0).all():
                return np.asarray(self.value[tree, node].sum(axis=1) + self.base)
            low = rows[inner, np.maximum(column, 0)] <= self.threshold[tree, node]
            node = np.where(column < 0, node, np.where(low, self.left[tree, node], self.right[tree, node]))

    def save(self, folder: Path) -> None:
        save_file(
            {
                "column": self.column,
                "threshold": self.threshold,
                "left": self.left,
                "right": self.right,
                "value": self.value,
                "base": np.array([self.base]),
            },
            folder / FILE,
        )

    @classmethod
    def load(cls, folder: Path) -> Self:
        found = load_file(folder / FILE)
        return cls(**{name: one for name, one in found.items() if name != "base"}, base=float(found["base"][0]))
