"""A pretrained encoder that few labels suffice for: tuned by their contrast, under a linear head on unit vectors.

Which texts belong together is learned from all pairs of them, and there are many more pairs than labels.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch

from luodi.contracts import Facts, Kind, Recipe
from luodi.train import contrast, finetuning, network, starter, valence
from luodi.train.answers import targets
from luodi.train.fitted import FittedNetwork
from luodi.train.own_engine import TwiceExported
from luodi.train.vectors import F32, solve

STRENGTH = 10.0  # inverse regularization, on unit vectors; docs/logbook.md, 2026-11-30
FEW = 40  # rows; where these are about valence, they are too few to tune by


class EncoderFew(TwiceExported):
    """Contrastive fine-tuning, then logistic regression."""

    kinds: ClassVar[tuple[Kind, ...]] = ("classify", "tag")
    license: ClassVar[str] = "Apache-2.0"
    engine: ClassVar[Any] = FittedNetwork
    most_per_label: ClassVar[int] = 64
    """With more, fine-tuning against the labels themselves takes over: where exactly is a guess."""

    inner: FittedNetwork | None

    def fit(
        self, train: Sequence[tuple[str, Any]], dev: Sequence[tuple[str, Any]], *, recipe: Recipe, work: Path
    ) -> Facts:
        xs, ys = [x for x, _ in train], [y for _, y in train]
        inner = finetuning.begin(train, recipe)
        net, text, labels = inner.network, inner.text, inner.labels
        net.unit = True
        vectors, along = _unit(net, text, xs), _along(net, text)
        scale = valence.scale_for(vectors, ys, labels, along)
        learned: Facts = {"steps": 0}
        if not (scale and len(xs) < FEW):
            learned = contrast.tune(net, text, xs, ys, labels, recipe=recipe, work=work)
            vectors, along = _unit(net, text, xs), _along(net, text)
        made = valence.widened(vectors, along, scale)
        weight, bias = solve(
            inner.kind, made, targets(ys, labels) > 0, STRENGTH, seed=recipe.seed, class_weights=recipe.class_weights
        )
        with torch.no_grad():
            folded = weight[:-1] + scale * along[:, None] * weight[-1:]  # (width, n_labels)
            net.head.weight.copy_(torch.from_numpy(folded.T.astype(np.float32)))
            net.head.bias.copy_(torch.from_numpy(bias.astype(np.float32)))
        self.inner = inner
        return {"base": inner.base, "max_tokens": text.max_tokens, "valence": scale, **learned}

    def refuses(self, texts: Sequence[str], *, recipe: Recipe) -> str | None:
        """Say why the encoder is the wrong one for these texts."""
        return starter.stranger(starter.find(recipe.base), texts)


def _unit(net: network.Network, text: network.Text, xs: Sequence[str]) -> F32:
    """Return the vectors of texts, brought to length 1."""
    made = network.compute(net, text, xs, pooled=True, exact=False, doing="sentence vectors")
    return np.asarray(made / np.maximum(1e-9, np.linalg.norm(made, axis=1, keepdims=True)), dtype=np.float32)


def _along(net: network.Network, text: network.Text) -> F32:
    return valence.direction(_unit(net, text, valence.TEXTS))


MODEL = EncoderFew
