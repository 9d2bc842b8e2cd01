"""Our own pass of a BERT encoder: the sums of the module's forward, and its gradients, on every path."""

import pytest
import torch
from transformers import BertConfig, BertModel

from luodi.train import bert_pass, network
from luodi.train.bert_pass import BertPass
from luodi.train.device import fast

IDS = torch.randint(1, 100, (3, 7), generator=torch.Generator().manual_seed(1))
MASK = torch.tensor([[1] * 7, [1] * 5 + [0] * 2, [1] * 2 + [0] * 5])
CLOSE = {"fp32": 1e-5, "fp32-onednn": 1e-5, "bf16": 0.05}


def bert(dropout=0.0):
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=100, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64,
        hidden_dropout_prob=dropout, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    return BertModel(config, add_pooling_layer=False).train()


def states_and_gradients(encoder, forward):
    encoder.zero_grad()
    hidden = forward().float() * MASK[..., None]
    (hidden**2 * torch.linspace(-1, 1, 32)).sum().backward()
    gradients = {name: one.grad.to_dense() for name, one in encoder.named_parameters()}
    return hidden.detach(), gradients


def of_the_module(types=None):
    encoder = bert()

    def forward():
        return encoder(input_ids=IDS, attention_mask=MASK, token_type_ids=types).last_hidden_state

    return states_and_gradients(encoder, forward)


@pytest.fixture(scope="module")
def expected():
    return of_the_module()


@pytest.mark.parametrize("path", bert_pass.DTYPES)
@pytest.mark.parametrize("sparse", [False, True])
def test_states_and_gradients_are_those_of_the_module(path, sparse, expected):
    encoder = bert()
    encoder.get_input_embeddings().sparse = sparse

    hidden, gradients = states_and_gradients(encoder, lambda: BertPass(encoder, path)(IDS, MASK))

    assert torch.allclose(hidden, expected[0], atol=CLOSE[path])
    for name, gradient in expected[1].items():
        if not name.endswith("key.bias"):  # it changes no probability, so its gradient is noise around 0
            assert (gradients[name] - gradient).norm() <= CLOSE[path] * gradient.norm(), name


@pytest.mark.parametrize("path", bert_pass.DTYPES)
def test_tokens_of_two_types_are_read_as_by_the_module(path):
    types, encoder = (IDS % 2), bert()

    hidden, gradients = states_and_gradients(encoder, lambda: BertPass(encoder, path)(IDS, MASK, types))

    expected = of_the_module(types)
    assert torch.allclose(hidden, expected[0], atol=CLOSE[path])
    name = "embeddings.token_type_embeddings.weight"
    assert (gradients[name] - expected[1][name]).norm() <= CLOSE[path] * expected[1][name].norm()


def test_a_text_alone_is_learned_from_as_in_company():
    encoder = bert()
    passed = BertPass(encoder, "fp32")

    together = passed(IDS[:2], MASK[:1].expand(2, -1))[0]
    alone = passed(IDS[:1], MASK[:1])[0]
    alone.sum().backward()

    assert torch.allclose(alone, together, atol=1e-5)
    assert encoder.encoder.layer[0].attention.self.query.weight.grad.abs().sum() > 0


def by_hand(encoder):
    with torch.no_grad():
        encoder.encoder.layer[1].output.dense.weight.mul_(3)


def by_a_fused_step(encoder):
    for one in encoder.parameters():
        one.grad = torch.ones_like(one)
    torch.optim.AdamW(encoder.parameters(), lr=0.1, fused=True).step()


@pytest.mark.parametrize("change", [by_hand, by_a_fused_step])
def test_a_copy_of_a_weight_is_made_anew_after_every_change(change):
    encoder = bert()
    own = BertPass(encoder, "bf16")
    before = own(IDS, MASK)

    change(encoder)
    after = own(IDS, MASK)

    assert not torch.equal(before, after)
    assert torch.equal(after, BertPass(encoder, "bf16")(IDS, MASK))


def test_dropout_is_decided_by_the_seed_of_the_step_and_leaves_out_its_share():
    encoder = bert(dropout=0.25)
    own = BertPass(encoder, "fp32")

    torch.manual_seed(5)
    first, other = own(IDS, MASK), own(IDS, MASK)
    torch.manual_seed(5)
    again = BertPass(encoder, "fp32")(IDS, MASK)
    mask = own.parts._mask(100_000)

    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert float((mask == 0).float().mean()) == pytest.approx(0.25, abs=0.01)
    assert float(mask.mean()) == pytest.approx(1.0, abs=0.02)
    encoder.eval()
    assert own.parts._mask(10) is None


def test_lower_and_upper_layers_in_turn_are_the_whole():
    net = network.Network(bert().config.to_dict(), 2).eval()
    ids = torch.randint(1, 20, (2, 6))
    mask = torch.ones_like(ids)
    with fast("fp32"), torch.no_grad():
        whole = net.hidden(ids, mask)
        net.freeze(1)
        cut = net.upper(net.lower(ids, mask), mask)

    assert torch.allclose(whole, cut, atol=1e-6)
    assert torch.allclose(whole, net.encoder(input_ids=ids, attention_mask=mask).last_hidden_state, atol=1e-5)


@pytest.mark.parametrize(
    "config", [{"model_type": "distilbert"}, {"model_type": "bert", "hidden_act": "relu"},
               {"model_type": "bert", "position_embedding_type": "relative_key"}],
)  # fmt: skip
def test_other_encoders_keep_the_forward_of_their_module(config):
    assert not bert_pass.fits(config)
    assert bert_pass.fits({"model_type": "bert", "hidden_act": "gelu"})
