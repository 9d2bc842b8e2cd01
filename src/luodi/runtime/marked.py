"""Engines that answer with logits, and that can say of a text whether its end was cut off."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from luodi.contracts import Kind, Scores
from luodi.runtime.head import to_scores


class Outputs(NamedTuple):
    """What an engine makes of n texts."""

    logits: NDArray[np.float32]
    """Shape (n, n_labels)."""
    cut: list[bool]
    """Of each text, whether its end was cut off."""
    vectors: NDArray[np.float32]
    """What a network makes of each text before its last layer, shape (n, width); of width 0 where there is none."""


class Said(NamedTuple):
    """What is said of one text."""

    scores: Any
    cut: bool = False
    vector: Any = ()
    """A row of `Outputs.vectors`."""


class Marked(ABC):
    """A session, but for `outputs`."""

    kind: Kind
    labels: tuple[str, ...]

    @abstractmethod
    def outputs(self, xs: Sequence[str]) -> Outputs:
        """Return logits and the rest."""

    def predict(self, xs: Sequence[str]) -> list[Scores]:
        return [one.scores for one in self.predict_marked(xs)]

    def predict_marked(self, xs: Sequence[str]) -> list[Said]:
        """Return the scores of each text, whether its end was cut off, and its vector."""
        if not xs:
            return []
        logits, cut, vectors = self.outputs(xs)
        return list(map(Said, to_scores(self.kind, self.labels, logits), cut, vectors))

    def logits(self, xs: Sequence[str]) -> NDArray[np.float32]:
        """Return logits, shape (n, n_labels); of a network that makes vectors, these."""
        return self.outputs(xs).logits
