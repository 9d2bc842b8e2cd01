"""Batches: every example once an epoch, little padding, decided by the seed alone."""

from hypothesis import given, settings
from hypothesis import strategies as st

from luodi.train.batching import POOL, epoch_batches, seed_of, sorted_batches

LENGTHS = st.lists(st.integers(min_value=1, max_value=500), max_size=400)
QUICK = settings(max_examples=60, deadline=None)


@QUICK
@given(LENGTHS, st.integers(min_value=1, max_value=32), st.integers())
def test_an_epoch_covers_every_example_once(lengths, batch_size, seed):
    batches = epoch_batches(lengths, batch_size=batch_size, seed=seed)

    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    assert all(0 < len(batch) <= batch_size for batch in batches)
    assert len(batches) == -(-len(lengths) // batch_size)


@QUICK
@given(LENGTHS, st.integers(min_value=1, max_value=32))
def test_prediction_covers_every_example_once_longest_first(lengths, batch_size):
    order = [i for batch in sorted_batches(lengths, batch_size=batch_size) for i in batch]

    assert sorted(order) == list(range(len(lengths)))
    assert [lengths[i] for i in order] == sorted(lengths, reverse=True)


def test_the_seed_decides_the_batches():
    lengths = [n % 17 + 1 for n in range(300)]

    first, again, other = (epoch_batches(lengths, batch_size=8, seed=seed) for seed in (1, 1, 2))

    assert first == again
    assert first != other


def test_a_batch_holds_texts_of_about_one_length():
    lengths = [n * 7919 % 500 for n in range(8 * POOL)]

    batches = epoch_batches(lengths, batch_size=8, seed=1)

    padding = sum(max(lengths[i] for i in batch) * len(batch) for batch in batches) - sum(lengths)
    assert padding < 0.05 * sum(lengths)


def test_batches_are_not_learned_from_in_order_of_length():
    lengths = list(range(8 * POOL))

    firsts = [batch[0] for batch in epoch_batches(lengths, batch_size=8, seed=1)]

    assert firsts != sorted(firsts)


def test_a_seed_depends_on_every_part_and_on_where_it_stands():
    seeds = {seed_of(1, "epoch", 2), seed_of(2, "epoch", 1), seed_of(1, "step", 2), seed_of("1", "epoch", 2)}

    assert len(seeds) == 4
    assert all(0 <= one < 1 << 63 for one in seeds)
