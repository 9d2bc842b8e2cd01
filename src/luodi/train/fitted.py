"""A fitted network with its tokenizer and labels: what the encoder models hold."""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from luodi.contracts import Kind, Scores
from luodi.runtime.head import to_scores
from luodi.train import export, network


class FittedNetwork:
    """Answers with torch, saves to safetensors, exports to a graph."""

    def __init__(self, kind: Kind, labels: Sequence[str], net: network.Network, text: network.Text, base: str) -> None:
        self.kind, self.labels, self.network, self.text, self.base = kind, list(labels), net, text, base

    def predict(self, xs: Sequence[str], *, exact: bool = True) -> list[Scores]:
        return to_scores(self.kind, self.labels, self.logits(xs, exact=exact)) if xs else []

    def logits(self, xs: Sequence[str], *, exact: bool = True) -> NDArray[np.float32]:
        """Return the logits, shape (n, n_labels)."""
        return network.compute(self.network, self.text, xs, exact=exact)

    def save(self, folder: Path) -> None:
        network.save(folder, self.network, self.text, self.kind, self.labels, name=self.base)

    @classmethod
    def load(cls, folder: Path) -> Self:
        net, text, about = network.load(folder)
        return cls(about["kind"], about["labels"], net, text, about["base"])

    def export(self, folder: Path) -> None:
        export.export(folder, export.Telling(self.network), self.text, self.kind, self.labels)

    def export_onnx(self, folder: Path) -> None:
        """Write the same for ONNX Runtime."""
        export.export_onnx(folder, export.Telling(self.network), self.text, self.kind, self.labels)
