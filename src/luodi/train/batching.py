"""Batches that hold little padding, in an order that a step number alone decides."""

import hashlib
import random
from collections.abc import Sequence

POOL = 50  # batches that are sorted by length together: more wastes less, less mixes more


def seed_of(*parts: object) -> int:
    """Return a 63-bit seed from what it is for: no generator has a state that a crash could lose.

    >>> seed_of(7, "epoch", 1) == seed_of(7, "epoch", 1) != seed_of(7, "epoch", 2)
    True
    """
    return int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:8], "big") >> 1


def epoch_batches(lengths: Sequence[int], *, batch_size: int, seed: int) -> list[list[int]]:
    """Return the examples of one epoch in shuffled batches of about equal length."""
    rng = random.Random(seed)
    order = rng.sample(range(len(lengths)), k=len(lengths))
    batches = []
    for start in range(0, len(order), batch_size * POOL):
        pool = sorted(order[start : start + batch_size * POOL], key=lambda i: lengths[i])
        batches += [pool[n : n + batch_size] for n in range(0, len(pool), batch_size)]
    return rng.sample(batches, k=len(batches))


def sorted_batches(lengths: Sequence[int], *, batch_size: int) -> list[list[int]]:
    """Return all examples in batches of about equal length, longest first, for prediction."""
    order = sorted(range(len(lengths)), key=lambda i: -lengths[i])
    return [order[n : n + batch_size] for n in range(0, len(order), batch_size)]
