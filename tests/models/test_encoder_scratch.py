"""The encoder that starts from nothing: what it reads, when it stays away, and what becomes of it."""

import random

import pytest

from luodi import registry
from luodi.contracts import Pretrains, Recipe
from luodi.errors import DataError
from luodi.models import encoder_scratch
from luodi.runtime import quantize
from luodi.runtime.session import open_session
from luodi.train import pretraining

TOPICS = {"体育": "球队比赛进球教练冠军决赛", "财经": "股票基金银行利率市场投资"}


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Shrink what is learned from nothing to what two seconds can teach."""
    size = pretraining.Size(layers=1, width=32, gram_size=16, gram_buckets=1_021, vocabulary=200)
    monkeypatch.setattr(encoder_scratch, "SIZE", size)


def titles(n, *, seed=7):
    """Return headlines of two topics: four of the topic's words in any order."""
    rng = random.Random(seed)
    words = {label: [text[i : i + 2] for i in range(0, len(text), 2)] for label, text in TOPICS.items()}
    return [("".join(rng.sample(words[label], 4)), label) for label in rng.choices(list(TOPICS), k=n)]


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    """A model that read, then learned, with what it said of both."""
    folder = tmp_path_factory.mktemp("scratch")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encoder_scratch, "SIZE", pretraining.Size(layers=1, width=32, gram_size=16, vocabulary=200))
        model, pairs = registry.model("encoder-scratch")(), titles(120)
        for name in ("read", "fit"):
            (folder / name).mkdir()
        texts = [x for x, _ in titles(400, seed=8)]
        checks = {"dev": [x for x, _ in pairs[:40]], "keep": []}
        read = model.pretrain(
            iter(texts), recipe=Recipe(epochs=12, learning_rate=5e-3), work=folder / "read", checks=checks
        )
        facts = model.fit(pairs, titles(60, seed=9), recipe=Recipe(epochs=4), work=folder / "fit")
    return model, read, facts


def test_reading_makes_unread_texts_of_the_same_kind_less_surprising(learned):
    model, read, _ = learned

    assert isinstance(model, Pretrains)
    assert read["perplexity_after"] < 0.7 * read["perplexity_before"]
    assert read["checks"]["dev"]["after"] < 0.7 * read["checks"]["dev"]["before"]
    assert "keep" not in read["checks"]
    assert read["texts"] == 400
    assert len(read["held_out"]) > 1


def test_it_learns_two_topics(learned):
    model, _, facts = learned
    new = titles(100, seed=10)

    scores = model.predict([x for x, _ in new])

    assert sum(max(one, key=one.get) == y for one, (_, y) in zip(scores, new, strict=True)) > 95
    assert facts["base"] == "scratch"


@pytest.mark.slow
def test_it_is_exported_and_quantized_like_every_network(learned, tmp_path):
    model, texts = learned[0], [x for x, _ in titles(50, seed=11)]
    for name in ("exported", "int8"):
        (tmp_path / name).mkdir()
    model.export(tmp_path / "exported")

    quantize.make(tmp_path / "exported", "int8", texts, tmp_path / "int8")

    before, after = model.predict(texts), open_session(tmp_path / "int8").predict(texts)
    assert sum(max(a, key=a.get) == max(b, key=b.get) for a, b in zip(before, after, strict=True)) >= 49


def strange(n, words, *, seed):
    """Return texts of four words of one topic each, with the topic."""
    rng = random.Random(seed)
    return [("".join(rng.sample(words[label], 4)), label) for label in rng.choices(list(words), k=n)]


@pytest.mark.parametrize("reads", [True, False])
def test_few_labels_speak_for_words_that_only_the_unlabelled_texts_hold(tmp_path, reads):
    characters = [chr(0x4E00 + 7 * n) for n in range(160)]
    topics = {"A": characters[:80], "B": characters[80:]}
    words = {label: [a + b for a, b in zip(some[::2], some[1::2], strict=True)] for label, some in topics.items()}
    model, recipe = registry.model("encoder-scratch")(), Recipe(max_minutes=0, epochs=20)
    if reads:
        model.pretrain([x for x, _ in strange(2_000, words, seed=1)], recipe=recipe, work=tmp_path)
    seen, unseen = ({label: some[part] for label, some in words.items()} for part in (slice(8), slice(8, None)))
    (tmp_path / "fit").mkdir()

    model.fit(strange(200, seen, seed=2), strange(50, seen, seed=3), recipe=Recipe(epochs=20), work=tmp_path / "fit")

    new = strange(200, unseen, seed=4)
    answers = model.predict([x for x, _ in new])
    right = sum(max(one, key=one.get) == y for one, (_, y) in zip(answers, new, strict=True)) / len(new)
    assert right > 0.9 if reads else 0.3 < right < 0.7


def test_in_no_minutes_it_counts_and_guesses_nothing(tmp_path):
    facts = registry.model("encoder-scratch")().pretrain(
        [x for x, _ in titles(1_200)], recipe=Recipe(max_minutes=0), work=tmp_path
    )

    assert facts["steps"] == 0
    assert facts["contexts"] >= 12
    assert facts["perplexity_after"] < facts["perplexity_before"]


def test_it_stays_away_where_it_cannot_help(tiny_encoder):
    model, recipe = registry.model("encoder-scratch")(), Recipe(base=str(tiny_encoder))
    chinese = [x for x, _ in titles(200)]

    assert "200" in model.refuses(chinese[:199], recipe=recipe)
    assert "encoder at hand can read" in model.refuses(["my refund and the invoice"] * 200, recipe=recipe)
    assert model.refuses(chinese, recipe=recipe) is None
    assert model.refuses(chinese, recipe=Recipe(base="no-such-encoder")) is None


def test_too_few_texts_to_start_from_are_refused(tmp_path):
    with pytest.raises(DataError, match="3 texts are too few") as caught:
        registry.model("encoder-scratch")().pretrain(iter(["一二三"] * 3), recipe=Recipe(), work=tmp_path)

    assert "give 50 texts or more" in caught.value.fix
