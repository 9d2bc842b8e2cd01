"""Learning less than all of an encoder: above frozen layers that are computed once, or additions of low rank."""

import pytest
import torch

from luodi import registry
from luodi.contracts import Recipe
from luodi.train import lower, network, starter
from luodi.train.device import fast


def start(tiny_encoder, frozen):
    encoder = starter.find(str(tiny_encoder))
    net = network.pretrained(encoder, 2, seed=7)
    net.freeze(frozen)
    return net, network.Text(encoder.path / network.TOKENIZER, max_tokens=16)


def test_what_is_kept_is_what_the_layers_compute_and_it_is_computed_once(tiny_encoder, tmp_path, monkeypatch):
    net, text = start(tiny_encoder, 1)
    ids = text.encode(["my invoice", "the charge on my invoice is wrong", "a refund"])

    kept = lower.Lower(net, text, ids, work=tmp_path)
    monkeypatch.setattr(net, "lower", None)  # a second look computes nothing
    again = lower.Lower(net, text, ids, work=tmp_path)
    monkeypatch.undo()
    states, mask = again.batch([1, 0])
    with fast():
        expected = net.eval().lower(*text.batch([ids[1], ids[0]]))

    assert kept.states.shape == (sum(map(len, ids)), net.head.in_features)
    assert mask.sum(dim=1).tolist() == [len(ids[1]), len(ids[0])]
    assert torch.allclose(states[0], expected[0].half(), atol=0.02)
    assert torch.allclose(states[1, : len(ids[0])], expected[1, : len(ids[0])].half(), atol=0.02)


def test_frozen_layers_stay_to_the_bit_and_the_others_learn(pairs, tiny_encoder, tmp_path):
    before, _ = start(tiny_encoder, 0)
    model = registry.model("encoder")()

    model.fit(
        pairs["classify"], pairs["classify"][:6],
        recipe=Recipe(base=str(tiny_encoder), epochs=1, frozen_layers=1), work=tmp_path,
    )  # fmt: skip
    after = model.inner.deep.network.encoder.state_dict()

    changed = {name for name, one in before.encoder.state_dict().items() if not torch.equal(one, after[name])}
    assert (tmp_path / lower.FILE).is_file()
    assert changed
    assert not any(name.startswith(("embeddings.", "encoder.layer.0.")) for name in changed)


def test_too_much_to_keep_is_computed_in_every_step_and_learns_as_well(pairs, tiny_encoder, tmp_path, monkeypatch):
    monkeypatch.setattr(lower, "MOST_BYTES", 10)
    model = registry.model("encoder")()
    recipe = Recipe(base=str(tiny_encoder), epochs=1, frozen_layers=1)

    facts = model.fit(pairs["classify"], pairs["classify"][:6], recipe=recipe, work=tmp_path)

    assert facts["steps"] > 0
    assert not (tmp_path / lower.FILE).exists()


def test_additions_learn_and_are_merged_so_that_the_network_exports_as_ever(pairs, tiny_encoder, tmp_path):
    pytest.importorskip("peft")
    before = network.pretrained(starter.find(str(tiny_encoder)), 2, seed=7).encoder.state_dict()
    model = registry.model("encoder")()
    (tmp_path / "work").mkdir()
    (tmp_path / "saved").mkdir()

    recipe = Recipe(base=str(tiny_encoder), epochs=2, lora_rank=2, learning_rate=1e-2)
    facts = model.fit(pairs["classify"], pairs["classify"][:6], recipe=recipe, work=tmp_path / "work")
    model.save(tmp_path / "saved")
    after = model.inner.deep.network.encoder.state_dict()

    assert facts["steps"] > 0
    assert after.keys() == before.keys()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed
    assert all(name.endswith("weight") and before[name].ndim == 2 and "embeddings" not in name for name in changed)
    added = after[name := min(changed)] - before[name]
    assert int(torch.linalg.matrix_rank(added, rtol=1e-3)) <= 2
    texts = [x for x, _ in pairs["classify"][:4]]
    assert registry.model("encoder").load(tmp_path / "saved").predict(texts) == model.predict(texts)
