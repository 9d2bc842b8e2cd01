"""A Marian model's pass over pairs of texts as training on a processor wants it; `bert_pass` says what that means.

The model is the one of `transformers`, whose parameters this computes with: Junczys-Dowmunt et al. 2018, "Marian: Fast
Neural Machine Translation in C++"; Vaswani et al. 2017, "Attention Is All You Need", norms after each sum. The last
product, over the whole vocabulary, is computed in slices together with its gradient: all of it would be ten times as
large as all else.
"""

from typing import Any

import torch

from luodi.train.bert_pass import Attention, Parts

Tensor = torch.Tensor
SLICE = 128  # places whose logits are in memory together
BARRED = -1e9


class MarianPass:
    """Computes hidden states of encoder and decoder from the model's own parameters; holds none itself."""

    def __init__(self, model: Any, path: str) -> None:
        config = model.config
        self.model, self.n_heads = model, config.encoder_attention_heads
        self.pad, self.scale = config.pad_token_id, config.d_model**0.5 if config.scale_embedding else 1.0
        self.parts = Parts(path, float(config.dropout), 1e-5, lambda: bool(model.training))
        self.act = torch.nn.functional.silu if config.activation_function == "swish" else torch.nn.functional.relu
        self.encoder = [_own(one) + _inner(one) for one in model.model.encoder.layers]
        self.decoder = [_own(one) + _across(one) + _inner(one) for one in model.model.decoder.layers]

    def encode(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Return the encoder's hidden states, (batch * time, width)."""
        x = self._embed(ids, self.model.model.encoder)
        padding = self._padding(mask)
        for qkv, out, norm, up, down, last_norm in self.encoder:
            mixed = Attention.apply(self.parts.linear(x, qkv), padding, tuple(ids.shape), self.n_heads)  # type: ignore[no-untyped-call]
            x = self.parts.add(x, self.parts.linear(mixed, out), norm)
            x = self.parts.add(x, self.parts.linear(self.act(self.parts.linear(x, up)), down), last_norm)
        return x

    def decode(self, ids: Tensor, encoded: Tensor, mask: Tensor, links: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return the decoder's hidden states, (batch * time, width); `encoded` and `mask` are of the source.

        Beside them stands how little the first heads look where `links` point, (batch, time, time of the source):
        summed over all places, a mean over the layers from the second on. Rows of zeros ask for nothing.
        """
        x = self._embed(ids, self.model.model.decoder)
        astray = x.new_zeros((), dtype=torch.float32)
        batch, time = ids.shape
        padding = self._padding(mask)
        later = torch.full((time, time), BARRED, dtype=x.dtype).triu_(1)[None]
        for n, (qkv, out, norm, q, kv, cross, cross_norm, up, down, last_norm) in enumerate(self.decoder):
            mixed = Attention.apply(self.parts.linear(x, qkv), later, (batch, time), self.n_heads)  # type: ignore[no-untyped-call]
            x = self.parts.add(x, self.parts.linear(mixed, out), norm)
            asked, found = self.parts.linear(x, q), self.parts.linear(encoded, kv)
            if links is not None and n:
                astray = astray + self._astray(asked, found, mask, links) / (len(self.decoder) - 1)
            mixed = Across.apply(asked, found, padding, batch, self.n_heads)  # type: ignore[no-untyped-call]
            x = self.parts.add(x, self.parts.linear(mixed, cross), cross_norm)
            x = self.parts.add(x, self.parts.linear(self.act(self.parts.linear(x, up)), down), last_norm)
        return x, astray

    def _astray(self, asked: Tensor, found: Tensor, mask: Tensor, links: Tensor) -> Tensor:
        """Return the cross-entropy of the first head's attention against links, summed."""
        width = asked.shape[1] // self.n_heads
        q = asked[:, :width].float().view(len(mask), -1, width)
        k = found[:, :width].float().view(len(mask), -1, width)
        scores = torch.bmm(q, k.transpose(1, 2)) * width**-0.5
        looks = scores.masked_fill(mask[:, None] == 0, BARRED).log_softmax(dim=-1)
        return -torch.sum(links * looks)

    def loss(self, hidden: Tensor, targets: Tensor, smoothing: float) -> Tensor:
        """Return the summed loss of hidden states, (n, width), against the tokens that follow, (n,)."""
        bias = self.model.final_logits_bias[0]
        made: Tensor = Smoothed.apply(hidden, self.model.lm_head.weight, bias, targets, smoothing)  # type: ignore[no-untyped-call]
        return made

    def _embed(self, ids: Tensor, stack: Any) -> Tensor:
        words = stack.embed_tokens
        vectors = torch.nn.functional.embedding(ids, words.weight, self.pad) * self.scale
        placed = vectors + stack.embed_positions.weight[: ids.shape[1]]
        return self.parts.drop(placed.to(self.parts.dtype).reshape(-1, placed.shape[-1]))

    def _padding(self, mask: Tensor) -> Tensor | None:
        """Return what is added to scores: 0, and a large negative number on padding; (batch * heads, 1, time)."""
        if bool(mask.all()):
            return None
        added = torch.zeros(mask.shape, dtype=self.parts.dtype).masked_fill_(mask == 0, BARRED)
        return added.repeat_interleave(self.n_heads, dim=0)[:, None, :]


def _own(layer: Any) -> tuple[Any, ...]:
    heads = layer.self_attn
    return (heads.q_proj, heads.k_proj, heads.v_proj), (heads.out_proj,), layer.self_attn_layer_norm


def _across(layer: Any) -> tuple[Any, ...]:
    heads = layer.encoder_attn
    return (heads.q_proj,), (heads.k_proj, heads.v_proj), (heads.out_proj,), layer.encoder_attn_layer_norm


def _inner(layer: Any) -> tuple[Any, ...]:
    return (layer.fc1,), (layer.fc2,), layer.final_layer_norm


class Across(torch.autograd.Function):
    """softmax(q k / sqrt(width)) v of all heads, from places of one text to those of another."""

    @staticmethod
    def forward(ctx: Any, asked: Tensor, found: Tensor, padding: Tensor | None, batch: int, n_heads: int) -> Tensor:
        width = asked.shape[1] // n_heads
        turned = asked.view(batch, -1, n_heads, width).transpose(1, 2)
        q = turned.clone(memory_format=torch.contiguous_format).view(batch * n_heads, -1, width)
        q *= width**-0.5
        k, v = found.view(batch, -1, 2, n_heads, width).permute(2, 0, 3, 1, 4).reshape(2, batch * n_heads, -1, width)
        keys = k.transpose(1, 2)
        scores = torch.bmm(q, keys) if padding is None else torch.baddbmm(padding, q, keys)
        weights = scores.softmax(dim=-1)  # (batch * heads, time, time of the other)
        ctx.save_for_backward(q, k, v, weights)
        ctx.batch, ctx.n_heads = batch, n_heads
        mixed = torch.bmm(weights, v).view(batch, n_heads, -1, width)
        return mixed.transpose(1, 2).reshape(asked.shape)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        q, k, v, weights = ctx.saved_tensors
        width, batch, n_heads = q.shape[2], ctx.batch, ctx.n_heads
        grad = grad.view(batch, -1, n_heads, width).transpose(1, 2).reshape(batch * n_heads, -1, width)
        to_weights = torch.bmm(grad, v.transpose(1, 2))
        to_scores = torch._softmax_backward_data(to_weights, weights, -1, weights.dtype)
        to_q = torch.bmm(to_scores, k).mul_(width**-0.5).view(batch, n_heads, -1, width)
        both = torch.stack((torch.bmm(to_scores.transpose(1, 2), q), torch.bmm(weights.transpose(1, 2), grad)))
        to_kv = both.view(2, batch, n_heads, -1, width).permute(1, 3, 0, 2, 4)
        to_asked = to_q.transpose(1, 2).reshape(-1, n_heads * width)
        return to_asked, to_kv.reshape(-1, 2 * n_heads * width), None, None, None


class Smoothed(torch.autograd.Function):
    """The summed cross-entropy of logits = hidden @ weight.T + bias, a share of each target spread over all tokens.

    Source: Szegedy et al. 2016, "Rethinking the Inception Architecture for Computer Vision", section 7.
    """

    @staticmethod
    def forward(ctx: Any, hidden: Tensor, weight: Tensor, bias: Tensor, targets: Tensor, smoothing: float) -> Tensor:
        table, total = weight.detach().to(hidden.dtype), hidden.new_zeros((), dtype=torch.float32)
        needs, n_tokens = any(ctx.needs_input_grad), weight.shape[0]
        added = bias.to(hidden.dtype) if bool(bias.any()) else None
        to_hidden, to_weight = torch.empty_like(hidden), torch.zeros_like(weight)
        for start in range(0, len(hidden), SLICE):
            part, gold = hidden[start : start + SLICE], targets[start : start + SLICE, None]
            logits = torch.nn.functional.linear(part, table, added)  # (slice, tokens)
            p = torch.softmax(logits, dim=-1)
            log_p = p.gather(1, gold).float().clamp_(min=1e-30).log_()
            total_log = logits.gather(1, gold).float() - log_p  # log of the sum that p was divided by
            total -= (1 - smoothing) * log_p.sum() - smoothing * total_log.sum()
            if needs:
                p.scatter_add_(1, gold, torch.full_like(gold, 0, dtype=p.dtype).sub_(1 - smoothing))
                torch.mm(p, table, out=to_hidden[start : start + SLICE])
                to_weight += p.t() @ part
        # the share that is spread over all tokens is the same for each of them: no need to write it into every slice
        summed = hidden.float().sum(dim=0)
        total -= smoothing * ((summed @ weight.detach().mean(dim=0)) + len(hidden) * bias.mean())
        if needs:
            to_hidden -= (smoothing * weight.detach().mean(dim=0)).to(hidden.dtype)
            to_weight -= smoothing / n_tokens * summed
        ctx.save_for_backward(to_hidden, to_weight)
        return total

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        to_hidden, to_weight = ctx.saved_tensors
        return to_hidden * grad.to(to_hidden.dtype), to_weight * grad, None, None, None
