"""Contrastive fine-tuning: what its loss is, which texts a step sees, and what it moves."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from luodi.contracts import Recipe
from luodi.train import contrast, finetuning, network

LABELS = ["billing", "login"]


def unit(n, width=8, seed=0):
    made = torch.randn(n, width, generator=torch.Generator().manual_seed(seed))
    return torch.nn.functional.normalize(made, dim=-1)


def one_hot(*labels):
    return torch.nn.functional.one_hot(torch.tensor(labels)).float()


def test_the_loss_of_three_texts_is_as_worked_out_by_hand():
    vectors = torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]])

    loss = contrast.contrast(vectors, one_hot(0, 0, 1))

    # each of the first two has the other as its pair: likeness 0 against itself excluded; the third has none
    first = math.log(1 + math.exp(-1 / contrast.TEMPERATURE))  # against -1 / temperature
    second = math.log(2)  # against another 0
    assert float(loss) == pytest.approx((first + second) / 2, abs=1e-5)


@given(st.permutations(range(6)))
def test_the_order_of_texts_does_not_change_the_loss(order):
    vectors, target = unit(6), one_hot(0, 0, 1, 1, 2, 2)

    assert float(contrast.contrast(vectors[order], target[order])) == pytest.approx(
        float(contrast.contrast(vectors, target)), abs=1e-5
    )


def test_texts_that_share_half_their_labels_count_half():
    target = torch.tensor([[1.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    vectors = unit(3)

    whole = contrast.contrast(vectors, target)

    log_p = torch.log_softmax((vectors @ vectors.T / contrast.TEMPERATURE).fill_diagonal_(-1e4), dim=1)
    expected = [(0.5 * log_p[0, 1] + log_p[0, 2]) / 1.5, (log_p[1, 0] + log_p[1, 2]) / 2,
                (log_p[2, 0] + 0.5 * log_p[2, 1]) / 1.5]  # fmt: skip
    assert float(whole) == pytest.approx(-float(sum(expected)) / 3, abs=1e-5)


def test_where_no_two_texts_share_a_label_there_is_nothing_to_learn():
    vectors = unit(3).requires_grad_()

    loss = contrast.contrast(vectors, one_hot(0, 1, 2))
    loss.backward()

    assert float(loss.detach()) == 0.0
    assert float(vectors.grad.abs().max()) == 0.0


def test_a_step_sees_all_texts_where_they_are_few_and_several_of_each_label_where_they_are_not():
    many = one_hot(*[n % 40 for n in range(400)])
    torch.manual_seed(1)

    assert contrast.sample(many[:50]) == list(range(50))
    chosen = contrast.sample(many)
    counts = many[chosen].sum(dim=0)
    assert contrast.BATCH <= len(chosen) == len(set(chosen)) < contrast.BATCH + contrast.TOGETHER
    assert set(counts.tolist()) == {0.0, float(contrast.TOGETHER)}


def test_tuning_draws_texts_of_one_label_together_and_leaves_the_words_alone(pairs, tiny_encoder, tmp_path):
    rows = pairs["classify"]
    recipe = Recipe(base=str(tiny_encoder), learning_rate=1e-2, epochs=30)
    inner = finetuning.begin(rows, recipe)
    net, xs, ys = inner.network, [x for x, _ in rows], [y for _, y in rows]

    def gap():
        made = network.compute(net, inner.text, xs, pooled=True)
        made /= np.linalg.norm(made, axis=1, keepdims=True)
        same = np.array(ys)[:, None] == np.array(ys)[None, :]
        return (made @ made.T)[same].mean() - (made @ made.T)[~same].mean()

    before, words = gap(), net.encoder.embeddings.word_embeddings.weight.detach().clone()
    facts = contrast.tune(net, inner.text, xs, ys, LABELS, recipe=recipe, work=tmp_path)

    assert facts["steps"] == 30
    assert gap() > before + 0.2
    assert torch.equal(words, net.encoder.embeddings.word_embeddings.weight)
    assert all(one.requires_grad for one in net.parameters())
