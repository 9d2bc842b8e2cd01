"""A smaller vocabulary: what stays, what falls apart, and what still means the same."""

import json

import pytest
from tokenizers import Tokenizer, models

from luodi.errors import SetupError
from luodi.runtime.engine_tokens import plain_tokenizer
from luodi.train import wordpieces

N_WORDS = 5 + 2 * 26 + 5 + 4  # special ones, letters at the beginning and inside of words, digits, words in use


@pytest.fixture
def pruned(tiny_encoder, tmp_path):
    file, out = tiny_encoder / "tokenizer.json", tmp_path / "small.json"
    full = plain_tokenizer(file)
    old = wordpieces.prune(file, ["my refund", "my refund and invoice"], most=N_WORDS, out=out)
    return full, plain_tokenizer(out), old


def test_words_in_use_are_encoded_as_before_under_new_numbers(pruned):
    full, small, old = pruned

    before, after = full.encode("my refund and"), small.encode("my refund and")

    assert after.tokens == before.tokens == ["[CLS]", "my", "refund", "and", "[SEP]"]
    assert [old[i] for i in after.ids] == before.ids
    assert small.get_vocab_size() == len(old) == N_WORDS < full.get_vocab_size()


def test_a_word_that_was_left_out_falls_into_letters_and_none_is_unknown(pruned):
    full, small, _ = pruned

    assert full.encode("password").tokens[1:-1] == ["password"]
    assert small.encode("password").tokens[1:-1] == ["p", *(f"##{one}" for one in "assword")]


def test_a_vocabulary_of_another_kind_is_refused_with_a_remedy(tmp_path):
    file = tmp_path / "tokenizer.json"
    Tokenizer(models.BPE(vocab={"a": 0}, merges=[])).save(str(file))

    with pytest.raises(SetupError, match="of the kind BPE cannot be made smaller") as caught:
        wordpieces.prune(file, ["a"], most=10, out=tmp_path / "out.json")

    assert "distilled" in caught.value.fix


def test_a_template_that_frames_a_text_is_renumbered_too(tiny_encoder, tmp_path):
    about = json.loads((tiny_encoder / "tokenizer.json").read_text(encoding="utf-8"))
    about["post_processor"] = {
        "type": "TemplateProcessing",
        "single": [
            {"SpecialToken": {"id": "[CLS]", "type_id": 0}},
            {"Sequence": {"id": "A", "type_id": 0}},
            {"SpecialToken": {"id": "[SEP]", "type_id": 0}},
        ],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": {
            "[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]},
            "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]},
        },
    }
    file, out = tmp_path / "tokenizer.json", tmp_path / "small.json"
    file.write_text(json.dumps(about), encoding="utf-8")

    old = wordpieces.prune(file, ["my refund and invoice"], most=N_WORDS, out=out)

    made = plain_tokenizer(out).encode("my refund")
    assert [old[i] for i in made.ids] == plain_tokenizer(file).encode("my refund").ids
