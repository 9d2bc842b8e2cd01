"""Learning the next item from every place of every history."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn.utils import parametrize

from luodi.contracts import Facts, Recipe
from luodi.runtime.scorer_sequence import Sequential
from luodi.train import meaning
from luodi.train.batching import seed_of
from luodi.train.choosing import few, ndcg
from luodi.train.device import device
from luodi.train.lesson import Lesson, numbered
from luodi.train.loop import Loop, Schedule
from luodi.train.sequence_net import SequenceNet, Shape, SoftmaxLoss, padded
from luodi.train.sequence_text import Reading, arrays, read

WIDTH, MAX_EVENTS = 64, 50
N_DEV = 2_000
LEARNING_RATE, WEIGHT_DECAY, BATCH, EPOCHS = 4e-3, 0.05, 128, 20
FULL_SOFTMAX = 40_000
"""Larger catalogues are learned against a sample of items, drawn anew for every batch."""
N_NEGATIVES = 8_192
STEPS, LEAST_BATCH, MANY = 60, 16, 100_000
"""Small logs learn in smaller batches, so that an epoch has about so many steps; large ones in larger."""
LEAST_STEPS, MOST_EPOCHS = 1_000, 30


def sequence(lesson: Lesson, dev: Sequence[tuple[Any, Any]], *, recipe: Recipe, work: Path) -> tuple[Sequential, Facts]:
    """Return the network of the epoch that does best on dev, as arrays. It reads texts of items where it can."""
    histories = [one for one in lesson.train.histories() if len(one) > 1]
    windows = [one for history in histories for one in _windows(history)]
    shape = Shape(
        n_items=len(lesson.train.items), width=WIDTH, max_events=MAX_EVENTS, dropout=_dropout(len(lesson.train))
    )
    torch.manual_seed(recipe.seed)
    net = SequenceNet(shape).to(device())
    silent = shape.n_items > FULL_SOFTMAX or meaning.no_texts(lesson, recipe) is not None
    reading = None if silent else read(net, lesson, recipe=recipe, work=work)
    questions, again = few(numbered(lesson, dev), N_DEV), lesson.rules.again
    batch = int(np.clip(len(windows) // STEPS, LEAST_BATCH, BATCH if len(windows) < MANY else 4 * BATCH))
    steps = math.ceil(len(windows) / batch)
    schedule = Schedule(
        epochs=recipe.epochs or max(EPOCHS, min(MOST_EPOCHS, math.ceil(LEAST_STEPS / steps))),
        batch_size=batch,
        learning_rate=recipe.learning_rate or LEARNING_RATE,
        weight_decay=WEIGHT_DECAY,
        max_minutes=recipe.max_minutes,
        average=0.99,
        warmup=0.05,
        patience=5,
    )

    def loss(rows: list[int]) -> torch.Tensor:
        return _loss(net, [windows[n] for n in rows], seed_of(recipe.seed, "negatives", rows), reading)

    loop = Loop(
        net,
        [len(one) for one in windows],
        loss,
        lambda: ndcg(as_scorer(net, reading), questions, again=again),
        schedule=schedule,
        seed=recipe.seed,
        work=work,
        doing="learning sequences",
    )
    facts = loop.run()
    facts["losses"] = facts["losses"][-1:]
    return as_scorer(net, reading), {"width": WIDTH, "texts": reading.base if reading else None, **facts}


def as_scorer(net: SequenceNet, reading: Reading | None = None) -> Sequential:
    """Return the network's weights as arrays for serving, and with `reading` what places the texts of new items."""
    shape = net.shape
    state = net.state_dict() | {"items.weight": net.items.weight}
    weights = {
        name: one.detach().cpu().float().numpy() for name, one in state.items() if "parametrizations" not in name
    }
    if reading is not None:
        weights |= arrays(net, reading)
    made = Sequential(weights, n_heads=shape.n_heads, n_blocks=shape.n_blocks, max_events=shape.max_events)
    made.encoder = reading.encoder if reading else None
    return made


def _windows(history: np.ndarray[Any, Any]) -> list[np.ndarray[Any, Any]]:
    """Cut a history into pieces that the network can read, from the end; each has a place more, its last answer."""
    ends = range(len(history), 1, -MAX_EVENTS)
    return [history[max(0, end - MAX_EVENTS - 1) : end] for end in ends]


def _dropout(n_events: int) -> float:
    """Return how much to forget: half where events are few, a fifth where there are millions (a guess between)."""
    return float(np.clip(0.5 - 0.1 * math.log10(max(1.0, n_events / 300_000)), 0.2, 0.5))


def _loss(
    net: SequenceNet, windows: Sequence[np.ndarray[Any, Any]], seed: int, reading: Reading | None = None
) -> torch.Tensor:
    x, y = padded([one[:-1] for one in windows]).to(device()), padded([one[1:] for one in windows]).to(device())
    lengths = torch.tensor([len(one) - 1 for one in windows], device=device())
    real = torch.arange(x.shape[1], device=device())[None] < lengths[:, None]  # (batch, time)
    with parametrize.cached():  # embeddings that are made from texts are made once
        hidden, target, weight = net(x)[real], y[real], net.items.weight
    if reading is not None:
        weight, target = weight[reading.touched], reading.place[target]
    if net.shape.n_items > FULL_SOFTMAX:
        # Every target of the batch and a uniform sample: an estimate of the softmax over all, as negatives weigh by
        # how few of them are drawn. Source: Bengio and Senécal 2008, "Adaptive Importance Sampling".
        generator = torch.Generator().manual_seed(seed)
        drawn = torch.randint(net.shape.n_items, (N_NEGATIVES,), generator=generator).to(device())
        among, place = torch.unique(torch.cat([target, drawn]), return_inverse=True)
        weight, target = weight[among], place[: len(target)]
    with torch.autocast(hidden.device.type, enabled=False):  # probabilities of many items are small
        return SoftmaxLoss.apply(hidden.float(), weight, target)  # type: ignore[no-any-return, no-untyped-call]
