"""A pretrained encoder as it is, under a linear head on its sentence vectors: strong when labels are few.

Where they help on dev, n-grams stand at its side: the encoder knows meanings, they know the exact words.
"""

import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import torch

from luodi.contracts import Facts, Kind, Recipe
from luodi.store import read_json, write_json
from luodi.train import finetuning, network, starter
from luodi.train.answers import even_part, told_of
from luodi.train.blended import Blended
from luodi.train.fitted import FittedNetwork
from luodi.train.own_engine import TwiceExported
from luodi.train.vectors import MOST_ROWS, fit_head

SHARE = 0.7  # of the minutes, for the vectors; the rest is for dev's, the head and the n-grams
TIMED, N_TIMED = 2_000, 64  # rows, from which on time may be short; those by which the others' time is guessed
READ = "read.json"


class EncoderFrozen(TwiceExported):
    """Computes every sentence vector once, then fits the head."""

    kinds: ClassVar[tuple[Kind, ...]] = ("classify", "tag")
    license: ClassVar[str] = "Apache-2.0"
    engine: ClassVar[Any] = Blended

    inner: Blended | None

    def fit(
        self, train: Sequence[tuple[str, Any]], dev: Sequence[tuple[str, Any]], *, recipe: Recipe, work: Path
    ) -> Facts:
        inner = finetuning.begin(train, recipe)
        net, text, kind, labels = inner.network, inner.text, inner.kind, inner.labels
        some = _affordable(inner, train, recipe=recipe, work=work)
        xs, ys = [x for x, _ in some], [y for _, y in some]
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
        answered = dev_vectors @ weight + bias
        self.inner = Blended.beside(inner, train, dev, recipe=recipe, answered=answered)
        told = {"base": inner.base, "strength": strength, "max_tokens": text.max_tokens, "ngrams": self.inner.share}
        return told | told_of(some, train)

    def refuses(self, texts: Sequence[str], *, recipe: Recipe) -> str | None:
        """Say why the encoder is the wrong one for these texts."""
        return starter.stranger(starter.find(recipe.base), texts)


def _affordable(
    inner: FittedNetwork, train: Sequence[tuple[str, Any]], *, recipe: Recipe, work: Path
) -> Sequence[tuple[str, Any]]:
    """Return the rows, or an even part of them where the minutes are too short; a run that was killed takes the same.

    The n-grams take no such time, and learn from all of them that fit into memory.
    """
    if len(train) <= TIMED:
        return train
    if not (work / READ).is_file():
        asked = [x for x, _ in random.Random(recipe.seed).sample(train, k=N_TIMED)]
        network.compute(inner.network, inner.text, asked, pooled=True, exact=False)  # warm
        started = time.perf_counter()
        network.compute(inner.network, inner.text, asked, pooled=True, exact=False)
        seconds = (time.perf_counter() - started) / len(asked)
        write_json(work / READ, {"rows": max(TIMED, int(60 * SHARE * recipe.max_minutes / seconds))})
    return even_part(train, min(MOST_ROWS, read_json(work / READ)["rows"]), seed=recipe.seed)


MODEL = EncoderFrozen
