"""Two sessions whose logits are added: a network that knows meanings, n-grams that know the exact words."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from luodi.contracts import Kind, Scores
from luodi.runtime.head import to_scores
from luodi.runtime.session import open_session, read_about, write_about

DEEP, WIDE = "deep", "wide"


class Blend:
    """logits = logits of the network + share * logits of the n-grams."""

    def __init__(self, kind: Kind, labels: Sequence[str], deep: Any, wide: Any, share: float) -> None:
        assert tuple(deep.labels) == tuple(wide.labels) == tuple(labels)
        self.kind, self.labels, self.deep, self.wide, self.share = kind, tuple(labels), deep, wide, share
        self.streams = deep.streams

    def predict(self, xs: Sequence[str]) -> list[Scores]:
        return [scores for scores, _ in self.predict_marked(xs)]

    def predict_marked(self, xs: Sequence[str]) -> list[tuple[Scores, bool]]:
        """Return the scores of each text, and whether the network saw only its beginning."""
        if not xs:
            return []
        logits, cut = self.marked_logits(xs)
        return list(zip(to_scores(self.kind, self.labels, logits), cut, strict=True))

    def logits(self, xs: Sequence[str]) -> NDArray[np.float32]:
        """Return logits, shape (n, n_labels)."""
        return self.marked_logits(xs)[0]

    def marked_logits(self, xs: Sequence[str]) -> tuple[NDArray[np.float32], list[bool]]:
        """Return logits, shape (n, n_labels), and for each text whether its end was cut off for the network."""
        logits, cut = self.deep.marked_logits(xs)
        return logits + np.float32(self.share) * self.wide.logits(xs), cut

    @classmethod
    def load(cls, folder: Path) -> Self:
        about = read_about(folder)
        deep, wide = open_session(folder / DEEP), open_session(folder / WIDE)
        return cls(about["kind"], about["labels"], deep, wide, about["share"])


def write(folder: Path, kind: Kind, labels: Sequence[str], share: float) -> tuple[Path, Path]:
    """Write `session.json`; return the two empty folders for the parts."""
    write_about(folder, "engine_blend", kind=kind, labels=list(labels), share=share)
    for name in (DEEP, WIDE):
        (folder / name).mkdir(exist_ok=True)
    return folder / DEEP, folder / WIDE


ENGINE = Blend
