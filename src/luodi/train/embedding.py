"""Networks for search, in torch: a text's vector, learned from pairs."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from luodi.contracts import Facts, Recipe
from luodi.runtime import quantize
from luodi.train import export, network, starter
from luodi.train.loop import Loop, Schedule

MAX_TOKENS = 256
TEMPERATURE = 0.05  # SimCSE (Gao, Yao and Chen 2021), table D.1
LEARNING_RATE = 3e-5
Pairs = Sequence[tuple[str, str]]


class Vectors(torch.nn.Module):
    """An encoder whose output is the unit vector of the pooled text."""

    def __init__(self, inner: network.Network) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.normalize(self.inner.pool(ids, mask), dim=-1)


def begin(recipe: Recipe, *, n_outputs: int = 1) -> tuple[network.Network, network.Text, str]:
    """Return the pretrained encoder with its tokenizer and its name."""
    encoder = starter.find(recipe.base)
    net = network.pretrained(encoder, n_outputs, seed=recipe.seed)
    most = min(recipe.max_tokens or MAX_TOKENS, int(net.config.get("max_position_embeddings", 512)))
    return net, network.Text(encoder.path / network.TOKENIZER, max_tokens=most), f"{encoder.name} {encoder.sha256[:12]}"


def adapt(
    net: network.Network,
    text: network.Text,
    pairs: Pairs,
    evaluate: Callable[[], float],
    *,
    recipe: Recipe,
    work: Path,
) -> Facts:
    """Pull each question and its passage together, and the other passages of the batch away; both ways.

    Source: Karpukhin et al. 2020, "Dense Passage Retrieval for Open-Domain Question Answering", section 3.2. A passage
    that two questions of a batch share is no negative.
    """
    questions, passages = (text.encode([pair[side] for pair in pairs]) for side in (0, 1))
    same = {one: n for n, one in enumerate(dict.fromkeys(passage for _, passage in pairs))}
    number = np.array([same[passage] for _, passage in pairs])

    def loss(batch: list[int]) -> torch.Tensor:
        a = torch.nn.functional.normalize(net.pool(*text.batch([questions[n] for n in batch])), dim=-1)
        b = torch.nn.functional.normalize(net.pool(*text.batch([passages[n] for n in batch])), dim=-1)
        scores = (a @ b.T).float() / TEMPERATURE  # (batch, batch)
        twice = number[batch][:, None] == number[batch][None, :]
        np.fill_diagonal(twice, val=False)
        scores = scores.masked_fill(torch.from_numpy(twice).to(scores.device), -1e4)
        right = torch.arange(len(batch), device=scores.device)
        cross = torch.nn.functional.cross_entropy
        return (cross(scores, right) + cross(scores.T, right)) / 2

    schedule = Schedule(
        epochs=recipe.epochs or max(1, min(6, 6_000 // max(1, len(pairs)))),
        batch_size=32,
        learning_rate=recipe.learning_rate or LEARNING_RATE,
        max_minutes=recipe.max_minutes / 2,  # the rest is for making vectors of all passages
        average=0.99,
    )
    lengths = [len(a) + len(b) for a, b in zip(questions, passages, strict=True)]
    return Loop(
        net, lengths, loss, evaluate, schedule=schedule, seed=recipe.seed, work=work, doing="adapting the encoder"
    ).run()


def write(folder: Path, net: torch.nn.Module, text: network.Text, texts: Sequence[Any], *, form: str = "int8") -> None:
    """Write a network as a session, in int8 where `form` says so; `texts`, or pairs of them, calibrate it."""
    plain = folder.with_name(folder.name + ".plain")
    for one in (plain, folder):
        shutil.rmtree(one, ignore_errors=True)
    plain.mkdir(parents=True)
    export.export(plain, net, text, "rank", [])
    if form == "int8":
        folder.mkdir()
        quantize.make(plain, "int8", texts, folder)
        shutil.rmtree(plain)
    else:
        plain.rename(folder)
