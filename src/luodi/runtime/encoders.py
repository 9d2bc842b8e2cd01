"""Networks that search uses: one makes a vector of a text, one reads a question and a passage together."""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from luodi.runtime.engine_network import GraphSession

Floats = NDArray[np.float32]


class Embedder:
    """A text to a unit vector."""

    def __init__(self, session: GraphSession) -> None:
        self.session, self.width = session, session.width

    def __call__(self, texts: Sequence[str]) -> Floats:
        """Return unit vectors, shape (n, width)."""
        if not texts:
            return np.zeros((0, self.width), dtype=np.float32)
        vectors = self.session.logits(texts)
        return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9), dtype=np.float32)

    @classmethod
    def load(cls, folder: Path) -> Self:
        return cls(GraphSession.load(folder))


class Judge:
    """A question and a passage to how well they fit."""

    def __init__(self, session: GraphSession) -> None:
        self.session = session

    def __call__(self, question: str, passages: Sequence[str]) -> Floats:
        """Return a score per passage; higher fits better."""
        if not passages:
            return np.zeros(0, dtype=np.float32)
        encoded = self.session.tokenizer.encode_batch([(question, one) for one in passages])
        return self.session.run([one.ids for one in encoded])[:, 0]

    @classmethod
    def load(cls, folder: Path) -> Self:
        return cls(GraphSession.load(folder))
