"""A BERT encoder's pass over a batch as training on a processor wants it: the same sums, without the detours.

Against the module's own forward under autocast (docs/training.md has the figures): activations stay in one number
format from end to end; a weight is cast once after it changed and not in every use; query, key and value are one
product; attention keeps its probabilities, because the fused kernel's backward takes six times as long on short texts,
and drops none of them; dropout cuts its mask out of a strip that is drawn once, because drawing afresh took a seventh
of a step.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.optim.optimizer import register_optimizer_step_post_hook

Tensor = torch.Tensor
STRIP = 1 << 23  # places of a dropout strip; a mask is a random stretch of it
DTYPES = {"bf16": torch.bfloat16, "fp32": torch.float32, "fp32-onednn": torch.float32}


def _tell(optimizer: torch.optim.Optimizer, *_: Any) -> None:
    """Count a change of every parameter that a step has changed: torch's fused optimizers do not, and a copy that is
    kept until its weight changes would be kept for ever."""
    torch.autograd.graph.increment_version([one for group in optimizer.param_groups for one in group["params"]])


register_optimizer_step_post_hook(_tell)


def fits(config: dict[str, Any]) -> bool:
    """Say whether this is an encoder whose pass is written here: BERT with absolute places and exact GELU."""
    return (
        config.get("model_type") == "bert"
        and config.get("hidden_act", "gelu") == "gelu"
        and config.get("position_embedding_type", "absolute") == "absolute"
    )


class Parts:
    """What passes have in common: products with kept copies of weights, and masks cut out of one strip.

    `training` says whether anything is dropped now.
    """

    def __init__(self, path: str, dropout: float, eps: float, training: Callable[[], bool]) -> None:
        self.dtype, self.dropout, self.eps, self.training = DTYPES[path], dropout, eps, training
        self.product = onednn_linear if path == "fp32-onednn" else torch.nn.functional.linear
        self.copies: dict[int, tuple[Any, Tensor, Tensor]] = {}
        self.strip: Tensor | None = None

    def linear(self, x: Tensor, layers: Sequence[torch.nn.Linear]) -> Tensor:
        """Return the products with one or more layers, side by side: (rows, outs)."""
        weight, bias = self._copy(layers)
        parameters = [one.weight for one in layers] + [one.bias for one in layers]
        return Linear.apply(x, weight, bias, self.product, *parameters)  # type: ignore[no-any-return, no-untyped-call]

    def _copy(self, layers: Sequence[torch.nn.Linear]) -> tuple[Tensor, Tensor]:
        """Return weight and bias in the pass's format, made anew only where a parameter has changed."""
        with torch.inference_mode(mode=False), torch.no_grad():
            weights: list[Tensor] = [one.weight for one in layers]
            biases: list[Tensor] = [one.bias for one in layers]
            if len(layers) == 1 and self.dtype == torch.float32:
                return weights[0].detach(), biases[0].detach()
            stamp = [(one._version, one.data_ptr()) for one in weights + biases]
            known = self.copies.get(id(layers))
            if known is None or known[0] != stamp:
                weight, bias = torch.cat(weights).to(self.dtype), torch.cat(biases).to(self.dtype)
                self.copies[id(layers)] = known = (stamp, weight, bias)
            return known[1], known[2]

    def add(self, x: Tensor, y: Tensor, norm: torch.nn.LayerNorm) -> Tensor:
        """Return norm(x + y), some places of y left out."""
        kept = self._mask(y.numel())
        summed = x + y if kept is None else DropAdd.apply(x, y, kept)  # type: ignore[no-untyped-call]
        return torch.nn.functional.layer_norm(summed, norm.normalized_shape, norm.weight, norm.bias, self.eps)

    def drop(self, x: Tensor) -> Tensor:
        """Return x with some places left out."""
        kept = self._mask(x.numel())
        return x if kept is None else x * kept.view_as(x)

    def _mask(self, n: int) -> Tensor | None:
        """Return n factors, 0 for a share of them and 1 / (1 - share) for the others; `None` for nothing to drop."""
        keep = 1 - self.dropout
        if not (self.training() and torch.is_grad_enabled()) or keep == 1:
            return None
        if n > STRIP // 2:
            return torch.empty(n, dtype=self.dtype).bernoulli_(keep).div_(keep)
        if self.strip is None:
            drawn = torch.empty(STRIP).bernoulli_(keep, generator=torch.Generator().manual_seed(0))
            self.strip = drawn.div_(keep).to(self.dtype)
        start = int(torch.randint(STRIP - n, ()))  # from the global generator, which the loop seeds for each step
        return self.strip[start : start + n]


