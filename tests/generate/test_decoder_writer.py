"""A local language model that writes: trained small here, adapted by LoRA, merged, served by CTranslate2."""

import pytest
import torch
from tests.models.conftest import write_encoder
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    OpenAIGPTConfig,
    OpenAIGPTLMHeadModel,
)

from luodi import registry
from luodi.contracts import Recipe, Reject
from luodi.errors import SetupError
from luodi.runtime.engine_decoder import Manner
from luodi.runtime.session import open_session
from luodi.tasks import summarization, translation
from luodi.testing_generate import check_writer

END = "<|endoftext|>"
THINGS = {"car": "Auto", "house": "Haus", "bike": "Rad", "bed": "Bett"}
SAID = {"is new": "ist neu", "is old": "ist alt", "is red": "ist rot"}
PAIRS = [
    ({"text": f"The {a} {b}.", "language": "de"}, frozenset({f"Das {THINGS[a]} {SAID[b]}."}))
    for a in THINGS
    for b in SAID
]
NEWS = [
    ({"text": f"The {a} {b}. Nobody knew. It rained.", "form": "news"}, frozenset({f"The {a} {b}."}))
    for a in THINGS
    for b in SAID
]
SHAPES = {
    "gpt2": lambda size: GPT2LMHeadModel(
        GPT2Config(n_embd=64, n_layer=2, n_head=4, n_positions=128, vocab_size=size, bos_token_id=0, eos_token_id=0,
            resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0, initializer_range=0.08)
    ),
    "llama": lambda size: LlamaForCausalLM(
        LlamaConfig(
            hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
            max_position_embeddings=128, vocab_size=size, bos_token_id=0, eos_token_id=0,
        )
    ),
}  # fmt: skip


def lines() -> list[str]:
    """What the model has read before: both languages and both marks, but no text with its own translation or sum."""
    answers = [next(iter(y)) for _, y in PAIRS[::-1]]
    asked = [f"Translate into de:\n{x['text']}\n\nTranslation:\n{y}" for (x, _), y in zip(PAIRS, answers, strict=True)]
    summed = [f"Summarize:\n{x['text']}\n\nSummary:\n{y}" for (x, _), y in zip(NEWS, answers, strict=True)]
    return asked + summed


@pytest.fixture(scope="module", params=list(SHAPES))
def base(request, tmp_path_factory):
    """A folder with a language model of some 100,000 weights."""
    folder = tmp_path_factory.mktemp(request.param)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=380, special_tokens=[END], initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(lines(), trainer)
    tokenizer.save(str(folder / "tokenizer.json"))
    torch.manual_seed(0)
    model = SHAPES[request.param](tokenizer.get_vocab_size())
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    rows = [torch.tensor([[*tokenizer.encode(one).ids, 0]]) for one in lines()]
    for step in range(72):
        model(input_ids=rows[step % len(rows)], labels=rows[step % len(rows)]).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    model.save_pretrained(folder, safe_serialization=True)
    return folder


def served(pairs, base, folder):
    """A session of a model that has seen the pairs once."""
    model = registry.model("decoder-writer")()
    model.fit(pairs, pairs, recipe=Recipe(base=str(base), epochs=1), work=folder)
    (folder / "out").mkdir()
    model.export(folder / "out")
    return open_session(folder / "out")


@pytest.mark.parametrize("pairs", [PAIRS, NEWS], ids=["translations", "summaries"])
def test_it_learns_what_comes_after_a_text(base, pairs, tmp_path):
    model = registry.model("decoder-writer")()
    recipe = Recipe(base=str(base), epochs=60, learning_rate=1e-2, max_minutes=2.0)

    facts = model.fit(pairs, pairs, recipe=recipe, work=tmp_path)
    made = model.predict([x for x, _ in pairs])

    right = sum(one["text"] in y for one, (_, y) in zip(made, pairs, strict=True))
    assert right >= 0.7 * len(pairs)
    assert facts["dev"][-1][1] > facts["dev"][0][1]
    assert (facts["rank"], facts["max_tokens"], facts["pairs"]) == (8, 128, len(pairs))


@pytest.mark.slow
def test_it_keeps_the_contract_of_a_writer(base, tmp_path):
    check_writer("decoder-writer", PAIRS, tmp_path, recipe=Recipe(base=str(base), epochs=40, learning_rate=1e-2))


def test_a_text_that_is_too_long_is_summed_up_part_by_part(base, tmp_path):
    session = served(NEWS[:4], base, tmp_path)
    text = " ".join(x["text"] for x, _ in NEWS * 3)

    parts = session.parts(text)
    (draft,) = session.predict([{"text": text, "form": "news", "max_sentences": 1}])

    assert " ".join(parts) == text
    assert len(parts) > 3
    assert all(len(session.asked(one)) + session.manner.longest <= session.manner.window for one in parts)
    assert 0 <= draft["score"] <= 1
    (draft,) = session.predict([{"text": text, "form": "news", "query": "the car and the bed " * 50}])
    assert 0 <= draft["score"] <= 1
    assert len(session.asked(text, "the car " * 99)) + session.manner.longest <= session.manner.window


def test_chance_chooses_words_where_a_temperature_is_asked_for(base, tmp_path):
    session = served(PAIRS[:4], base, tmp_path)
    cold, hot = PAIRS[0][0], PAIRS[0][0] | {"temperature": 2.0}

    made = [session.predict([cold, hot, cold]) for _ in range(8)]

    assert len({draft["text"] for each in made for draft in (each[0], each[2])}) == 1
    assert len({each[1]["text"] for each in made}) > 1


@pytest.mark.parametrize("temperature", [-0.1, 2.1])
def test_a_temperature_has_limits(temperature):
    for task in (translation, summarization):
        refused = task.clean(task.Request(text="It rains.", temperature=temperature), task.Options())
        assert refused == Reject(reason="no temperature from 0 to 2")


def test_a_kind_that_cannot_be_served_is_refused_before_it_learns(base, tmp_path):
    model = OpenAIGPTLMHeadModel(OpenAIGPTConfig(n_embd=16, n_layer=1, n_head=2, n_positions=64, vocab_size=380))
    model.save_pretrained(tmp_path, safe_serialization=True)
    (tmp_path / "tokenizer.json").write_bytes((base / "tokenizer.json").read_bytes())

    with pytest.raises(SetupError, match="cannot serve a model of the kind 'openai-gpt'"):
        registry.model("decoder-writer")().fit(PAIRS, PAIRS, recipe=Recipe(base=str(tmp_path)), work=tmp_path)


def test_what_is_asked_names_the_language_and_the_question():
    assert Manner(form="", language="de", window=9, longest=3).around()[0] == "Translate into de:\n"
    about = Manner(form="meeting", language="", window=9, longest=3).around("the budget")
    assert about == ("Summarize what is said about: the budget:\n", "\n\nSummary:\n")


def test_another_base_is_refused(base, tmp_path):
    (tmp_path / "encoder").mkdir()
    tiny_encoder = write_encoder(tmp_path / "encoder")
    model = registry.model("decoder-writer")()

    assert "is no causal language model" in model.refuses([], recipe=Recipe(base=str(tiny_encoder)))
    assert model.refuses([], recipe=Recipe(base=str(base))) is None
