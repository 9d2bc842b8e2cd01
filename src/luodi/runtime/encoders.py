"""What makes a vector of a text: a network, or a table that stands for one."""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from luodi.runtime.engine_network import GraphSession
from luodi.runtime.engine_tokens import TABLE, TOKENIZER, plain_tokenizer

Floats = NDArray[np.float32]
AT_ONCE = 4_096


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


class Light:
    """A passage to a unit vector near the one that a network would make: the mean of a table's rows, a row per token.

    Source of the idea: Arora, Liang and Ma 2017, "A Simple but Tough-to-Beat Baseline for Sentence Embeddings"; the
    table is fitted to a network's own vectors (`train.tabulating`), so that questions may go through the network.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tokenizer = plain_tokenizer(folder / TOKENIZER)
        self.table = load_file(folder / TABLE)["table"]  # (vocabulary, width), float16

    def __call__(self, texts: Sequence[str]) -> Floats:
        """Return unit vectors, shape (n, width)."""
        made = np.zeros((len(texts), self.table.shape[1]), dtype=np.float32)
        for start in range(0, len(texts), AT_ONCE):
            part = self.tokenizer.encode_batch(list(texts[start : start + AT_ONCE]), add_special_tokens=False)
            for row, one in enumerate(part, start=start):
                if one.ids:
                    made[row] = self.table[one.ids].mean(axis=0, dtype=np.float32)
        return np.asarray(made / np.maximum(np.linalg.norm(made, axis=1, keepdims=True), 1e-9), dtype=np.float32)
