"""Two sessions whose logits are added: a network that knows meanings, n-grams that know the exact words."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np

from luodi.contracts import Kind
from luodi.runtime.marked import Marked, Outputs
from luodi.runtime.session import open_session, read_about, write_about

DEEP, WIDE = "deep", "wide"


class Blend(Marked):
    """logits = logits of the network + share * logits of the n-grams."""

    def __init__(self, kind: Kind, labels: Sequence[str], deep: Any, wide: Any, share: float) -> None:
        assert tuple(deep.labels) == tuple(wide.labels) == tuple(labels)
        self.kind, self.labels, self.deep, self.wide, self.share = kind, tuple(labels), deep, wide, share
        self.streams = deep.streams

    def outputs(self, xs: Sequence[str]) -> Outputs:
        """Return the sum of the logits; the rest is the network's."""
        made: Outputs = self.deep.outputs(xs)
        return made._replace(logits=made.logits + np.float32(self.share) * self.wide.logits(xs))

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
