"""Likeness of meanings: what the texts of a visitor's items lead to, against the text of every item."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from luodi.runtime.scorers import Arrays, Floats, Visit, fading

HALF = ("left", "right")  # kept with half of the digits: they are as many as there are items


class Meanings:
    """Each item has two short vectors, made from its text: one for what it leads to, one for what leads to it.

    The text itself is needed for new items alone; `encoder` is the folder of what reads it.
    """

    name = "meanings"
    reads = True

    def __init__(self, arrays: Mapping[str, NDArray[Any]], *, fade: float, encoder: Path | None = None) -> None:
        self.fade, self.encoder = fade, encoder
        rounded = {name: np.asarray(arrays[name], dtype=np.float16) for name in HALF}  # as they will be read again
        self._arrays = {name: np.asarray(one, dtype=np.float32) for name, one in {**arrays, **rounded}.items()}
        self.left, self.right = (self._arrays[name] for name in HALF)

    def scores(self, visits: Sequence[Visit]) -> Floats:
        profiles = np.zeros((len(visits), self.left.shape[1]), dtype=np.float32)
        for row, visit in zip(profiles, visits, strict=True):
            history = visit.history[visit.history < len(self.left)]
            row += fading(len(history), self.fade) @ self.left[history]
        return np.asarray(profiles @ self.right.T, dtype=np.float32)

    def restocked(self, vectors: Floats, rows: NDArray[np.int64], n_items: int) -> Self:
        """Return the scorer with so many items; `rows` get new vectors, as the encoder made them from their texts."""
        made = self._arrays | placed(vectors, **{name: self._arrays[name] for name in ("mean", "before", "after")})
        for name in HALF:
            grown = np.zeros((n_items, self.left.shape[1]), dtype=np.float32)
            grown[: len(self.left)] = self._arrays[name]
            grown[rows] = made[name]
            made[name] = grown
        return type(self)(made, fade=self.fade, encoder=self.encoder)

    def about(self) -> dict[str, Any]:
        return {"fade": self.fade}

    def arrays(self) -> Arrays:
        return {name: one.astype(np.float16) if name in HALF else one for name, one in self._arrays.items()}

    @classmethod
    def made_of(cls, about: Mapping[str, Any], arrays: Arrays) -> Self:
        return cls(arrays, fade=float(about["fade"]))


def centered(vectors: Floats, mean: Floats) -> Floats:
    """Return vectors without what all texts have in common, of length 1; those of no text stay 0."""
    made = (vectors - mean) * vectors.any(axis=1, keepdims=True)
    return np.asarray(made / np.maximum(np.linalg.norm(made, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def components(vectors: Floats, mean: Floats, basis: Floats) -> Floats:
    """Return the parts of vectors along some directions, of length 1; those of no text stay 0."""
    made = centered(vectors, mean) @ basis
    return np.asarray(made / np.maximum(np.linalg.norm(made, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def placed(vectors: Floats, *, mean: Floats, before: Floats, after: Floats) -> dict[str, Floats]:
    """Return the two short vectors of each text, shapes (n, rank)."""
    unit = centered(vectors, mean)
    return {"left": unit @ before, "right": unit @ after}
