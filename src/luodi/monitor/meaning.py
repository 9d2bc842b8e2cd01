"""Where a text lies among those a model has learned from: its vector, seen along a few directions.

Words show a topic by its vocabulary; a network's last vector shows it by what is said, in whatever words. The
directions are the principal ones of training texts (Pearson 1901, "On lines and planes of closest fit to systems of
points in space"): along them known texts differ, so that a mean of few requests which has moved says most.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

F32 = NDArray[np.float32]

N_DIRECTIONS = 64
N_LEARNED = 1_000  # texts behind the directions
LEAST_LEARNED = 4 * N_DIRECTIONS
FILE, KEY = "directions.safetensors", "directions"


class Directions:
    """Takes vectors to their places."""

    def __init__(self, matrix: NDArray[np.float16]) -> None:
        self.matrix = np.ascontiguousarray(matrix)
        self._exact = self.matrix.astype(np.float32)

    @classmethod
    def learn(cls, told: Sequence[Any]) -> "Directions | None":
        """Return the directions along which vectors of some texts differ most; `None` where they are too few."""
        vectors = np.asarray(told, np.float32)
        if len(vectors) < LEAST_LEARNED or not vectors.shape[1]:
            return None
        _, _, found = np.linalg.svd(vectors - vectors.mean(axis=0), full_matrices=False)
        some = found[:N_DIRECTIONS]
        largest = some[np.arange(len(some)), np.abs(some).argmax(axis=1)]
        return cls((some * np.sign(largest)[:, None]).T.astype(np.float16))

    def places(self, vectors: Sequence[Any]) -> F32:
        """Return how far vectors, shape (n, width), reach along each direction, shape (n, n_directions)."""
        made: F32 = np.asarray(vectors, np.float32) @ self._exact
        return made

    def save(self, folder: Path) -> None:
        """Write them into the folder of a bundle."""
        save_file({KEY: self.matrix}, folder / FILE)

    @classmethod
    def of(cls, folder: Path) -> "Directions | None":
        """Return those of a bundle; `None` where its model is no network."""
        return cls(load_file(folder / FILE)[KEY]) if (folder / FILE).is_file() else None
