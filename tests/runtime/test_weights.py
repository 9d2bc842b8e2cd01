"""A linear model taken apart: the parts add up to the logit, and lie where their n-grams do."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from luodi.runtime import ngrams
from luodi.runtime.engine_constant import Constant
from luodi.runtime.engine_ngrams import Ngrams
from luodi.runtime.engine_tokens import Tokens
from luodi.runtime.weights import aligned, direction, open_additive

LABELS = ("card", "refund", "other")
TEXTS = ["my card is lost", "where is my refund", "Ａ ﬁne  ¨ day", "退款还没有到账", "don't", "İstanbul"]
CHANNELS = {
    "words and characters": ("words:1-2", "chars:2-3"),
    "Chinese": ("chars:1-2", "skips", "segments:1-2", "tags:1-2"),
}


def some_ngrams(kind, channels):
    rng = np.random.default_rng(3)
    vocabulary = np.unique(np.concatenate([grams for _, grams, _ in ngrams.counts(TEXTS, channels)]))
    weight = rng.normal(0, 2, (len(vocabulary), 3)).astype(np.float16)
    idf = rng.uniform(1, 3, len(vocabulary)).astype(np.float32)
    return Ngrams(kind, LABELS, channels, vocabulary, weight, idf, np.array([0.1, 0.0, -0.1], np.float32))


@pytest.fixture(params=[(kind, name) for kind in ("classify", "tag") for name in CHANNELS], ids=str)
def model(request):
    kind, name = request.param
    return some_ngrams(kind, CHANNELS[name])


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("label", LABELS)
def test_base_and_characters_add_up_to_the_logit(model, text, label, tmp_path):
    model.save(tmp_path)

    parts = open_additive(tmp_path).parts(text, label)

    logit = float(model.logits([text])[0] @ direction(model.kind, LABELS, label))
    assert parts.characters.shape == (len(text),)
    assert parts.base + parts.characters.sum() == pytest.approx(logit, abs=1e-4)
    assert all(weight == 0 for one, weight in zip(text, parts.characters, strict=True) if one == " ")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_laid_beside_its_normal_form_or_is_not_explained_at_all(text):
    normal, origin = aligned(text)

    assert len(normal) == len(origin)
    assert (np.diff(origin) >= 0).all() and (not text or origin.max() < len(text))


def test_weight_lies_on_the_word_that_has_it(tmp_path):
    vocabulary = np.unique(ngrams.places(ngrams.normalize("refund"), ("words:1",))[2])
    weight = np.array([[0, 4, 0]], np.float16)
    one = np.ones(1, np.float32)
    Ngrams("tag", LABELS, ("words:1",), vocabulary, weight, one, np.zeros(3, np.float32)).save(tmp_path)

    parts = open_additive(tmp_path).parts("A REFUND, please", "refund")

    assert parts.characters[2:8].sum() == pytest.approx(4) and parts.characters.sum() == pytest.approx(4)


def test_a_mean_of_token_vectors_adds_up_too(tmp_path):
    tokenizer = Tokenizer(WordLevel({"[UNK]": 0, "lost": 1, "card": 2}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.save(str(tmp_path / "t.json"))
    table = np.array([[0, 0, 1], [1, 0, 0], [3, -1, 0]], np.float16)
    folder = tmp_path / "model"
    folder.mkdir()
    Tokens("tag", LABELS, tmp_path / "t.json", table, np.array([0.5, 0, 0], np.float32)).save(folder)

    parts = open_additive(folder).parts("my lost card", "card")

    assert parts.base == 0.5
    assert [parts.characters[a:b].sum() for a, b in ((0, 2), (3, 7), (8, 12))] == pytest.approx([0, 1 / 3, 1])


def test_what_is_no_sum_is_not_taken_apart(tmp_path):
    Constant({"a": 0.5, "b": 0.5}).save(tmp_path)

    assert open_additive(tmp_path) is None
