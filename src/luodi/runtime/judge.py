"""A network that reads a question and a passage together, and says how well they fit."""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from luodi.runtime.engine_network import GraphSession


class Judge:
    """Questions, each with a passage, to scores; higher fits better."""

    def __init__(self, session: GraphSession) -> None:
        self.session = session

    def __call__(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """Return a score for each question and passage."""
        if not pairs:
            return np.zeros(0, dtype=np.float32)
        encoded = self.session.texts.tokenizer.encode_batch(list(pairs))
        return self.session.run([one.ids for one in encoded])[:, 0]

    @classmethod
    def load(cls, folder: Path) -> Self:
        return cls(GraphSession.load(folder))
