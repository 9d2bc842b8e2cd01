"""The Transformer over a sequence of items, in numpy: only the last place is computed in the last block."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from luodi.runtime.scorer_text import components
from luodi.runtime.scorers import Arrays, Visit

Floats = NDArray[np.float32]
SCALE = 0.044715  # of the tanh form of GELU: Hendrycks and Gimpel 2016, section 2


class Sequential:
    """Scores by the last hidden state of the items a visitor had; one without any gets 0 for all."""

    name = "sequence"

    def __init__(self, weights: Mapping[str, Floats], *, n_heads: int, n_blocks: int, max_events: int) -> None:
        self.weights, self.n_heads, self.n_blocks, self.max_events = dict(weights), n_heads, n_blocks, max_events
        self.items = self.weights["items.weight"]
        self.encoder: Path | None = None

    @property
    def reads(self) -> bool:
        """Say whether it can place an item by its text."""
        return "texts.project" in self.weights

    def restocked(self, vectors: Floats, rows: NDArray[np.int64], n_items: int) -> Self:
        """Return the scorer with so many items; new ones among `rows` have what the encoder made of their texts.

        An item that was there keeps what was learned of it, which cannot be told from what its text gave.
        """
        new = rows >= len(self.items)
        parts = components(vectors[new], self.weights["texts.mean"], self.weights["texts.basis"])
        items = np.zeros((n_items, self.items.shape[1]), dtype=np.float32)
        items[: len(self.items)] = self.items
        items[rows[new]] = parts @ self.weights["texts.project"]
        shape = self.about()
        made = type(self)(self.weights | {"items.weight": items}, **shape)
        made.encoder = self.encoder
        return made

    def scores(self, visits: Sequence[Visit]) -> Floats:
        histories = [one.history[one.history < len(self.items)][-self.max_events :] for one in visits]
        made = np.zeros((len(visits), len(self.items)), dtype=np.float32)
        asked = [n for n, history in enumerate(histories) if len(history)]
        if asked:
            states = self.states([histories[n] for n in asked])
            made[asked] = states @ self.items.T
        return made

    def states(self, histories: Sequence[NDArray[Any]]) -> Floats:
        """Return the last hidden state of each history, shape (n, width). None of them may be empty."""
        lengths = np.array([len(one) for one in histories])
        longest = lengths.max()
        items = np.zeros((len(histories), longest), dtype=np.int64)
        for row, one in zip(items, histories, strict=True):
            row[: len(one)] = one
        width = self.items.shape[1]
        hidden = self.items[items] * np.float32(0.5 * np.sqrt(width)) + self.weights["places.weight"][:longest]
        mask = np.triu(np.full((longest, longest), -np.inf, dtype=np.float32), k=1)
        for n in range(self.n_blocks):
            last = lengths - 1 if n == self.n_blocks - 1 else None
            hidden = self._block(f"blocks.{n}.", hidden, mask, last)
        return self._norm("last", hidden[:, 0])

    def _block(self, at: str, hidden: Floats, mask: Floats, last: NDArray[Any] | None) -> Floats:
        """Return the next hidden states; with `last`, only those of these places, shape (batch, 1, width)."""
        batch, time, width = hidden.shape
        qkv = self._linear(at + "qkv", self._norm(at + "before_attention", hidden))
        q, k, v = qkv.reshape(batch, time, 3, self.n_heads, -1).transpose(2, 0, 3, 1, 4)
        if last is not None:
            rows = np.arange(batch)
            q, hidden, mask_ = q[rows, :, last][:, :, None], hidden[rows, last][:, None], mask[last][:, None, None]
        else:
            mask_ = mask[None, None]
        logits = q @ k.swapaxes(-1, -2) / np.float32(np.sqrt(width / self.n_heads)) + mask_
        shares = np.exp(logits - logits.max(axis=-1, keepdims=True))
        shares /= shares.sum(axis=-1, keepdims=True)
        mixed = (shares @ v).swapaxes(1, 2).reshape(batch, -1, width)
        hidden = hidden + self._linear(at + "out", mixed)
        inner = self._linear(at + "inner", self._norm(at + "before_layers", hidden))
        inner = 0.5 * inner * (1 + np.tanh(np.float32(np.sqrt(2 / np.pi)) * (inner + SCALE * inner**3)))
        return hidden + self._linear(at + "outer", inner.astype(np.float32))

    def _linear(self, name: str, x: Floats) -> Floats:
        return x @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def _norm(self, name: str, x: Floats) -> Floats:
        mean = x.mean(axis=-1, keepdims=True)
        spread = np.sqrt(((x - mean) ** 2).mean(axis=-1, keepdims=True) + 1e-5)
        return (x - mean) / spread * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]  # type: ignore[no-any-return]

    def about(self) -> dict[str, Any]:
        return {"n_heads": self.n_heads, "n_blocks": self.n_blocks, "max_events": self.max_events}

    def arrays(self) -> Arrays:
        return dict(self.weights)

    @classmethod
    def made_of(cls, about: Mapping[str, Any], arrays: Arrays) -> Self:
        shape = {key: int(about[key]) for key in ("n_heads", "n_blocks", "max_events")}
        return cls(arrays, **shape)