class BertPass:
    """Computes the hidden states of a BERT encoder from the encoder's own parameters; holds none itself."""

    def __init__(self, encoder: torch.nn.Module, path: str) -> None:
        config: Any = encoder.config
        self.encoder, self.n_heads = encoder, config.num_attention_heads
        dropout, eps = float(config.hidden_dropout_prob), config.layer_norm_eps
        self.parts = Parts(path, dropout, eps, lambda: encoder.training)
        self.layers = [_linears(layer) for layer in encoder.encoder.layer]  # type: ignore[union-attr]

    def __call__(
        self, ids: Tensor, mask: Tensor, types: Tensor | None = None, *, n_layers: int | None = None
    ) -> Tensor:
        """Return the hidden states, shape (batch, time, width), of all layers or of the lowest so many."""
        return self.upper(self.embed(ids, types), mask, 0, n_layers)

    def embed(self, ids: Tensor, types: Tensor | None = None) -> Tensor:
        """Return the sum of word, place and type vectors, normalized; (batch, time, width)."""
        tables: Any = self.encoder.embeddings
        words = tables.word_embeddings
        looked_up = torch.nn.functional.embedding(ids, words.weight, words.padding_idx, sparse=words.sparse)
        kind = tables.token_type_embeddings.weight[0] if types is None else tables.token_type_embeddings(types)
        summed = looked_up + tables.position_embeddings.weight[: ids.shape[1]] + kind
        norm = tables.LayerNorm
        hidden = torch.nn.functional.layer_norm(summed, norm.normalized_shape, norm.weight, norm.bias, self.parts.eps)
        return self.parts.drop(hidden.to(self.parts.dtype))

    def upper(self, hidden: Tensor, mask: Tensor, first: int, last: int | None = None) -> Tensor:
        """Return what the layers from `first` on make of hidden states, (batch, time, width) in and out."""
        batch, time, width = hidden.shape
        padding = None if bool(mask.all()) else self._padding(mask)
        x = hidden.to(self.parts.dtype).reshape(batch * time, width)
        for parts in self.layers[first:last]:
            x = self._layer(x, padding, (batch, time), parts)
        return x.view(batch, time, width)

    def _layer(self, x: Tensor, padding: Tensor | None, shape: tuple[int, int], parts: Any) -> Tensor:
        qkv, dense, norm, up, down, last_norm = parts
        attended = Attention.apply(self.parts.linear(x, qkv), padding, shape, self.n_heads)  # type: ignore[no-untyped-call]
        x = self.parts.add(x, self.parts.linear(attended, dense), norm)
        return self.parts.add(x, self.parts.linear(torch.nn.functional.gelu(self.parts.linear(x, up)), down), last_norm)

    def _padding(self, mask: Tensor) -> Tensor:
        """Return what is added to scores: 0, and a large negative number on padding; (batch * heads, 1, time)."""
        added = torch.zeros(mask.shape, dtype=self.parts.dtype).masked_fill_(mask == 0, -1e9)
        return added.repeat_interleave(self.n_heads, dim=0)[:, None, :]


def _linears(layer: Any) -> tuple[Any, ...]:
    heads, attended = layer.attention.self, layer.attention.output
    return (
        (heads.query, heads.key, heads.value), (attended.dense,), attended.LayerNorm,
        (layer.intermediate.dense,), (layer.output.dense,), layer.output.LayerNorm,
    )  # fmt: skip


