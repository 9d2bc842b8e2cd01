"""Which of two texts a token is of: a type for each, and one for what the second has in common with the first.

The starter was never shown a second text, so it has to find out by attention that a word of a passage stands in the
question too. Readers learn that from some thousand questions and gain nothing by being told (docs/logbook.md,
2026-11-30); what it brings to a judge, which learns from fewer, has not been measured apart.
"""

from typing import Any

import torch

from luodi.runtime.reading import frame
from luodi.train import network

TYPES = 3
"""Of the first text, of the second, and of the second where the first has the same token."""


def told(net: network.Network, tokenizer: Any) -> int | None:
    """Give an encoder the types, each as its first one is, and return the token behind the first text.

    `None` where it has no types, or nothing stands between two texts.
    """
    between = frame(tokenizer)[1]
    tables: Any = getattr(net.encoder, "embeddings", None)
    known = getattr(tables, "token_type_embeddings", None)
    if known is None or not between:
        return None
    table = torch.nn.Embedding(TYPES, known.embedding_dim)
    with torch.no_grad():
        table.weight.copy_(known.weight[:1])
    tables.token_type_embeddings = table.to(known.weight.device)
    net.encoder.config.type_vocab_size = net.config["type_vocab_size"] = TYPES
    return between[0]


def types_of(ids: torch.Tensor, between: int) -> torch.Tensor:
    """Return the type of each token, (batch, time): 0 in the first text, 1 in the second, 2 where both have it.

    >>> types_of(torch.tensor([[101, 7, 8, 102, 8, 9, 102]]), 102).tolist()
    [[0, 0, 0, 0, 2, 1, 1]]
    """
    ends = ids == between
    n_before = ends.long().cumsum(dim=1) - ends.long()
    second, first = n_before > 0, (n_before == 0) & ~ends
    same = (ids[:, :, None] == ids[:, None, :]) & first[:, None, :]
    return second.long() + (second & same.any(dim=2)).long()
