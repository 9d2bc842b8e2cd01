"""A network over sequences whose items begin from their texts."""

from pathlib import Path

import numpy as np
import pytest
import torch

from luodi.runtime.rows import Rows
from luodi.runtime.scorers import Blend, Popular, Visit, readers, scorer_of
from luodi.runtime.shelf import Shelf
from luodi.train import sequence_text
from luodi.train.restock import _grown
from luodi.train.sequence_net import SequenceNet, Shape
from luodi.train.sequencing import _loss, as_scorer

N_ITEMS, N_TOUCHED = 30, 20


@pytest.fixture
def vectors():
    return np.random.default_rng(3).standard_normal((N_ITEMS, 24)).astype(np.float32)


@pytest.fixture
def joined(vectors):
    """A network, and how it reads; the last ten items are in nobody's history."""
    torch.manual_seed(1)
    net = SequenceNet(Shape(n_items=N_ITEMS, width=16, max_events=8)).eval()
    touched = np.arange(N_ITEMS) < N_TOUCHED
    return net, sequence_text.joined(net, vectors, touched, base="a base", encoder=Path("encoder"))


def scores_of(scorer, *history):
    return scorer.scores([Visit(-1, np.array(history, dtype=np.int32))])[0]


def test_it_is_served_with_the_embeddings_that_it_learns_with(joined):
    net, reading = joined
    history = torch.tensor([[1, 2, 3]])

    found = scores_of(as_scorer(net, reading), 1, 2, 3)

    with torch.no_grad():
        assert np.allclose(found, (net(history)[0, -1] @ net.items.weight.T).numpy(), atol=1e-4)


def test_the_loss_pushes_no_item_away_that_nobody_touched(joined):
    net, reading = joined

    _loss(net, [np.array([1, 2, 3]), np.array([4, 5])], 0, reading).backward()

    own = net.get_parameter("items.parametrizations.weight.original").grad
    assert own[:N_TOUCHED].any() and not own[N_TOUCHED:].any()
    assert net.get_parameter("items.parametrizations.weight.0.project.weight").grad.any()


def test_an_item_that_nobody_touched_has_the_embedding_of_its_text(joined, vectors):
    scorer = as_scorer(*joined)

    grown = scorer.restocked(vectors[[25, 2]], np.array([N_ITEMS, 2]), N_ITEMS + 1)

    assert np.allclose(grown.items[N_ITEMS], scorer.items[25], atol=1e-5)
    assert np.array_equal(grown.items[:N_ITEMS], scorer.items)


def test_it_is_read_back_in_a_blend_as_it_was_written(joined):
    blend = Blend([as_scorer(*joined), Popular(np.arange(N_ITEMS, dtype=np.float32))], [1.0, 0.2])

    again = scorer_of({"kind": "blend", **blend.about()}, blend.arrays())

    assert np.array_equal(scores_of(again, 1, 7), scores_of(blend, 1, 7))
    assert [one.name for one in readers(again)] == ["sequence"]


def test_without_texts_nothing_reads_and_new_items_come_last():
    net = SequenceNet(Shape(n_items=3, width=16, max_events=8)).eval()
    none = Rows.of_pairs(np.zeros(0, int), np.zeros(0, int), np.zeros(0), (4, 4))
    before, after = (
        Shelf([str(n) for n in range(n)], {}, [], none, none, np.zeros(n, dtype=np.float32)) for n in (3, 4)
    )

    grown = _grown(as_scorer(net), before, after)

    scores = scores_of(grown, 1)
    assert not readers(grown) and scores[3] == scores.min()
