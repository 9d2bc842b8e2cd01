"""What batches cost is learned from those that were computed, and decides how large they are."""

import sys
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from luodi.serve.batcher import BATCH_BYTES, Batcher
from luodi.serve.pace import Pace
from luodi.serve.worker_process import Worker

SIZES = st.lists(st.integers(1, 20_000), min_size=1, max_size=80)
COSTS = st.floats(1e-6, 1.0)


def batcher_that_learned(seconds_of):
    """A batcher, never started, that has seen what batches of some sizes took."""
    worker = Worker(Path(), command=lambda folder: [sys.executable])
    made = Batcher(worker, max_batch=32, max_wait_ms=5, max_waiting=64)
    for n_bytes in (50, 200, 800, 3_200) * 20:
        made.pace.learn(n_bytes, seconds_of(n_bytes))
    return made


def test_texts_that_are_paid_by_the_batch_share_large_ones():
    assert batcher_that_learned(lambda n: 0.3)._size([16] * 31) == 31


def test_texts_that_are_paid_by_the_byte_share_batches_with_their_like():
    lengths = [100, 101, 102, 103, *(400 + 50 * n for n in range(28))]

    assert batcher_that_learned(lambda n: 0.0001 + n / 100_000)._size(lengths) == 4


def test_no_batch_is_larger_than_memory_allows():
    size = batcher_that_learned(lambda n: 0.3)._size([500] * 32)

    assert 1 < size * 500 <= BATCH_BYTES


@given(SIZES, COSTS, COSTS)
def test_what_a_batch_costs_is_learned_and_is_never_negative(sizes, fixed, per_byte):
    pace = Pace()
    for n_bytes in sizes * 3:
        pace.learn(n_bytes, fixed + per_byte * n_bytes)

    assert pace.fixed >= 0 and pace.per_byte >= 0
    assert all(pace.seconds(n_bytes) > 0 for n_bytes in sizes)
    most = fixed + per_byte * max(sizes)
    assert pace.seconds(max(sizes)) <= 1.5 * most
