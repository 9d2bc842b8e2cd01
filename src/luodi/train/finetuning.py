"""Fine-tuning of an encoder, all of its weights or some: what `models/encoder.py` does, and a student's teacher."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional

from luodi.contracts import Facts, Recipe
from luodi.metrics import classification, tagging
from luodi.train import lora, network, parallel, starter
from luodi.train.answers import class_weights, decide, labels_of, targets
from luodi.train.device import device, fast
from luodi.train.fitted import FittedNetwork
from luodi.train.loop import Loop, Schedule
from luodi.train.lower import Lower

MAX_TOKENS = 256
LEARNING_RATE = 1e-4  # docs/logbook.md, 2026-11-23
MOST_TOKENS = 4_096  # at a time: in float32 some 1.5 GB; longer ones are no faster
AVERAGE = 0.99
LAYER_DECAY = 0.95
EPOCHS = ((2_000, 6), (6_000, 4), (30_000, 3))  # few rows are worth more rounds
MOST_ROWS_EPOCHS = 2
SHORT = 32  # tokens; a step of 32 such texts is mostly overhead
SMALL = 1_500  # rows; below, smaller batches learn more than they cost


def begin(train: Sequence[tuple[str, Any]], recipe: Recipe, read: FittedNetwork | None = None) -> FittedNetwork:
    """Return an encoder under a fresh head for these answers: the one that has `read` on, or that the recipe names."""
    xs, (kind, labels) = [x for x, _ in train], labels_of([y for _, y in train])
    if read is None:
        encoder = starter.find(recipe.base)
        base, file = f"{encoder.name} {encoder.sha256[:12]}", encoder.path / network.TOKENIZER
        net = network.pretrained(encoder, len(labels), seed=recipe.seed)
    else:
        torch.manual_seed(recipe.seed)
        net, file, base = read.network, read.text.file, read.base
        net.head = torch.nn.Linear(net.head.in_features, len(labels)).to(device())
    most = min(recipe.max_tokens or MAX_TOKENS, int(net.config.get("max_position_embeddings", 512)))
    text = network.Text(file, max_tokens=network.limit_for(file, xs, most=most))
    return FittedNetwork(kind, labels, net, text, base)


def learn(
    inner: FittedNetwork,
    train: Sequence[tuple[str, Any]],
    dev: Sequence[tuple[str, Any]],
    *,
    recipe: Recipe,
    work: Path,
    doing: str = "encoder",
) -> Facts:
    """Fine-tune the network in place, and keep its best weights by dev. Returns the curves."""
    net, text = inner.network, inner.text
    # a batch's rows are learned from, not the whole table; between processes only whole gradients are added up
    net.encoder.get_input_embeddings().sparse = parallel.size() == 1
    net.freeze(recipe.frozen_layers or 0)
    adapters = lora.add(net, recipe.lora_rank, seed=recipe.seed) if recipe.lora_rank else None
    ids = text.encode([x for x, _ in train])
    logits_of = forward(net, text, ids, work=work)
    target = targets([y for _, y in train], inner.labels)
    answers = torch.from_numpy(target).to(device())
    weights = torch.from_numpy(class_weights(target)).to(device()) if recipe.class_weights else None

    def loss(batch: list[int]) -> torch.Tensor:
        return against(inner.kind, logits_of(batch), answers[batch], weights)

    schedule = Schedule(
        epochs=recipe.epochs or next((n for rows, n in EPOCHS if len(train) <= rows), MOST_ROWS_EPOCHS),
        batch_size=batch_size_for(ids),
        learning_rate=recipe.learning_rate or LEARNING_RATE,
        max_minutes=recipe.max_minutes,
        average=AVERAGE,
        layer_decay=LAYER_DECAY,
        most_tokens=MOST_TOKENS,
    )
    loop = Loop(
        net,
        [len(one) for one in ids],
        loss,
        lambda: dev_score(inner, dev),
        schedule=schedule,
        seed=recipe.seed,
        work=work,
        depth=depth_of(net),
        doing=doing,
    )
    facts = loop.run()
    if adapters is not None:
        adapters.merge()
    return facts


def against(
    kind: str, logits: torch.Tensor, gold: torch.Tensor, weights: torch.Tensor | None, *, smoothing: float = 0.0
) -> torch.Tensor:
    """Return the loss of logits, (batch, n_labels), held against 0 and 1 for each label; one label is a class of n."""
    if kind == "classify":
        target = gold.argmax(dim=1)
        return functional.cross_entropy(logits.float(), target, weight=weights, label_smoothing=smoothing)
    return functional.binary_cross_entropy_with_logits(logits.float(), gold, pos_weight=weights)


def dev_score(inner: FittedNetwork, dev: Sequence[tuple[str, Any]]) -> float:
    """Return by what a training on labels looks at dev: accuracy, or the micro F1 of tags."""
    ys = [y for _, y in dev]
    answers = [decide(inner.kind, one) for one in inner.predict([x for x, _ in dev], exact=False)]
    return classification.accuracy(ys, answers) if inner.kind == "classify" else tagging.micro_f1(ys, answers)


def forward(
    net: network.Network, text: network.Text, ids: Sequence[Sequence[int]], *, work: Path
) -> Callable[[list[int]], torch.Tensor]:
    """Return a function from rows to logits: above frozen layers from what is kept of them, else from the start."""
    with fast():
        has_pass = net.own_pass(torch.zeros(0, device=device())) is not None
    if has_pass and Lower.fits(net, ids):
        kept = Lower(net, text, ids, work=work)

        def upper(batch: list[int]) -> torch.Tensor:
            states, mask = kept.batch(batch)
            return net.answer(net.upper(states, mask), mask)

        return upper
    return lambda batch: net(*text.batch([ids[i] for i in batch]))


def batch_size_for(ids: Sequence[Sequence[int]]) -> int:
    """Return how many texts go into a step: few where rows are few, more where texts are short.

    >>> batch_size_for([[1] * 50] * 1_000), batch_size_for([[1] * 50] * 9_000), batch_size_for([[1] * 12] * 60_000)
    (16, 32, 64)
    """
    if len(ids) <= SMALL:
        return 16
    mean = sum(map(len, ids)) / len(ids)
    return 64 if mean < SHORT and len(ids) > EPOCHS[-1][0] else 32


def depth_of(net: network.Network) -> Any:
    """Return a function from parameter name to distance from the head: 0 for the head, 1 for the top layer, …"""
    layers = int(net.config.get("num_hidden_layers") or net.config.get("n_layers") or 0)

    def depth(name: str) -> int:
        parts = name.split(".")
        if parts[0] == "head":
            return 0
        numbers = [int(part) for part in parts if part.isdigit()]
        return layers - numbers[0] if numbers else layers + 1

    return depth
