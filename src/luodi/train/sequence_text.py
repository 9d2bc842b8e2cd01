"""Item texts in a network over sequences: an embedding is what is learned of an item, and a projection of its text."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.utils import parametrize

from luodi.contracts import Recipe
from luodi.runtime.scorer_text import centered, components
from luodi.train import meaning
from luodi.train.device import device
from luodi.train.lesson import Lesson
from luodi.train.sequence_net import SequenceNet

COMPONENTS = 128  # of the encoder's vectors
DROPPED = 0.3
"""The share of items with their text alone at a step, so that texts learn to do so (docs/logbook.md, 2026-11-30).

Source of the idea: Volkovs, Yu and Poutanen 2017, "DropoutNet: Addressing Cold Start in Recommender Systems".
"""


class Reading(NamedTuple):
    """How texts come into a network."""

    base: str
    encoder: Path
    mean: NDArray[np.float32]
    basis: NDArray[np.float32]
    touched: torch.Tensor
    """Numbers of the items with events: only these stand in the softmax, where a loss would push the others away."""
    place: torch.Tensor
    """The place of each item among those; −1 for the others."""


class WithTexts(torch.nn.Module):
    """Embeddings of items; those that nobody touched have their text's alone."""

    texts: torch.Tensor
    touched: torch.Tensor

    def __init__(self, texts: NDArray[np.float32], touched: NDArray[np.bool_], width: int) -> None:
        super().__init__()
        self.register_buffer("texts", torch.from_numpy(texts))
        self.register_buffer("touched", torch.from_numpy(touched.astype(np.float32))[:, None])
        self.project = torch.nn.Linear(texts.shape[1], width, bias=False)
        torch.nn.init.normal_(self.project.weight, std=0.05)

    def forward(self, own: torch.Tensor) -> torch.Tensor:
        kept = self.touched
        if self.training:
            kept = kept * (torch.rand(len(own), 1, device=own.device) >= DROPPED)
        return own * kept + self.project(self.texts)  # type: ignore[no-any-return]


def read(net: SequenceNet, lesson: Lesson, *, recipe: Recipe, work: Path) -> Reading:
    """Let the embeddings of a network's items begin from their texts, and return how."""
    texts = meaning.texts_of(lesson.log.table, range(len(lesson.log.items)))
    vectors, encoder, base = meaning.read(texts, recipe=recipe, work=work)
    touched = np.bincount(lesson.train.item, minlength=len(texts)) > 0
    return joined(net, vectors, touched, base=base, encoder=encoder)


def joined(
    net: SequenceNet, vectors: NDArray[np.float32], touched: NDArray[np.bool_], *, base: str, encoder: Path
) -> Reading:
    """Let the embeddings of a network's items begin from vectors, shape (n_items, width)."""
    mean = vectors[touched].mean(axis=0)
    _, _, directions = np.linalg.svd(centered(vectors[touched], mean), full_matrices=False)
    basis = np.ascontiguousarray(directions[:COMPONENTS].T)
    own = WithTexts(components(vectors, mean, basis), touched, net.shape.width)
    parametrize.register_parametrization(net.items, "weight", own.to(device()))
    numbers = torch.from_numpy(np.flatnonzero(touched)).to(device())
    place = torch.full((len(vectors),), -1, device=device())
    place[numbers] = torch.arange(len(numbers), device=device())
    return Reading(base, encoder, mean, basis, numbers, place)


def arrays(net: SequenceNet, reading: Reading) -> dict[str, NDArray[Any]]:
    """Return what places the text of a new item among the others."""
    project = net.get_parameter("items.parametrizations.weight.0.project.weight").detach().cpu().float().numpy()
    return {"texts.mean": reading.mean, "texts.basis": reading.basis, "texts.project": project.T.copy()}
