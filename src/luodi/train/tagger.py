"""Learn the weights of `luodi.privacy.tagger`: the same network in torch, with a CRF on top."""

import json
import logging
import math
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import save_file
from torch import Tensor, nn

from luodi.contracts import record
from luodi.privacy import tagger

log = logging.getLogger(__name__)

EMA = 0.999  # the average over about the last thousand steps
WARM_UP = 300  # steps
DENSE = 1 << 9  # a table below this many rows is kept in float16


@record
class Shape:
    """The size of a tagger and how it is learned."""

    kinds: tuple[str, ...]
    tables: tuple[tuple[int, int], ...]
    """Rows and width of each embedding table."""
    columns: tuple[int, ...]
    """Which table each feature column looks up."""
    width: int = 192
    dilations: tuple[int, ...] = (1, 2, 4)
    dropout: float = 0.3
    feature_dropout: float = 0.1
    """The share of looked-up features that a step leaves out."""
    batch_positions: int = 3_000
    learning_rate: float = 2e-3
    frozen: tuple[int, ...] = ()
    """Tables that stay as they are given."""
    bias: float = 0.0


@record
class Sentence:
    """Features of shape (time, n_columns) and tags of shape (time,)."""

    features: NDArray[np.int32]
    tags: NDArray[np.int8]
    weight: float = 1.0


