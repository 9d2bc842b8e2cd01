"""A pretrained encoder as it is, under a linear head on its sentence vectors: strong when labels are few."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import torch

from luodi.contracts import Facts, Kind, Recipe
from luodi.train import network, starter
from luodi.train.answers import labels_of
from luodi.train.fitted import FittedNetwork
from luodi.train.own_engine import TwiceExported
from luodi.train.vectors import fit_head

MAX_TOKENS = 256


class EncoderFrozen(TwiceExported):
    """Computes every sentence vector once, then fits the head."""

    kinds: ClassVar[tuple[Kind, ...]] = ("classify", "tag")
    license: ClassVar[str] = "Apache-2.0"
    engine: ClassVar[Any] = FittedNetwork

    inner: FittedNetwork | None

    def fit(
        self, train: Sequence[tuple[str, Any]], dev: Sequence[tuple[str, Any]], *, recipe: Recipe, work: Path
    ) -> Facts:
        xs, ys = [x for x, _ in train], [y for _, y in train]
        inner = _start(xs, ys, recipe)
        net, text, kind, labels = inner.network, inner.text, inner.kind, inner.labels
        vectors = network.compute(net, text, xs, pooled=True, exact=False, doing="sentence vectors")
        dev_vectors = network.compute(net, text, [x for x, _ in dev], pooled=True, exact=False)
        weight, bias, strength = fit_head(
            kind,
            labels,
            (vectors, ys),
            (dev_vectors, [y for _, y in dev]),
            seed=recipe.seed,
            class_weights=recipe.class_weights,
        )
        with torch.no_grad():
            net.head.weight.copy_(torch.from_numpy(weight.T))
            net.head.bias.copy_(torch.from_numpy(bias))
        self.inner = inner
        return {"base": self.inner.base, "strength": strength, "max_tokens": text.max_tokens}

    def refuses(self, texts: Sequence[str], *, recipe: Recipe) -> str | None:
        """Say why the encoder is the wrong one for these texts."""
        return starter.stranger(starter.find(recipe.base), texts)


def _start(xs: Sequence[str], ys: Sequence[Any], recipe: Recipe) -> FittedNetwork:
    """Return the encoder that the recipe names under a fresh head."""
    encoder = starter.find(recipe.base)
    kind, labels = labels_of(ys)
    net = network.pretrained(encoder, len(labels), seed=recipe.seed)
    file = encoder.path / network.TOKENIZER
    most = min(recipe.max_tokens or MAX_TOKENS, int(net.config.get("max_position_embeddings", 512)))
    text = network.Text(file, max_tokens=network.limit_for(file, xs, most=most))
    return FittedNetwork(kind, labels, net, text, f"{encoder.name} {encoder.sha256[:12]}")


MODEL = EncoderFrozen
