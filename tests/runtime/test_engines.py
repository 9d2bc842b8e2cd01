"""Engines: what an exported folder must name, and answers that do not depend on their company."""

import json
from importlib import import_module

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luodi.errors import SetupError
from luodi.runtime import ngrams
from luodi.runtime.engine_constant import Constant
from luodi.runtime.engine_ngrams import ROWS_AT_ONCE, Ngrams
from luodi.runtime.head import to_scores
from luodi.runtime.session import ENGINES, FILE, open_session
from luodi.runtime.texts import BATCH_TOKENS, SIZES, batches, rounded, rounded_size

CHANNELS = ("words:1-2", "chars:2-3")
TEXTS = ["my card is lost", "refund", "", "where is my refund? " * 30, "卡丢了", "😀", "zzz"]


def some_ngrams(kind="classify"):
    """Return a linear model with random weights over the n-grams of our texts."""
    rng = np.random.default_rng(1)
    vocabulary = np.unique(np.concatenate([grams for _, grams, _ in ngrams.counts(TEXTS[:5], CHANNELS)]))
    n = len(vocabulary)
    weight, idf = rng.normal(0, 3, (n, 3)).astype(np.float16), rng.uniform(1, 3, n).astype(np.float32)
    return Ngrams(kind, "abc", CHANNELS, vocabulary, weight, idf, np.array([0.1, 0, -0.1], np.float32))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(TEXTS) | st.text(max_size=20), max_size=12))
def test_ngrams_answer_a_text_the_same_way_in_any_company(texts):
    model = some_ngrams()

    together = model.predict(texts)

    assert together == [model.predict([text])[0] for text in texts]
    assert model.predict(texts[::-1]) == together[::-1]


@pytest.mark.parametrize("n", [ROWS_AT_ONCE - 1, ROWS_AT_ONCE, ROWS_AT_ONCE + 1, ngrams.TEXTS_AT_ONCE + 1])
def test_ngrams_answer_a_text_the_same_way_in_a_large_batch(n):
    model = some_ngrams()
    texts = [TEXTS[i % len(TEXTS)] for i in range(n)]

    logits = model.logits(texts)

    assert np.array_equal(logits, model.logits(TEXTS)[np.arange(n) % len(TEXTS)])


def test_ngrams_compute_what_they_say():
    model = some_ngrams()

    ((rows, grams, n),) = ngrams.counts(["refund refund"], CHANNELS)
    known = np.isin(grams, model.vocabulary)
    at = np.searchsorted(model.vocabulary, grams[known])
    tfidf = (1 + np.log(n[known])) * model.norm_weight[at]
    expected = model.bias + (tfidf / np.linalg.norm(tfidf)) @ model.weight[at].astype(np.float64)

    assert set(rows) == {0}
    assert model.logits(["refund refund"])[0] == pytest.approx(expected, rel=1e-4)


def test_a_text_without_a_known_n_gram_gets_the_bias():
    model = some_ngrams()

    assert model.logits(["ϟ", "ϡ"]).tolist() == [model.bias.tolist()] * 2


@pytest.mark.parametrize("kind", ["classify", "tag"])
def test_ngrams_come_back_from_a_folder(kind, tmp_path):
    model = some_ngrams(kind)

    model.save(tmp_path)

    assert open_session(tmp_path).predict(TEXTS) == model.predict(TEXTS)


@pytest.mark.parametrize("name", ["os", "engine_pickle", "../evil", "luodi.runtime.engine_ngrams", "", 7, None, []])
def test_a_folder_that_names_an_unknown_engine_is_refused(name, tmp_path):
    (tmp_path / FILE).write_text(json.dumps({"engine": name}))

    with pytest.raises(SetupError, match="no engine is called") as caught:
        open_session(tmp_path)

    assert caught.value.where == str(tmp_path / FILE)
    assert caught.value.fix == "update luodi"


@pytest.mark.parametrize("text", [None, "", "{", "[]", "7", '{"labels": []}', "\ufeff{}"])
def test_a_folder_that_holds_no_model_is_refused(text, tmp_path):
    if text is not None:
        (tmp_path / FILE).write_text(text)

    with pytest.raises(SetupError, match="holds no exported model") as caught:
        open_session(tmp_path)

    assert caught.value.where == str(tmp_path)


@pytest.mark.parametrize("name", ENGINES)
def test_every_engine_can_be_opened_from_a_folder(name):
    engine = import_module(f"luodi.runtime.{name}").ENGINE

    assert callable(engine.load)
    assert callable(engine.predict)


def test_a_constant_answers_every_text_with_scores_of_its_own():
    first, second = Constant({"a": 0.7, "b": 0.3}).predict(["x", "y"])

    first["a"] = 0.0

    assert second == {"a": 0.7, "b": 0.3}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(min_value=0, max_value=5_000), max_size=300))
def test_a_network_reads_every_text_once_in_batches_of_bounded_size(lengths):
    made = batches(lengths)

    assert sorted(i for batch in made for i in batch) == list(range(len(lengths)))
    for batch in made:
        longest = max(lengths[i] for i in batch)
        assert len(batch) == 1 or (len(batch) <= SIZES[-1] and len(batch) * longest <= BATCH_TOKENS)


@given(st.integers(min_value=1, max_value=512), st.integers(min_value=1, max_value=64))
def test_batches_come_in_few_shapes_that_hold_them(length, n):
    assert length <= rounded(length) <= length + 31
    assert rounded(rounded(length)) == rounded(length)
    assert n <= rounded_size(n) <= 1.5 * n
    assert rounded_size(n) in SIZES


@given(st.lists(st.integers(min_value=1, max_value=128), min_size=32, max_size=64))
def test_a_few_texts_are_enough_for_all_streams(lengths):
    assert len(batches(lengths, streams=2)) >= 2 or sum(lengths) < 1_000


@pytest.mark.parametrize("kind", ["classify", "tag"])
def test_logits_of_any_size_are_probabilities(kind):
    logits = np.array([[0, 0], [1e4, -1e4], [-1e4, 1e4], [-1e4, -1e4]], dtype=np.float32)

    scores = to_scores(kind, ["a", "b"], logits)

    assert scores[0] == {"a": 0.5, "b": 0.5}
    assert scores[1] == pytest.approx({"a": 1.0, "b": 0.0})
    assert all(0 <= p <= 1 for one in scores for p in one.values())
    assert kind == "tag" or all(sum(one.values()) == pytest.approx(1) for one in scores)