def onednn_linear(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return x @ weight.T + bias through oneDNN, which on AMD is faster in float32 than the default library."""
    return torch.ops.mkldnn._linear_pointwise(x, weight, bias, "none", [], "")  # type: ignore[no-any-return]


class Linear(torch.autograd.Function):
    """Products with copies of weights, and gradients for the weights themselves."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, product: Callable[..., Tensor], *parameters: Tensor
    ) -> Tensor:
        ctx.save_for_backward(x, weight)
        ctx.product, ctx.sizes = product, [one.shape[0] for one in parameters[: len(parameters) // 2]]
        return product(x, weight, bias)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        x, weight = ctx.saved_tensors
        onednn = ctx.product is onednn_linear
        to_x = None
        if ctx.needs_input_grad[0]:
            to_x = onednn_linear(grad, weight.t()) if onednn else grad @ weight
        if not any(ctx.needs_input_grad[4:]):
            return (to_x, None, None, None, *(None for _ in ctx.sizes * 2))
        to_weight = onednn_linear(grad.t(), x.t()) if onednn else grad.t() @ x
        to_bias = grad.sum(dim=0)
        split = torch.split
        return (to_x, None, None, None, *split(to_weight.float(), ctx.sizes), *split(to_bias.float(), ctx.sizes))


class Attention(torch.autograd.Function):
    """softmax(q k / sqrt(width)) v of all heads, with the probabilities kept for the way back."""

    @staticmethod
    def forward(ctx: Any, qkv: Tensor, padding: Tensor | None, shape: tuple[int, int], n_heads: int) -> Tensor:
        batch, time = shape
        width = qkv.shape[1] // 3 // n_heads
        turned = qkv.view(batch, time, 3, n_heads, width).permute(2, 0, 3, 1, 4)
        # always a copy: of one text `reshape` would make a view, and what is changed in it belongs to somebody else
        apart = turned.clone(memory_format=torch.contiguous_format).view(3, -1, time, width)
        q, k, v = apart  # each (batch * heads, time, width)
        q *= width**-0.5
        keys = k.transpose(1, 2)
        scores = torch.bmm(q, keys) if padding is None else torch.baddbmm(padding, q, keys)
        weights = scores.softmax(dim=-1)  # (batch * heads, time, time)
        ctx.save_for_backward(apart, weights)
        ctx.shape, ctx.n_heads = shape, n_heads
        mixed = torch.bmm(weights, v).view(batch, n_heads, time, width)
        return mixed.transpose(1, 2).reshape(batch * time, n_heads * width)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        apart, weights = ctx.saved_tensors
        batch, time = ctx.shape
        q, k, v = apart
        width = q.shape[2]
        grad = grad.view(batch, time, ctx.n_heads, width).transpose(1, 2).reshape(-1, time, width)
        to_weights = torch.bmm(grad, v.transpose(1, 2))
        to_scores = torch._softmax_backward_data(to_weights, weights, -1, weights.dtype)
        back = torch.empty_like(apart)
        torch.bmm(to_scores, k, out=back[0]).mul_(width**-0.5)
        torch.bmm(to_scores.transpose(1, 2), q, out=back[1])
        torch.bmm(weights.transpose(1, 2), grad, out=back[2])
        to_qkv = back.view(3, batch, ctx.n_heads, time, width).permute(1, 3, 0, 2, 4)
        return to_qkv.reshape(batch * time, -1), None, None, None


class DropAdd(torch.autograd.Function):
    """x + y with some places of y left out."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, y: Tensor, kept: Tensor) -> Tensor:
        ctx.save_for_backward(kept)
        return torch.addcmul(x, y, kept.view_as(y))

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, None]:
        (kept,) = ctx.saved_tensors
        return grad, grad * kept.view_as(grad), None
