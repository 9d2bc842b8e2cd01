"""A fine-tuned network with n-grams at its side, weighed on the dev rows; without them where they bring nothing.

Source of the idea: Cheng et al. 2016, "Wide & Deep Learning for Recommender Systems". Here the two learn apart, and
one number says how much of the wide part is added.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np

from luodi.contracts import Recipe, Scores
from luodi.runtime import engine_blend
from luodi.runtime.engine_ngrams import F32, Ngrams
from luodi.runtime.head import to_scores
from luodi.train import nbsvm
from luodi.train.device import give_memory_back
from luodi.train.fitted import FittedNetwork
from luodi.train.vectors import tempered_loss

ABOUT = "blend.json"
SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0)
WORTHWHILE = 0.99  # of the loss that the network has alone; less gain is not worth a second part


class Blended:
    """The network alone, or with its wide part."""

    def __init__(self, deep: FittedNetwork, wide: Ngrams | None = None, share: float = 0.0) -> None:
        self.deep, self.wide, self.share = deep, wide, share

    @classmethod
    def beside(
        cls,
        deep: FittedNetwork,
        train: Sequence[tuple[str, Any]],
        dev: Sequence[tuple[str, Any]],
        *,
        recipe: Recipe,
        answered: F32 | None = None,
    ) -> Self:
        """Return the network with n-grams of the same rows at its side, where dev likes them.

        `answered` are the network's logits on dev, (n_dev, n_labels), where they are known already.
        """
        made = cls(deep)
        give_memory_back()
        wide, _ = nbsvm.fit(train, dev, recipe=recipe, doing="n-grams at its side")
        made.weigh(wide, dev, answered)
        return made

    def weigh(self, wide: Ngrams, dev: Sequence[tuple[str, Any]], answered: F32 | None = None) -> None:
        """Take the share of the n-grams that makes the dev answers most probable."""
        known = [n for n, (_, y) in enumerate(dev) if ({y} if isinstance(y, str) else set(y)) <= set(self.deep.labels)]
        if not known or list(wide.labels) != self.deep.labels:
            return
        xs, ys = [dev[n][0] for n in known], [dev[n][1] for n in known]
        deep = self.deep.logits(xs, exact=False) if answered is None else answered[known]
        other = wide.logits(xs)
        kind, labels = self.deep.kind, self.deep.labels
        losses = {share: tempered_loss(kind, labels, deep + share * other, ys) for share in SHARES}
        best = min(SHARES, key=losses.__getitem__)
        if losses[best] < WORTHWHILE * losses[0.0]:
            self.wide, self.share = wide, best

    def predict(self, xs: Sequence[str]) -> list[Scores]:
        if not xs:
            return []
        logits = self.deep.logits(xs)
        if self.wide is not None:
            logits = logits + np.float32(self.share) * self.wide.logits(xs)
        return to_scores(self.deep.kind, self.deep.labels, logits)

    def save(self, folder: Path) -> None:
        deep, wide = folder / engine_blend.DEEP, folder / engine_blend.WIDE
        deep.mkdir(exist_ok=True)
        self.deep.save(deep)
        if self.wide is not None:
            wide.mkdir(exist_ok=True)
            self.wide.save(wide)
        (folder / ABOUT).write_text(json.dumps({"share": self.share}), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        share = json.loads((folder / ABOUT).read_text(encoding="utf-8"))["share"]
        deep = FittedNetwork.load(folder / engine_blend.DEEP)
        return cls(deep, Ngrams.load(folder / engine_blend.WIDE) if share else None, share)

    def export(self, folder: Path) -> None:
        self._export(folder, self.deep.export)

    def export_onnx(self, folder: Path) -> None:
        """Write the same, its network for ONNX Runtime."""
        self._export(folder, self.deep.export_onnx)

    def _export(self, folder: Path, export: Callable[[Path], None]) -> None:
        if self.wide is None:
            export(folder)
            return
        deep, wide = engine_blend.write(folder, self.deep.kind, self.deep.labels, self.share)
        export(deep)
        self.wide.save(wide)
