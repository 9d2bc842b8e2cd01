"""Texts as a network reads them: token ids in batches of about equal length, the same for every engine."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from luodi.runtime.engine_tokens import TOKENIZER, plain_tokenizer

BATCH_TOKENS = 2_048  # about 32 texts of 64 tokens; larger batches fall out of the cache
MAX_BATCH = 64


class Texts:
    """A tokenizer that cuts at the network's limit, and the padding that the network expects."""

    def __init__(self, about: dict[str, Any], folder: Path) -> None:
        self.tokenizer, self.pad = plain_tokenizer(folder / TOKENIZER), int(about["pad"])
        self.max_tokens = int(about["max_tokens"])
        self.tokenizer.enable_truncation(self.max_tokens)

    def encode(self, xs: Sequence[str]) -> tuple[list[list[int]], list[bool]]:
        """Return the token ids of each text, and whether its end was cut off."""
        encoded = self.tokenizer.encode_batch(list(xs))
        return [one.ids for one in encoded], [bool(one.overflowing) for one in encoded]

    def inputs(self, ids: Sequence[Sequence[int]], step: int = 1) -> list[NDArray[np.int64]]:
        """Return ids and mask, each of shape (batch, time); time is a multiple of `step`, or the network's limit."""
        longest = max(len(one) for one in ids)
        longest = max(longest, min(self.max_tokens, -(-longest // step) * step))
        padded = np.full((len(ids), longest), self.pad, dtype=np.int64)
        mask = np.zeros((len(ids), longest), dtype=np.int64)
        for row, one in enumerate(ids):
            padded[row, : len(one)] = one
            mask[row, : len(one)] = 1
        return [padded, mask]


def batches(lengths: Sequence[int]) -> list[list[int]]:
    """Return all texts in batches of about equal length and bounded size, longest first."""
    order = sorted(range(len(lengths)), key=lambda i: -lengths[i])
    made, start = [], 0
    while start < len(order):
        n = max(1, min(MAX_BATCH, BATCH_TOKENS // max(1, lengths[order[start]])))
        made.append(order[start : start + n])
        start += n
    return made
