"""Labels for a small encoder: it forgets by chance and learns by heart quickly, so much is hidden from it.

Source: Srivastava et al. 2014 (dropout); Szegedy et al. 2016, section 7 (label smoothing); Wu et al. 2021, "R-Drop"
(two looks under different dropout should agree); Iyyer et al. 2015, section 3.2 (word dropout).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional

from luodi.contracts import Facts, Recipe, record
from luodi.train.answers import class_weights, targets
from luodi.train.device import device
from luodi.train.finetuning import against, dev_score
from luodi.train.fitted import FittedNetwork
from luodi.train.loop import Loop, Schedule
from luodi.train.tokenizing import MASK, SPECIAL


@record
class Learning:
    """How an encoder from scratch learns labels."""

    epochs: tuple[tuple[int, int], ...] = ((3_000, 20), (15_000, 8), (10**12, 4))
    """Up to so many rows, so many rounds."""
    batch_size: int = 128
    learning_rate: float = 5e-4
    weight_decay: float = 0.05
    hidden_words: float = 0.15
    """Share of tokens that are masked in each look."""
    smoothing: float = 0.1
    agreement: float = 0.0
    """Weight of the disagreement between two looks; 0 looks once."""
    average: float = 0.995


def learn(
    fitted: FittedNetwork,
    train: Sequence[tuple[str, Any]],
    dev: Sequence[tuple[str, Any]],
    *,
    recipe: Recipe,
    work: Path,
    how: Learning,
) -> Facts:
    """Fit network and head to the labels; returns the curves."""
    net, text, kind = fitted.network, fitted.text, fitted.kind
    ids = text.encode([x for x, _ in train])
    target = targets([y for _, y in train], fitted.labels)
    answers = torch.from_numpy(target).to(device())
    weights = torch.from_numpy(class_weights(target)).to(device()) if recipe.class_weights else None
    hide = text.tokenizer.token_to_id(MASK)
    assert hide is not None, "learned with it"

    def loss(batch: list[int]) -> torch.Tensor:
        tokens, mask = text.batch([ids[i] for i in batch])
        gold = answers[batch]
        looks = 2 if how.agreement else 1
        tokens, mask = tokens.repeat(looks, 1), mask.repeat(looks, 1)
        hidden = (torch.rand(tokens.shape) < how.hidden_words).to(tokens.device) & (tokens >= len(SPECIAL))
        logits = net(torch.where(hidden, hide, tokens), mask).float()  # (looks * batch, n_labels)
        made = against(kind, logits, gold.repeat(looks, 1), weights, smoothing=how.smoothing)
        if how.agreement:
            made = made + how.agreement * disagreement(kind, *logits.chunk(2))
        return made

    rounds = recipe.epochs or next(n for rows, n in how.epochs if len(train) <= rows)
    batch_size = how.batch_size if len(train) > 5_000 else how.batch_size // 4
    schedule = Schedule(
        epochs=rounds,
        batch_size=batch_size,
        learning_rate=recipe.learning_rate or how.learning_rate,
        weight_decay=how.weight_decay,
        max_minutes=recipe.max_minutes,
        average=how.average,
        patience=max(3, rounds // 2),
    )
    lengths = [len(one) for one in ids]
    loop = Loop(
        net,
        lengths,
        loss,
        lambda: dev_score(fitted, dev),
        schedule=schedule,
        seed=recipe.seed,
        work=work,
        doing="labels",
    )
    return loop.run()


def disagreement(kind: str, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Return the mean symmetric divergence of two looks, from logits of shape (batch, n_labels)."""
    if kind == "classify":
        p, q = functional.log_softmax(a, dim=1), functional.log_softmax(b, dim=1)
        return ((p.exp() - q.exp()) * (p - q)).sum(dim=1).mean() / 2
    return ((torch.sigmoid(a) - torch.sigmoid(b)) * (a - b)).mean() / 2
