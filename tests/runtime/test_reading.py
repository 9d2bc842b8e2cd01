"""Places are in characters of the passage as it was sent: every answer can be cut out of it, whatever stands in it."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luodi.runtime import reading, reading_light
from luodi.runtime.engine_overlap import Overlap
from luodi.runtime.reading import Found, Limits, Scribe, answers, candidates, gold_places, whole
from luodi.train import starter

PIECES = st.sampled_from(
    [
        "word ",
        "中",
        "文，",
        "e\u0301",
        "👩‍👩‍👧",
        "👍🏽",
        "🇨🇳🇩🇪",
        "❤️",
        " ",
        "\n",
        "1998年",
        "naïve ",
        "ﬁ",
        "İ",
        "ß",
        "ก็",
        "《书》",
        ". ",
    ]
)
PASSAGES = st.lists(st.one_of(PIECES, st.text(max_size=3)), min_size=1, max_size=30).map("".join)


@pytest.fixture(scope="module")
def scribe():
    return Scribe(starter.find("starter").path / "tokenizer.json", Limits(max_tokens=48, stride=8, max_question=12))


@settings(max_examples=60, deadline=None)
@given(passage=PASSAGES, question=PASSAGES, seed=st.integers(0, 1_000))
def test_whatever_a_network_says_its_spans_are_words_of_the_passage(scribe, passage, question, seed):
    rng = np.random.default_rng(seed)
    x = {"question": question, "passage": passage}
    for cutter in (scribe, reading_light.LightScribe(Limits(max_tokens=16, stride=4))):
        found = [
            one
            for _, window in cutter.all_windows(x)
            for one in candidates(window, rng.normal(size=(len(window.ids), 2)).astype(np.float32), 30)
        ]
        for one in answers(x, found, nothing=0.0):
            text = passage[one["start"] : one["end"]]
            assert text == text.strip()
            assert 0 <= one["start"] <= one["end"] <= len(passage)
            assert whole(passage, one["start"], one["end"]) == (one["start"], one["end"])


@settings(max_examples=60, deadline=None)
@given(passage=PASSAGES, question=PASSAGES)
def test_words_in_common_answer_anything_with_words_of_the_passage(passage, question):
    (found,) = Overlap().predict([{"question": question, "passage": passage}])

    assert all(0 <= one["start"] <= one["end"] <= len(passage) for one in found)
    assert sum(one["score"] for one in found) <= 1 + 1e-9


@pytest.mark.parametrize(
    ("passage", "span", "expected"),
    [
        pytest.param("cafe\u0301 noir", (0, 4), "cafe\u0301", id="a combining accent"),
        pytest.param("hi 👩‍👩‍👧!", (3, 4), "👩‍👩‍👧", id="a family"),
        pytest.param("👍🏽 ok", (0, 1), "👍🏽", id="a skin tone"),
        pytest.param("🇨🇳🇩🇪", (2, 3), "🇩🇪", id="half a flag"),
        pytest.param("a  b", (1, 3), "", id="nothing but space"),
    ],
)
def test_no_character_is_cut_in_two(passage, span, expected):
    start, end = whole(passage, *span)

    assert passage[start:end] == expected


def test_every_token_of_a_long_passage_stands_in_a_window_and_neighbours_overlap(scribe):
    passage = " ".join(f"word{n}" for n in range(100))

    windows = scribe.windows("which word?", passage)

    assert all(len(one.ids) <= 48 for one in windows)
    for one, following in itertools.pairwise(windows):
        assert following.spans[0][0] < one.spans[-1][0]
    assert windows[-1].spans[-1][1] == len(passage)


def test_gold_answers_are_found_in_the_windows_that_hold_them_whole(scribe):
    passage = "the cat sat on the mat and the dog ran after the red ball of the neighbour " * 3
    start = passage.rindex("red ball")

    held = [gold_places(one, [(start, start + 8)]) for one in scribe.windows("what?", passage)]

    assert any(held) and not all(held)


def test_answers_that_read_the_same_are_one_and_probabilities_are_those_of_their_odds():
    x = {"question": "who?", "passage": "Ann met Bob. Ann, again."}
    found = [Found(1.0, 0, 3), Found(1.0, 13, 16), Found(0.0, 8, 11)]

    first, second, nothing = answers(x, found, nothing=0.0)

    total = 2 * math.e + 1 + 1
    assert (first["start"], first["end"], first["score"]) == (0, 3, pytest.approx(2 * math.e / total))
    assert second["score"] == nothing["score"] == pytest.approx(1 / total)


def test_a_window_without_the_answer_prefers_to_say_so():
    window = reading.Window([101, 7, 102, 8, 102], 3, [(0, 4)], [0])
    logits = np.array([[5, 5], [0, 0], [0, 0], [1, 1], [0, 0]], dtype=np.float32)

    ((odds, start, end, _),) = candidates(window, logits, 30)

    assert (odds, start, end) == (-8.0, 0, 4)
