"""Continued masked-language modelling: the encoder reads the scenario's own unlabelled text before its labels.

Source: Devlin et al. 2019, "BERT", section 3.1 (15 % of the tokens; of these 80 % masked, 10 % another, 10 % left);
Gururangan et al. 2020, "Don't Stop Pretraining", for going on with the domain's text.
"""

import math
from collections.abc import Sequence
from pathlib import Path

import torch

from luodi.contracts import Facts, Recipe
from luodi.errors import DataError, SetupError
from luodi.train import network, starter
from luodi.train.batching import seed_of, sorted_batches
from luodi.train.device import device, fast
from luodi.train.fitted import FittedNetwork
from luodi.train.loop import Loop, Schedule

MASKED, AS_MASK, AS_OTHER = 0.15, 0.8, 0.1
IGNORED = -100
MAX_TOKENS = 128
HELD_OUT = 200
LEARNING_RATE = 1e-4
MIN_TEXTS = 50


class Masked(torch.nn.Module):
    """The encoder with a fresh prediction head whose output table is the input embedding."""

    def __init__(self, net: network.Network) -> None:
        super().__init__()
        self.net = net
        width = net.head.in_features
        self.dense, self.norm = torch.nn.Linear(width, width), torch.nn.LayerNorm(width)
        with torch.no_grad():  # start as the identity: the embedding itself is the best first guess
            self.dense.weight.copy_(torch.eye(width))
            self.dense.bias.zero_()
        self.bias = torch.nn.Parameter(torch.zeros(net.encoder.get_input_embeddings().weight.shape[0]))

    def forward(self, ids: torch.Tensor, mask: torch.Tensor, where: torch.Tensor) -> torch.Tensor:
        hidden = self.net.encoder(input_ids=ids, attention_mask=mask).last_hidden_state[where]  # (n_masked, width)
        hidden = self.norm(torch.nn.functional.gelu(self.dense(hidden)))
        table = self.net.encoder.get_input_embeddings().weight
        logits: torch.Tensor = hidden @ table.T + self.bias  # (n_masked, vocabulary)
        return logits


def go_on(encoder: starter.Encoder, texts: Sequence[str], *, recipe: Recipe, work: Path) -> tuple[FittedNetwork, Facts]:
    """Return the encoder after reading `texts`, and the perplexity on held-out texts before and after."""
    if len(texts) < MIN_TEXTS:
        raise DataError(
            f"{len(texts)} texts are too few to pretrain on",
            where="[pretrain] texts",
            fix=f"give {MIN_TEXTS} texts or more, or leave the section [pretrain] out",
        )
    net = network.pretrained(encoder, 2, seed=recipe.seed)
    file = encoder.path / network.TOKENIZER
    most = min(MAX_TOKENS, int(net.config.get("max_position_embeddings", 512)))
    text = network.Text(file, max_tokens=network.limit_for(file, texts, most=most))
    mask_id = text.tokenizer.token_to_id("[MASK]")
    if mask_id is None:
        raise SetupError("this encoder's tokenizer has no [MASK]", where=str(file), fix="leave [pretrain] out")
    held_out = min(HELD_OUT, len(texts) // 10)
    ids = [one for one in text.encode(texts) if len(one) > 4]
    held, ids = ids[:held_out], ids[held_out:]
    model = Masked(net).to(device())
    masker = Masker(text, mask_id, vocabulary=int(model.bias.shape[0]), seed=recipe.seed)

    def loss(batch: list[int]) -> torch.Tensor:
        tokens, mask, gold = masker([ids[i] for i in batch], seed_of(recipe.seed, "mask", batch))
        where = gold != IGNORED
        return torch.nn.functional.cross_entropy(model(tokens, mask, where).float(), gold[where])

    before = perplexity(model, masker, held)
    # the new head warms up on its own, or its first steps would undo what the encoder knows
    schedule = Schedule(
        epochs=recipe.epochs or 3,
        batch_size=32,
        learning_rate=recipe.learning_rate or LEARNING_RATE,
        max_minutes=recipe.max_minutes,
        n_evaluations=4,
    )
    loop = Loop(
        model,
        [len(one) for one in ids],
        loss,
        lambda: -perplexity(model, masker, held),
        schedule=schedule,
        seed=recipe.seed,
        work=work,
        doing="pretraining",
    )
    facts = loop.run()
    after = perplexity(model, masker, held)
    fitted = FittedNetwork("classify", ["0", "1"], net, text, f"{encoder.name} {encoder.sha256[:12]}, read on")
    return fitted, {
        "texts": len(texts),
        "perplexity_before": round(before, 3),
        "perplexity_after": round(after, 3),
        "losses": facts["losses"],
        "steps": facts["steps"],
    }


class Masker:
    """Hides some tokens; which ones depends on a seed alone."""

    def __init__(self, text: network.Text, mask_id: int, *, vocabulary: int, seed: int) -> None:
        self.text, self.mask_id, self.vocabulary, self.seed = text, mask_id, vocabulary, seed

    def __call__(self, ids: Sequence[list[int]], seed: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return tokens, mask and gold, each (batch, time); gold is -100 where nothing is hidden."""
        tokens, mask = self.text.batch(ids)
        generator = torch.Generator().manual_seed(seed)
        draw = torch.rand(tokens.shape, generator=generator).to(tokens.device)
        lengths = mask.sum(dim=1, keepdim=True)
        place = torch.arange(tokens.shape[1], device=tokens.device)
        inner = (place > 0) & (place < lengths - 1)  # neither [CLS] nor [SEP]
        hidden = inner & (draw < MASKED)
        hidden[:, 1] |= ~hidden.any(dim=1)  # every text has something to guess
        gold = torch.where(hidden, tokens, torch.full_like(tokens, IGNORED))
        other = torch.randint(self.vocabulary, tokens.shape, generator=generator).to(tokens.device)
        tokens = torch.where(hidden & (draw < MASKED * AS_MASK), torch.full_like(tokens, self.mask_id), tokens)
        swap = hidden & (draw >= MASKED * AS_MASK) & (draw < MASKED * (AS_MASK + AS_OTHER))
        return torch.where(swap, other, tokens), mask, gold


@torch.inference_mode()
def perplexity(model: Masked, masker: Masker, ids: Sequence[list[int]]) -> float:
    """Return exp of the mean loss on hidden tokens, the same tokens at every call."""
    was_training = model.training
    model.eval()
    total = n = 0.0
    for batch in sorted_batches([len(one) for one in ids], batch_size=32):
        tokens, mask, gold = masker([ids[i] for i in batch], seed_of(masker.seed, "held out", batch))
        where = gold != IGNORED
        with fast():
            logits = model(tokens, mask, where).float()
        total += float(torch.nn.functional.cross_entropy(logits, gold[where], reduction="sum"))
        n += int(where.sum())
    model.train(was_training)
    return math.exp(min(50.0, total / max(1.0, n)))
