"""Tables that begin at what was counted: alike where words are used alike, and found by the network's own numbers."""

import math
import random

import numpy as np
import pytest
import scipy.sparse as sp
import torch

from luodi.contracts import Recipe
from luodi.train import cooccurrence, pretraining
from luodi.train.token_cache import read

TOPICS = ("球队比赛进球教练冠军决赛", "股票基金银行利率市场投资")
SIZE = pretraining.Size(layers=1, width=32, gram_size=16, gram_buckets=16_381, vocabulary=200)


def texts(n, *, seed=7):
    """Return texts of two topics: four of the topic's words in any order."""
    rng = random.Random(seed)
    words = [[topic[i : i + 2] for i in range(0, len(topic), 2)] for topic in TOPICS]
    return ["".join(rng.sample(rng.choice(words), 4)) for _ in range(n)]


def started(some, folder):
    """Return a network of random tables, and what is read."""
    made = pretraining.blank(some, recipe=Recipe(), work=folder, size=SIZE)
    made.text.tokenizer.no_truncation()
    ids, _ = read(some, made.text.tokenizer, folder / "texts", window=128, most_tokens=None)
    return made, ids


@pytest.fixture
def counted(tmp_path):
    made, ids = started(texts(1_200), tmp_path)
    facts = cooccurrence.begin(made.network.encoder, ids, seed=7)
    return made, facts


def test_tokens_of_one_topic_begin_alike_and_those_of_two_do_not(counted):
    made, facts = counted
    table = made.network.encoder.get_input_embeddings().weight.detach()
    one, other = (table[[made.text.tokenizer.token_to_id(token) for token in topic]] for topic in TOPICS)

    within = (one @ one.T)[~torch.eye(len(one), dtype=torch.bool)]

    assert within.mean() > 0.2
    assert within.mean() > (one @ other.T).mean() + 0.2
    assert facts["contexts"] >= 12


def test_the_network_finds_every_pair_and_triple_that_was_counted(counted):
    made, _ = counted
    encoder, found = made.network.encoder, {}
    for name in ("pairs", "triples"):
        getattr(encoder, name).register_forward_hook(lambda _, given, out, name=name: found.update({name: out}))

    made.predict([texts(1)[0]])

    for name, vectors in found.items():
        inner = vectors[0, 2:-2] if name == "pairs" else vectors[0, 1:-1]
        assert (inner.norm(dim=1) > 0.01).all(), name


def test_what_was_not_counted_keeps_no_vector_of_another(counted):
    made, _ = counted
    norms = made.network.encoder.triples.weight.norm(dim=1)

    assert 50 < int((norms > 0).sum()) < 5_000


def test_it_answers_the_same_at_every_start(tmp_path):
    tables = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        made, ids = started(texts(1_200), tmp_path / name)
        cooccurrence.begin(made.network.encoder, ids, seed=7)
        tables.append(made.network.encoder.triples.weight.detach())

    assert torch.equal(*tables)


def test_of_few_texts_nothing_is_counted(tmp_path):
    made, ids = started(texts(300), tmp_path)
    before = made.network.encoder.pairs.weight.detach().clone()

    assert cooccurrence.begin(made.network.encoder, ids, seed=7) == {}
    assert torch.equal(before, made.network.encoder.pairs.weight)


@pytest.mark.parametrize("text", ["no", "no no no", "一二三"])
def test_texts_that_are_all_the_same_teach_nothing_and_break_nothing(tmp_path, text):
    made, ids = started([text] * 1_200, tmp_path)

    cooccurrence.begin(made.network.encoder, ids, seed=7)

    assert all(one.isfinite().all() for one in made.network.parameters())


def test_associations_are_those_of_the_formula():
    units = sp.csr_matrix(np.array([[1, 1, 0], [1, 0, 1], [0, 1, 1], [0, 0, 1]], dtype=np.float32))
    words = sp.csr_matrix(np.array([[1, 0], [1, 0], [0, 1], [1, 1]], dtype=np.float32))
    together = (units.T @ words).toarray()
    smoothed = together.sum(axis=0) ** cooccurrence.SMOOTHING

    made = cooccurrence._associations(units, words).toarray()

    for unit in range(3):
        for word in range(2):
            chance = together[unit].sum() * smoothed[word] / smoothed.sum()
            more = math.log(together[unit, word] / chance) if together[unit, word] else 0.0
            assert made[unit, word] == pytest.approx(max(0.0, more), abs=1e-6)
