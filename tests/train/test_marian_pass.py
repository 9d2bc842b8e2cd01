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
    hidden, _ = computed.decode(before, computed.encode(source, mask), mask)
    ours = computed.loss(hidden, gold.view(-1), 0.1)
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

    first, second = (computed.decode(one, encoded, mask)[0].view(3, 5, -1) for one in (before, other))

    assert torch.equal(first[:, :-1], second[:, :-1])
    assert not torch.equal(first[:, -1], second[:, -1])


def test_a_head_that_is_told_where_to_look_learns_to_look_there():
    net = network()
    source, mask, before, _ = batch()
    links = torch.zeros((3, 5, 7))
    links[:, torch.arange(4), torch.arange(4)] = 1.0  # the fifth place is told nothing
    computed, optimizer = MarianPass(net, "fp32"), torch.optim.Adam(net.parameters(), lr=1e-2)
    plain, nothing = computed.decode(before, computed.encode(source, mask), mask)
    told, first = computed.decode(before, computed.encode(source, mask), mask, links)
    for _ in range(60):
        optimizer.zero_grad()
        astray = computed.decode(before, computed.encode(source, mask), mask, links)[1]
        astray.backward()
        optimizer.step()

    assert torch.equal(plain, told)
    assert nothing == 0
    assert astray < first / 10


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
