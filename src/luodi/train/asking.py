"""How a list of questions and answers is learned: what is near is computed, how much each nearness counts is fitted."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from luodi.contracts import Facts, Kind, Recipe
from luodi.runtime.encoders import Embedder
from luodi.runtime.engine_faq import CUTS, ENCODER, Faq
from luodi.runtime.postings import Postings
from luodi.train import embedding, starter
from luodi.train.own_engine import OwnEngine
from luodi.train.vectors import fit_head

BEGIN = 10.0  # a likeness of 1 against one of 0: odds of 22,000 to 1
CALIBRATION = 120  # questions that int8 is calibrated by
LONGEST = 64  # tokens of a question
Pairs = Sequence[tuple[str, str]]


class Asking(OwnEngine):
    """The contract of a model that finds the nearest known question."""

    kinds: ClassVar[tuple[Kind, ...]] = ("classify",)
    engine: ClassVar[Any] = Faq
    wants: ClassVar[frozenset[str]]
    """Channels: "words", "pieces", "meaning", "linear"."""

    def fit(self, train: Pairs, dev: Pairs, *, recipe: Recipe, work: Path) -> Facts:
        wants = self.wants
        if len(wants) > len(CUTS) and self._stranger([x for x, _ in train], recipe):
            wants = wants & CUTS.keys()  # the hybrid goes without the encoder where that cannot read the language
        inner, facts = learned(train, dev, wants, recipe=recipe, work=work)
        self.inner = inner
        return facts | {"weights": {name: round(one, 3) for name, one in inner.weights.items()}}

    def refuses(self, texts: Sequence[str], *, recipe: Recipe) -> str | None:
        """Say why the encoder is the wrong one for these questions, where nothing else is used."""
        return None if self.wants & CUTS.keys() else self._stranger(texts, recipe)

    def _stranger(self, texts: Sequence[str], recipe: Recipe) -> str | None:
        return starter.stranger(starter.find(recipe.base), texts)


def learned(train: Pairs, dev: Pairs, wants: frozenset[str], *, recipe: Recipe, work: Path) -> tuple[Faq, Facts]:
    """Return the fitted engine. What nearness is worth is learned from dev, which no channel has seen."""
    labels = sorted({y for _, y in train})
    number = {label: n for n, label in enumerate(labels)}
    ordered = sorted(train, key=lambda one: number[one[1]])
    questions = [x for x, _ in ordered]
    owner = np.array([number[y] for _, y in ordered], dtype=np.int32)
    postings = {name: Postings.of([cut(x) for x in questions]) for name, cut in CUTS.items() if name in wants}
    facts: Facts = {"questions": len(train), "answers": len(labels)}
    encoder, vectors, head = None, None, None
    if wants - CUTS.keys():
        net, text, facts["base"] = embedding.begin(replace(recipe, max_tokens=recipe.max_tokens or LONGEST))
        embedding.write(work / ENCODER, embedding.Vectors(net), text, questions[:CALIBRATION])
        encoder = Embedder.load(work / ENCODER)
        vectors = encoder(questions).astype(np.float16).astype(np.float32)  # as they are kept
        if "linear" in wants:
            given = (encoder([x for x, _ in dev]), [y for _, y in dev])
            weight, bias, facts["strength"] = fit_head(
                "classify", labels, (vectors, [y for _, y in ordered]), given, seed=recipe.seed
            )
            head = weight, bias
    names = [*postings, *(name for name in ("meaning", "linear") if name in wants)]
    faq = Faq(labels, owner, postings, dict.fromkeys(names, BEGIN), encoder=encoder, vectors=vectors, head=head)
    known = [(x, number[y]) for x, y in dev if y in number]
    if known:
        faq.weights = weighed(faq, known)
    return faq, facts


def weighed(faq: Faq, dev: Sequence[tuple[str, int]]) -> dict[str, float]:
    """Return the weight of each channel that makes the right answers of dev most probable; none is below 0."""
    channels = faq.channels([x for x, _ in dev])
    names = [name for name in faq.weights if name in channels]
    stacked = np.stack([channels[name] for name in names]).astype(np.float64)  # (n_channels, n, n_labels)
    right = np.array([y for _, y in dev])
    rows = np.arange(len(right))

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        logits = np.tensordot(weights, stacked, axes=1)
        shifted = logits - logits.max(axis=1, keepdims=True)
        p = np.exp(shifted)
        p /= p.sum(axis=1, keepdims=True)
        value = -np.log(p[rows, right] + 1e-12).mean() + 1e-5 * float(weights @ weights)
        slope = (p[None] * stacked).sum(axis=2).mean(axis=1) - stacked[:, rows, right].mean(axis=1)
        return value, slope + 2e-5 * weights

    begin = np.array([1.0 if name == "linear" else BEGIN for name in names])
    found: Any = optimize.minimize(loss, begin, jac=True, method="L-BFGS-B", bounds=[(0.0, None)] * len(names))
    return {name: float(one) for name, one in zip(names, found.x, strict=True)}
