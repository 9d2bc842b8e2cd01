"""A local language model as a candidate: trained small here on a few lines, adapted, merged, exported without torch."""

import json

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import GPT2Config, GPT2LMHeadModel

from luodi import registry
from luodi.contracts import Recipe
from luodi.errors import SetupError
from luodi.runtime.session import open_session
from luodi.testing import check_model

LINES = [f"my {a} and the {b} ." for a in ("refund", "invoice", "money") for b in ("card", "password", "account")]
END = "<|endoftext|>"


@pytest.fixture(scope="module")
def language_model(tmp_path_factory):
    """A folder with a GPT-2 of some 40,000 weights that has learned some lines by heart."""
    folder = tmp_path_factory.mktemp("gpt")
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=320, special_tokens=[END], initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(LINES, trainer)
    tokenizer.save(str(folder / "tokenizer.json"))
    torch.manual_seed(0)
    shape = {"n_embd": 32, "n_layer": 2, "n_head": 2, "n_positions": 64, "vocab_size": tokenizer.get_vocab_size()}
    model = GPT2LMHeadModel(GPT2Config(**shape, eos_token_id=0, bos_token_id=0))
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    rows = [torch.tensor([[*tokenizer.encode(line).ids, 0]]) for line in LINES]
    losses = []
    for step in range(60):
        loss = model(input_ids=rows[step % len(rows)], labels=rows[step % len(rows)]).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 2
    model.save_pretrained(folder, safe_serialization=True)
    return folder


@pytest.fixture(scope="module")
def adapted(language_model, pairs, tmp_path_factory):
    """The candidate, fitted, and what it says of its learning."""
    model = registry.model("decoder-lora")()
    recipe = Recipe(base=str(language_model), epochs=30, learning_rate=1e-2)
    facts = model.fit(pairs["classify"], pairs["classify"], recipe=recipe, work=tmp_path_factory.mktemp("work"))
    return model, facts


def test_it_learns_and_answers_without_torch_as_it_did_with_it(adapted, pairs, tmp_path):
    model, facts = adapted
    xs = [x for x, _ in pairs["classify"]] + ["", "我 love 🙂", "my refund " * 100]

    model.export(tmp_path)
    before, after = model.predict(xs), open_session(tmp_path).predict(xs)

    right = sum(max(one, key=one.get) == y for one, (_, y) in zip(before, pairs["classify"], strict=False))
    assert right >= 0.8 * len(pairs["classify"])
    assert facts["rank"] == 8
    for one, other in zip(before, after, strict=True):
        assert other == pytest.approx(one, abs=1e-3)


def test_its_additions_are_merged_so_that_what_is_saved_is_an_ordinary_model(adapted, tmp_path):
    model, _ = adapted

    model.save(tmp_path)
    again = registry.model("decoder-lora").load(tmp_path)

    assert json.loads((tmp_path / "config.json").read_text())["model_type"] == "gpt2"
    assert not any("lora" in name for name, _ in again.inner.network.named_parameters())
    assert again.predict(["my refund"])[0] == pytest.approx(model.predict(["my refund"])[0], abs=1e-6)


def test_a_base_is_refused_by_those_who_need_another_kind(tiny_encoder, language_model):
    model = registry.model("decoder-lora")()

    assert "is no causal language model" in model.refuses(["a"], recipe=Recipe(base=str(tiny_encoder)))
    assert model.refuses(["a"], recipe=Recipe(base=str(language_model))) is None
    refused = registry.model("encoder")().refuses(["my refund"], recipe=Recipe(base=str(language_model)))
    assert "is a causal language model, and no encoder" in refused


def test_a_model_that_cannot_be_read_is_refused_with_a_remedy(language_model, pairs, tmp_path):
    for name in ("config.json", "tokenizer.json"):
        (tmp_path / name).write_bytes((language_model / name).read_bytes())
    (tmp_path / "model.safetensors").write_bytes(b"nothing")

    with pytest.raises(SetupError) as caught:
        registry.model("decoder-lora")().fit(
            pairs["classify"], pairs["classify"], recipe=Recipe(base=str(tmp_path)), work=tmp_path
        )

    assert "safetensors" in caught.value.fix


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["classify", "tag"])
def test_it_keeps_the_contract_of_a_model(kind, language_model, pairs, tmp_path):
    recipe = Recipe(base=str(language_model), epochs=1, max_minutes=1.0)

    check_model("decoder-lora", pairs[kind], tmp_path, recipe=recipe)
