"""Masked-language modelling: words are hidden whole, the encoder guesses their tokens.

Source: Devlin et al. 2019, "BERT", section 3.1 (15 % of the tokens; of these 80 % masked, 10 % another, 10 % left);
whole words as in their later release, and for Chinese Cui et al. 2021.
"""

import math
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from luodi.errors import SetupError
from luodi.train import network
from luodi.train.batching import seed_of, sorted_batches
from luodi.train.device import device, fast
from luodi.train.token_cache import Reading

MASKED, AS_MASK, AS_OTHER = 0.15, 0.8, 0.1
IGNORED = -100
MEASURED_BATCH = 32

U32 = NDArray[np.uint32]


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
        hidden = self.net.hidden(ids, mask)[where]  # (n_masked, width)
        hidden = self.norm(torch.nn.functional.gelu(self.dense(hidden)))
        table = self.net.encoder.get_input_embeddings().weight
        logits: torch.Tensor = hidden @ table.T + self.bias  # (n_masked, vocabulary)
        return logits


class Masker:
    """Hides some words; which ones depends on a seed alone."""

    def __init__(self, tokenizer: Tokenizer, *, vocabulary: int, seed: int) -> None:
        mask = tokenizer.token_to_id("[MASK]")
        if mask is None:
            raise SetupError(
                "this encoder's tokenizer has no [MASK]", where="[select] base", fix="leave [pretrain] out"
            )
        self.mask, self.vocabulary, self.seed = mask, vocabulary, seed
        self.pad, self.unknown = (tokenizer.token_to_id(one) or 0 for one in ("[PAD]", "[UNK]"))

    def __call__(self, texts: Sequence[U32], seed: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return tokens, mask and gold, each (batch, time); gold is -100 where nothing is hidden."""
        tokens, starts, mask = self._padded(texts)
        generator = torch.Generator().manual_seed(seed)
        word = starts.cumsum(dim=1) - 1  # (batch, time): the number of the word that a token is part of
        draw = torch.rand(tokens.shape, generator=generator).gather(1, word)  # one draw a word
        lengths = mask.sum(dim=1, keepdim=True)
        place = torch.arange(tokens.shape[1])
        inner = (place > 0) & (place < lengths - 1)  # neither [CLS] nor [SEP]
        hidden = inner & (draw < MASKED)
        hidden |= inner & (word == word[:, 1:2]) & ~hidden.any(dim=1, keepdim=True)  # every text has one to guess
        gold = torch.where(hidden & (tokens != self.unknown), tokens, torch.full_like(tokens, IGNORED))
        other = torch.randint(self.vocabulary, tokens.shape, generator=generator)
        shown = torch.where(hidden & (draw < MASKED * AS_MASK), torch.full_like(tokens, self.mask), tokens)
        swap = hidden & (draw >= MASKED * AS_MASK) & (draw < MASKED * (AS_MASK + AS_OTHER))
        shown = torch.where(swap, other, shown)
        return shown.to(device()), mask.to(device()), gold.to(device())

    def _padded(self, texts: Sequence[U32]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        longest = max(len(one) for one in texts)
        marked = np.full((len(texts), longest), self.pad * 2, dtype=np.int64)
        mask = np.zeros((len(texts), longest), dtype=np.int64)
        for row, one in enumerate(texts):
            marked[row, : len(one)] = one
            mask[row, : len(one)] = 1
        return torch.from_numpy(marked >> 1), torch.from_numpy(marked & 1), torch.from_numpy(mask)


@torch.inference_mode()
def perplexity(model: Masked, masker: Masker, texts: Reading | Sequence[U32]) -> float:
    """Return exp of the mean loss on hidden tokens, the same tokens at every call."""
    was_training = model.training
    model.eval()
    total = n = 0.0
    lengths = [len(texts[i]) for i in range(len(texts))]
    for batch in sorted_batches(lengths, batch_size=MEASURED_BATCH):
        tokens, mask, gold = masker([texts[i] for i in batch], seed_of(masker.seed, "held out", batch))
        where = gold != IGNORED
        with fast():
            logits = model(tokens, mask, where).float()
        total += float(torch.nn.functional.cross_entropy(logits, gold[where], reduction="sum"))
        n += int(where.sum())
    model.train(was_training)
    return math.exp(min(50.0, total / max(1.0, n)))
