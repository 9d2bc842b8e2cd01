"""Next items from a sequence: a causal Transformer over item embeddings, with the softmax over all items as its loss.

Source: Kang and McAuley 2018, "Self-Attentive Sequential Recommendation"; the loss over all items instead of one
sampled negative: Klenitskiy and Vasilev 2023, "Turning Dross Into Gold Loss: is BERT4Rec really better than SASRec?".
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from luodi.contracts import record

CHUNK_BYTES = 24_000_000  # of logits at a time: they stay in the cache, and are never all in memory


@record
class Shape:
    """The shape of the network."""

    n_items: int
    width: int = 64
    n_blocks: int = 2
    n_heads: int = 2
    max_events: int = 50
    """Only so many of the last events are read."""
    dropout: float = 0.5


class Block(torch.nn.Module):
    """Attention to what came before, then two layers at each place; normalized first."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        width = shape.width
        self.n_heads, self.dropout = shape.n_heads, shape.dropout
        self.before_attention, self.before_layers = torch.nn.LayerNorm(width), torch.nn.LayerNorm(width)
        self.qkv, self.out = torch.nn.Linear(width, 3 * width), torch.nn.Linear(width, width)
        self.inner, self.outer = torch.nn.Linear(width, 4 * width), torch.nn.Linear(4 * width, width)

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        batch, time, width = hidden.shape
        qkv = self.qkv(self.before_attention(hidden)).view(batch, time, 3, self.n_heads, -1)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)  # each (batch, heads, time, width / heads)
        mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        mixed = self.out(mixed.transpose(1, 2).reshape(batch, time, width))
        hidden = hidden + functional.dropout(mixed, self.dropout, self.training)
        inner = functional.gelu(self.inner(self.before_layers(hidden)), approximate="tanh")
        inner = functional.dropout(inner, self.dropout, self.training)
        return hidden + functional.dropout(self.outer(inner), self.dropout, self.training)


class SequenceNet(torch.nn.Module):
    """Items in, hidden states out; the score of an item is the product of its embedding with the last state.

    Sequences are padded at the end, so that a causal model never sees the padding. Places are counted from the last
    event of a sequence of full length, so that a served sequence of any length needs no padding.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.items = torch.nn.Embedding(shape.n_items, shape.width)
        self.places = torch.nn.Embedding(shape.max_events, shape.width)
        self.blocks = torch.nn.ModuleList(Block(shape) for _ in range(shape.n_blocks))
        self.last = torch.nn.LayerNorm(shape.width)
        for one in (self.items, self.places):
            torch.nn.init.normal_(one.weight, std=0.02)

    def forward(self, items: torch.Tensor) -> torch.Tensor:
        """Return hidden states, shape (batch, time, width), for items of shape (batch, time)."""
        places = torch.arange(items.shape[1], device=items.device)
        hidden = self.items(items) * math.sqrt(self.shape.width) * 0.5 + self.places(places)
        hidden = functional.dropout(hidden, self.shape.dropout, self.training)
        for block in self.blocks:
            hidden = block(hidden)
        return self.last(hidden)  # type: ignore[no-any-return]


class SoftmaxLoss(torch.autograd.Function):
    """Mean cross-entropy over all items, with its gradients made on the way, a chunk of places at a time."""

    @staticmethod
    def forward(ctx: Any, hidden: torch.Tensor, weight: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        n, n_items = len(hidden), len(weight)
        d_hidden, d_weight = torch.empty_like(hidden), torch.zeros_like(weight)
        total = torch.zeros((), device=hidden.device)
        rows = max(16, CHUNK_BYTES // (4 * n_items))
        for start in range(0, n, rows):
            part, gold = hidden[start : start + rows], target[start : start + rows, None]
            logits = part @ weight.T  # (rows, n_items)
            highest = logits.amax(dim=1, keepdim=True)
            right = logits.gather(1, gold)
            logits.sub_(highest).exp_()
            sums = logits.sum(dim=1, keepdim=True)
            total += (sums.log() + highest - right).sum()
            logits.div_(sums * n)
            logits.scatter_add_(1, gold, torch.full_like(right, -1 / n))
            d_hidden[start : start + rows] = logits @ weight
            d_weight.addmm_(logits.T, part)
        ctx.save_for_backward(d_hidden, d_weight)
        return total / n

    @staticmethod
    def backward(ctx: Any, *grads: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        d_hidden, d_weight = ctx.saved_tensors
        return d_hidden * grads[0], d_weight * grads[0], None


def padded(sequences: Sequence[np.ndarray[Any, Any]]) -> torch.Tensor:
    """Return sequences as rows of one tensor, with zeros after their ends."""
    made = np.zeros((len(sequences), max(len(one) for one in sequences)), dtype=np.int64)
    for row, one in zip(made, sequences, strict=True):
        row[: len(one)] = one
    return torch.from_numpy(made)
