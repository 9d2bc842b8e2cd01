"""Fine-tuning from few labels: texts that share a label are pulled together, all others are pushed away.

Source: Khosla et al. 2020, "Supervised Contrastive Learning", equation 2; the use for few labels is that of Tunstall et
al. 2022, "Efficient Few-Shot Learning Without Prompts" (SetFit). SetFit encodes both texts of each sampled pair; here a
text is encoded once a step and stands in a pair with every other text of the step, so that a step of 64 texts sees
2,016 pairs for the price of 32.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from luodi.contracts import Facts, Recipe
from luodi.train import network
from luodi.train.answers import targets
from luodi.train.device import device
from luodi.train.loop import Loop, Schedule

BATCH, TOGETHER = 64, 4  # texts of a step, and of one label among them
CHUNK = 16  # texts that are padded together; the step's texts are sorted by length
TEMPERATURE = 0.1  # Khosla et al. 2020, section 4.4
LEARNING_RATE = 1e-4  # docs/logbook.md, 2026-11-30
STEPS = 16  # docs/logbook.md, 2026-11-30


def tune(
    net: network.Network,
    text: network.Text,
    xs: Sequence[str],
    ys: Sequence[Any],
    labels: Sequence[str],
    *,
    recipe: Recipe,
    work: Path,
) -> Facts:
    """Move the encoder's vectors by the labels of `xs`; its token embeddings, half its weights, stay as they are."""
    ids = text.encode(xs)
    target = torch.from_numpy(targets(ys, labels))  # (n, n_labels)
    for name, parameter in net.named_parameters():
        parameter.requires_grad_(not name.startswith("head.") and "embeddings." not in name)

    def loss(_: list[int]) -> torch.Tensor:
        chosen = sorted(sample(target), key=lambda n: len(ids[n]))
        parts = (chosen[at : at + CHUNK] for at in range(0, len(chosen), CHUNK))
        pooled = torch.cat([net.pool(*text.batch([ids[n] for n in part])).float() for part in parts])
        with torch.autocast(device().type, enabled=False):
            return contrast(torch.nn.functional.normalize(pooled, dim=-1), target[chosen].to(device()))

    schedule = Schedule(
        epochs=recipe.epochs or STEPS,
        batch_size=1,
        learning_rate=recipe.learning_rate or LEARNING_RATE,
        max_minutes=recipe.max_minutes,
        n_evaluations=1,
    )
    # one example to the loop, which is a step: its texts are drawn anew each time, from the seed of the step
    loop = Loop(net, [1], loss, lambda: 0.0, schedule=schedule, seed=recipe.seed, work=work, doing="few labels")
    facts = loop.run()
    for parameter in net.parameters():
        parameter.requires_grad_(True)  # noqa: FBT003 -- torch's own signature
    return {"steps": facts["steps"], "losses": facts["losses"]}


def sample(target: torch.Tensor, *, batch: int = BATCH) -> list[int]:
    """Return the texts of a step: all, or some of each of some labels. Draws from torch's generator.

    `target` has shape (n, n_labels).
    """
    n, n_labels = target.shape
    if n <= batch:
        return list(range(n))
    chosen: dict[int, None] = {}
    for label in torch.randperm(n_labels).tolist():
        bearers = torch.nonzero(target[:, label])[:, 0]
        quota = max(TOGETHER, batch // n_labels)
        chosen |= dict.fromkeys(bearers[torch.randperm(len(bearers))[:quota]].tolist())
        if len(chosen) >= batch:
            break
    return list(chosen)


def contrast(vectors: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Return the mean loss of unit `vectors`, shape (n, width), by their labels, shape (n, n_labels).

    A pair counts by the share of labels that both have among those that either has: 0 or 1 where each has one.
    """
    likeness = vectors @ vectors.T / TEMPERATURE
    itself = torch.eye(len(vectors), dtype=torch.bool, device=vectors.device)
    both = target @ target.T
    sizes = target.sum(dim=1)
    shared = (both / (sizes[:, None] + sizes[None, :] - both).clamp(min=1)).masked_fill(itself, 0.0)  # (n, n)
    log_p = torch.log_softmax(likeness.masked_fill(itself, -1e4), dim=1)
    weight = shared.sum(dim=1)
    paired = weight > 0
    if not paired.any():
        return likeness.sum() * 0.0
    return -((log_p * shared).sum(dim=1)[paired] / weight[paired]).mean()
