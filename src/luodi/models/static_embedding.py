"""Averaged token embeddings of the pretrained encoder under a linear head: what its vocabulary alone knows.

Mean and head are both linear, so they fold into a table of one row per token: half a megabyte, no network at all.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from safetensors import safe_open

from luodi.contracts import Facts, Kind, Recipe, Scores
from luodi.errors import SetupError
from luodi.runtime.engine_tokens import Tokens, plain_tokenizer
from luodi.train import starter
from luodi.train.answers import even_part, labels_of, told_of
from luodi.train.vectors import F32, MOST_ROWS, fit_head

ENCODED = 4_096  # texts at a time


class StaticEmbedding:
    """A bag of pretrained token vectors."""

    kinds: ClassVar[tuple[Kind, ...]] = ("classify", "tag")
    license: ClassVar[str] = "Apache-2.0"
    plain: ClassVar[bool] = True

    def __init__(self, inner: Tokens | None = None) -> None:
        self.inner = inner

    def fit(
        self, train: Sequence[tuple[str, Any]], dev: Sequence[tuple[str, Any]], *, recipe: Recipe, work: Path
    ) -> Facts:
        encoder = starter.find(recipe.base)
        tokenizer, embeddings = encoder.path / "tokenizer.json", token_embeddings(encoder)
        kind, labels = labels_of([y for _, y in train])
        ready = plain_tokenizer(tokenizer)

        def vectors(pairs: Sequence[tuple[str, Any]]) -> F32:
            made = np.zeros((len(pairs), embeddings.shape[1]), np.float32)
            for start in range(0, len(pairs), ENCODED):
                texts = [x for x, _ in pairs[start : start + ENCODED]]
                for at, one in enumerate(ready.encode_batch(texts, add_special_tokens=False), start=start):
                    if one.ids:
                        made[at] = embeddings[one.ids].mean(axis=0)
            return made

        some = even_part(train, MOST_ROWS, seed=recipe.seed)
        weight, bias, strength = fit_head(
            kind,
            labels,
            (vectors(some), [y for _, y in some]),
            (vectors(dev), [y for _, y in dev]),
            seed=recipe.seed,
            class_weights=recipe.class_weights,
        )
        self.inner = Tokens(kind, labels, tokenizer, (embeddings @ weight).astype(np.float16), bias)
        return {"base": encoder.sha256, "strength": strength} | told_of(some, train)

    def predict(self, xs: Sequence[str]) -> list[Scores]:
        assert self.inner, "fit or load first"
        return self.inner.predict(xs)

    def save(self, folder: Path) -> None:
        assert self.inner, "fit or load first"
        self.inner.save(folder)

    export = save

    @classmethod
    def load(cls, folder: Path) -> Self:
        return cls(Tokens.load(folder))


def token_embeddings(encoder: starter.Encoder) -> F32:
    """Return the table of token vectors, shape (vocabulary, width), without loading the rest of the encoder."""
    with safe_open(encoder.path / "model.safetensors", framework="numpy") as file:
        for name in file.keys():  # noqa: SIM118 -- not a dict
            if name.endswith("word_embeddings.weight"):
                return np.asarray(file.get_tensor(name), dtype=np.float32)
    raise SetupError("this encoder has no token embeddings", where=str(encoder.path), fix='use base = "starter"')


MODEL = StaticEmbedding
