"""The pass over pairs of texts computes what the module of `transformers` does, and its gradients."""

import pytest
import torch
from transformers import MarianMTModel

from luodi.train.marian_pass import MarianPass
from luodi.train.translating import Size, _config

N_PIECES = 50


def network(dropout=0.0):
    torch.manual_seed(1)
    return MarianMTModel(_config(Size(layers=2, width=16, inner=32, heads=2, dropout=dropout), N_PIECES)).train()


def batch():
    torch.manual_seed(2)
    source, before, gold = (torch.randint(2, N_PIECES - 1, (3, n)) for n in (7, 5, 5))
    before[:, 0] = N_PIECES - 1
    mask = torch.ones_like(source)
    mask[1, 4:] = 0
    return source, mask, before, gold


def test_loss_and_gradients_are_those_of_the_module():
    net = network()
    source, mask, before, gold = batch()
    logits = net(input_ids=source, attention_mask=mask, decoder_input_ids=before, use_cache=False).logits
    theirs = torch.nn.functional.cross_entropy(logits.view(-1, N_PIECES), gold.view(-1), label_smoothing=0.1,
                                               reduction="sum")  # fmt: skip
    theirs.backward()
    wanted = {name: one.grad.clone() for name, one in net.named_parameters() if one.grad is not None}
    net.zero_grad()

    computed = MarianPass(net, "fp32")
    ours = computed.loss(computed.decode(before, computed.encode(source, mask), mask), gold.view(-1), 0.1)
    ours.backward()

    assert ours.item() == pytest.approx(theirs.item(), rel=1e-4)
    for name, one in net.named_parameters():
        if name in wanted:
            torch.testing.assert_close(one.grad, wanted[name], rtol=1e-3, atol=1e-4, msg=name)


def test_a_later_piece_does_not_change_what_comes_before_it():
    net = network()
    source, mask, before, _ = batch()
    other = before.clone()
    other[:, -1] = 3
    computed = MarianPass(net, "fp32")
    encoded = computed.encode(source, mask)

    first, second = (computed.decode(one, encoded, mask).view(3, 5, -1) for one in (before, other))

    assert torch.equal(first[:, :-1], second[:, :-1])
    assert not torch.equal(first[:, -1], second[:, -1])


def test_dropout_is_decided_by_the_seed_and_left_out_in_evaluation():
    net = network(dropout=0.3)
    source, mask, *_ = batch()
    computed = MarianPass(net, "fp32")

    def encoded(seed):
        torch.manual_seed(seed)
        return computed.encode(source, mask)

    assert torch.equal(encoded(1), encoded(1))
    assert not torch.equal(encoded(1), encoded(2))
    net.eval()
    assert torch.equal(encoded(1), encoded(2))
