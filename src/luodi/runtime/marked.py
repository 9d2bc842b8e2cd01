"""Engines that answer with logits, and that can say of a text whether its end was cut off."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from luodi.contracts import Kind, Scores
from luodi.runtime.head import to_scores


class Marked(ABC):
    """A session, but for `marked_logits`."""

    kind: Kind
    labels: tuple[str, ...]

    @abstractmethod
    def marked_logits(self, xs: Sequence[str]) -> tuple[NDArray[np.float32], list[bool]]:
        """Return logits, shape (n, n_labels), and for each text whether its end was cut off."""

    def predict(self, xs: Sequence[str]) -> list[Scores]:
        return [scores for scores, _ in self.predict_marked(xs)]

    def predict_marked(self, xs: Sequence[str]) -> list[tuple[Scores, bool]]:
        """Return the scores of each text, and whether its end was cut off."""
        if not xs:
            return []
        logits, cut = self.marked_logits(xs)
        return list(zip(to_scores(self.kind, self.labels, logits), cut, strict=True))

    def logits(self, xs: Sequence[str]) -> NDArray[np.float32]:
        """Return logits, shape (n, n_labels); of a network that makes vectors, these."""
        return self.marked_logits(xs)[0]
