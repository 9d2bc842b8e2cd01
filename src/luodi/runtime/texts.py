"""Texts as a network reads them: token ids in batches of about equal length, the same for every engine."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from luodi.runtime.engine_tokens import TOKENIZER, plain_tokenizer

BATCH_TOKENS = 2_048  # about 32 texts of 64 tokens; larger batches fall out of the cache
LEAST_TOKENS = 384  # a batch is not made smaller than this to keep every stream busy
# Kernels are made for each shape, in 20 to 30 ms where the processor has matrix units, and they stay in memory. So
# there are few shapes: these numbers of texts, by the lengths of `rounded`.
SIZES = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)


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

    def inputs(self, ids: Sequence[Sequence[int]]) -> list[NDArray[np.int64]]:
        """Return ids and mask in one of the shapes that kernels are kept for; rows beyond the texts repeat the last."""
        n, longest = rounded_size(len(ids)), max(len(one) for one in ids)
        longest = max(longest, min(self.max_tokens, rounded(longest)))
        padded = np.full((n, longest), self.pad, dtype=np.int64)
        mask = np.zeros((n, longest), dtype=np.int64)
        for row, one in enumerate(ids):
            padded[row, : len(one)] = one
            mask[row, : len(one)] = 1
        padded[len(ids) :], mask[len(ids) :] = padded[len(ids) - 1], mask[len(ids) - 1]
        return [padded, mask]


def batches(lengths: Sequence[int], *, streams: int = 1) -> list[list[int]]:
    """Return all texts in batches of about equal length and bounded size, longest first, enough for all streams."""
    most = min(BATCH_TOKENS, max(LEAST_TOKENS, -(-sum(lengths) // streams)))
    order = sorted(range(len(lengths)), key=lambda i: -lengths[i])
    made, start = [], 0
    while start < len(order):
        n = most // rounded(lengths[order[start]])
        n = SIZES[max(0, bisect_right(SIZES, n) - 1)]
        made.append(order[start : start + n])
        start += n
    return made


def rounded(length: int) -> int:
    """Return the length that a text is padded to: the longer it is, the less a few tokens more matter.

    >>> [rounded(length) for length in (1, 8, 9, 65, 129)]
    [8, 8, 16, 80, 160]
    """
    step = 8 if length <= 64 else 16 if length <= 128 else 32
    return -(-max(1, length) // step) * step


def rounded_size(n: int) -> int:
    """Return the number of texts that a batch is filled up to.

    >>> [rounded_size(n) for n in (1, 5, 13, 65)]
    [1, 6, 16, 65]
    """
    at = bisect_left(SIZES, n)
    return SIZES[at] if at < len(SIZES) else n