class Network(nn.Module):
    """Tag scores for a padded batch, and the CRF's loss."""

    def __init__(self, shape: Shape, given: dict[int, NDArray[np.float32]]) -> None:
        super().__init__()
        n_tags = 1 + 4 * len(shape.kinds)
        self.shape = shape
        self.tables = nn.ModuleList(nn.Embedding(rows, width) for rows, width in shape.tables)
        for n, (rows, width) in enumerate(shape.tables):
            table = torch.zeros(rows, width)  # what was never seen stays at zero
            if n in given:
                table = torch.tensor(given[n])
            elif rows < DENSE:
                nn.init.normal_(table, std=0.1)
            self.tables[n].weight = nn.Parameter(table, requires_grad=n not in shape.frozen)
        self.into = nn.Linear(sum(shape.tables[n][1] for n in shape.columns), shape.width)
        self.convs = nn.ModuleList(nn.Linear(3 * shape.width, shape.width) for _ in shape.dilations)
        self.norms = nn.ModuleList(nn.LayerNorm(shape.width) for _ in shape.dilations)
        self.out = nn.Linear(shape.width, n_tags)
        self.transitions = nn.Parameter(torch.zeros(n_tags, n_tags))
        self.start, self.end = nn.Parameter(torch.zeros(n_tags)), nn.Parameter(torch.zeros(n_tags))
        self.allowed = torch.tensor(tagger.forbidden(len(shape.kinds)))

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Return scores, shape (batch, time, n_tags), for ids (batch, time, n_columns) and mask (batch, time)."""
        parts = [self.tables[table](ids[..., n]) for n, table in enumerate(self.shape.columns)]
        if self.training and self.shape.feature_dropout:
            keep = torch.rand(*mask.shape, len(parts)) >= self.shape.feature_dropout
            parts = [part * keep[..., n, None] for n, part in enumerate(parts)]
        drop, inside = self.shape.dropout, mask[..., None]
        embedded = nn.functional.dropout(torch.cat(parts, dim=-1), drop / 2, self.training)
        hidden = torch.relu(self.into(embedded)) * inside
        for conv, norm, dilation in zip(self.convs, self.norms, self.shape.dilations, strict=True):
            padded = nn.functional.pad(hidden, (0, 0, dilation, dilation))
            time = hidden.shape[1]
            around = torch.cat([padded[:, :time], hidden, padded[:, 2 * dilation :]], dim=-1)
            change = nn.functional.dropout(torch.relu(conv(around)), drop, self.training)
            hidden = norm(hidden + change) * inside
        scores: Tensor = self.out(nn.functional.dropout(hidden, drop, self.training))
        return scores

    def loss(self, scores: Tensor, tags: Tensor, mask: Tensor, weights: Tensor) -> Tensor:
        """Return the negative log-likelihood of the right paths, a mean over the positions of the batch."""
        transitions = self.transitions + self.allowed
        start, end = self.start + self.allowed[0], self.end + self.allowed[:, 0]
        right = start[tags[:, 0]] + scores[:, 0].gather(1, tags[:, :1])[:, 0]
        total = start + scores[:, 0]
        steps = scores.gather(2, tags[..., None])[..., 0]
        moves = transitions[tags[:, :-1], tags[:, 1:]]
        right = right + ((steps[:, 1:] + moves) * mask[:, 1:]).sum(dim=1)
        inside = mask.bool()
        for time in range(1, scores.shape[1]):
            following = torch.logsumexp(total[:, :, None] + transitions, dim=1) + scores[:, time]
            total = torch.where(inside[:, time, None], following, total)
        lengths = mask.sum(dim=1).long()
        last = tags.gather(1, lengths[:, None] - 1)[:, 0]
        nll = torch.logsumexp(total + end, dim=1) - right - end[last]
        return (nll * weights).sum() / mask.sum()


def learn(
    sentences: Sequence[Sentence],
    shape: Shape,
    *,
    n_epochs: float,
    seed: int,
    given: dict[int, NDArray[np.float32]] | None = None,
) -> Network:
    """Return the learned network: Adam with a linear warm-up and decay, weights averaged over the last steps."""
    torch.manual_seed(seed)
    network = Network(shape, given or {})
    learned = [one for one in network.parameters() if one.requires_grad]
    optimizer = torch.optim.AdamW(learned, lr=shape.learning_rate, weight_decay=0.0, fused=True)
    average = [one.detach().clone() for one in learned]
    batches = _batches(sentences, shape.batch_positions, random.Random(f"{seed}/0"))
    n_steps, step = round(n_epochs * len(batches)), 0
    warm_up = min(WARM_UP, n_steps / 10)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda at: min(1.0, (at + 1) / warm_up) * max(0.01, 1 - at / n_steps)
    )
    network.train()
    for epoch in range(math.ceil(n_epochs)):
        for batch in _batches(sentences, shape.batch_positions, random.Random(f"{seed}/{epoch}")):
            if step == n_steps:
                break
            ids, tags, mask, weights = _padded([sentences[n] for n in batch])
            loss = network.loss(network(ids, mask), tags, mask, weights)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(learned, 5.0)
            optimizer.step()
            schedule.step()
            step += 1
            if step % 5 == 0:
                decay = min(EMA, step / (step + 50)) ** 5
                torch._foreach_lerp_(average, [one.detach() for one in learned], 1 - decay)
            if step % 100 == 0:
                log.info("step", extra={"step": step, "n_steps": n_steps, "loss": loss.item()})
    for one, mean in zip(learned, average, strict=True):
        one.data.copy_(mean)
    return network.eval()


def export(network: Network, path: Path, *, bias: float, keys: NDArray[np.uint32] | None = None) -> None:
    """Write the weights: tables in int8 with a scale per column, the rest in float16. `keys` name rows of table 0."""
    tensors: dict[str, NDArray[Any]] = {} if keys is None else {"keys": keys}
    state = {name: value.detach().numpy() for name, value in network.named_parameters()}
    for n, (rows, _) in enumerate(network.shape.tables):
        table = state[f"tables.{n}.weight"]
        if rows < DENSE:
            tensors[f"table.{n}"] = table.astype(np.float16)
            continue
        scale = np.maximum(np.abs(table).max(axis=0), 1e-6) / 127
        tensors[f"table.{n}"] = np.rint(table / scale).astype(np.int8)
        tensors[f"table.{n}.scale"] = scale.astype(np.float32)
    tensors |= {"in.w": state["into.weight"].T, "in.b": state["into.bias"]}
    tensors |= {"out.w": state["out.weight"].T, "out.b": state["out.bias"]}
    for n in range(len(network.shape.dilations)):
        tensors |= {f"conv.{n}.w": state[f"convs.{n}.weight"].T, f"conv.{n}.b": state[f"convs.{n}.bias"]}
        tensors |= {f"norm.{n}.w": state[f"norms.{n}.weight"], f"norm.{n}.b": state[f"norms.{n}.bias"]}
    tensors |= {name: state[name] for name in ("transitions", "start", "end")}
    tensors = {
        name: np.ascontiguousarray(
            value if value.dtype in (np.int8, np.uint32) or name.endswith("scale") else value.astype(np.float16)
        )
        for name, value in tensors.items()
    }
    shape = network.shape
    about = {"kinds": shape.kinds, "columns": shape.columns, "dilations": shape.dilations, "bias": bias}
    save_file(tensors, path, {"about": json.dumps(about)})


def _batches(sentences: Sequence[Sentence], positions: int, rng: random.Random) -> list[list[int]]:
    """Return all sentences in batches of about equal length and bounded size, in random order."""
    order = sorted(range(len(sentences)), key=lambda n: len(sentences[n].tags) + rng.random() * 4)
    made: list[list[int]] = [[]]
    for n in order:
        if made[-1] and (len(made[-1]) + 1) * len(sentences[n].tags) > positions:
            made.append([])
        made[-1].append(n)
    rng.shuffle(made)
    return made


def _padded(batch: Sequence[Sentence]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    longest = max(len(one.tags) for one in batch)
    ids = torch.zeros(len(batch), longest, batch[0].features.shape[1], dtype=torch.int64)
    tags = torch.zeros(len(batch), longest, dtype=torch.int64)
    mask = torch.zeros(len(batch), longest)
    for row, one in enumerate(batch):
        n = len(one.tags)
        ids[row, :n], tags[row, :n] = torch.from_numpy(one.features.astype(np.int64)), torch.from_numpy(one.tags)
        mask[row, :n] = 1
    return ids, tags, mask, torch.tensor([one.weight for one in batch])
