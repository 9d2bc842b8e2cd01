"""The small encoder whose n-grams are hashed inside the graph."""

import pytest
import torch

from luodi.train import grams, network
from luodi.train.pretraining import Size

TINY = Size(layers=1, width=32, gram_size=8)


@pytest.fixture(scope="module")
def net():
    torch.manual_seed(0)
    return network.Network(TINY.config(50, 1_021), 3).eval()


def test_hashes_stay_within_the_whole_numbers_that_float32_holds():
    largest = (grams.MOST_BUCKETS - 1) * grams.FACTORS[1] + grams.MOST_VOCABULARY
    pairs = (grams.MOST_VOCABULARY - 1) * grams.FACTORS[0] + grams.MOST_VOCABULARY

    assert max(largest, pairs) < 2**24


def test_padding_changes_no_answer(net):
    ids, nothing = torch.tensor([[2, 9, 8, 7, 3]]), torch.zeros(1, 4, dtype=torch.int64)

    alone = net(ids, torch.ones_like(ids))
    padded = net(torch.cat([ids, nothing], dim=1), torch.cat([torch.ones_like(ids), nothing], dim=1))

    assert torch.allclose(alone, padded, atol=1e-6)


def test_the_order_of_tokens_is_seen_even_where_the_body_sees_none(net):
    mask = torch.ones(1, 4, dtype=torch.int64)

    one, other = (net.encoder.grams(torch.tensor([ids]), mask) for ids in ([2, 9, 8, 3], [2, 8, 9, 3]))

    assert not torch.allclose(one.sum(dim=1), other.sum(dim=1))
