"""Hashed n-grams: the same as counting strings, wherever a text stands."""

import itertools
from collections import Counter

import numpy as np
import pytest
import rjieba
from hypothesis import given, settings
from hypothesis import strategies as st

from luodi.runtime import ngrams
from luodi.runtime.ngrams import LETTER, counts, normalize

ODD = [
    "",
    " ",
    "😀👩‍👩‍👧",
    "e\u0301\u0302x",
    "𠀋𪚥𠀋",
    "\ud800",
    "a\ud83db",
    "中文 和 English",
    "don't",
    "１２ ｆ",
    "ﬁ İ ẞ",
]
TEXTS = st.lists(st.text(max_size=12) | st.text("ab 中é'", max_size=12) | st.sampled_from(ODD), min_size=1, max_size=6)
CHANNELS = ["chars:1-3", "chars:5", "words:1-2", "skips:1"]
MANY = settings(max_examples=150, deadline=None)


def words_of(text):
    """Return runs of letters and digits, Chinese characters and marks, one character at a time."""
    made, open_ = [], False
    for letter in text:
        kind = ngrams._kind(ord(letter))
        if kind == LETTER and open_:
            made[-1] += letter
        elif kind:
            made.append(letter)
        open_ = kind == LETTER
    return made


def grams_of(text, channel):
    """Yield the n-grams of a text as plain Python values, by slicing."""
    kind, _, span = channel.partition(":")
    low, _, high = span.partition("-")
    text = normalize(text)
    for size in range(int(low), int(high or low) + 1):
        if kind == "chars":
            yield from (text[n : n + size] for n in range(len(text) - size + 1) if text[n : n + size] != " ")
        elif kind == "skips":
            yield from ((text[n], text[n + 2]) for n in range(len(text) - 2))
        else:
            places, at = [], 0
            for word in words_of(text):
                at = text.index(word, at)
                places.append((at, at := at + len(word)))
            pairs = zip(places, places[size - 1 :], strict=False)
            yield from ((size, text[first[0] : last[1]]) for first, last in pairs)


def counted(texts, channels):
    """Return for each text what the module counts, as {number: count}."""
    made = [Counter() for _ in texts]
    for rows, grams, n in counts(texts, channels):
        for row, gram, count in zip(rows.tolist(), grams.tolist(), n.tolist(), strict=True):
            assert gram not in made[row], "an n-gram is counted twice"
            made[row][gram] = count
    return made


@MANY
@given(TEXTS, st.sampled_from(CHANNELS))
def test_the_counts_are_those_of_a_plain_counter(texts, channel):
    ours = counted(texts, [channel])

    different = set()
    for text, found in zip(texts, ours, strict=True):
        expected = Counter(grams_of(text, channel))
        assert sorted(found.values()) == sorted(expected.values())
        different |= expected.keys()
    assert len(set().union(*ours)) == len(different)


@MANY
@given(TEXTS, TEXTS)
def test_a_text_has_the_same_n_grams_in_any_company(texts, others):
    together = counted([*others, *texts, *others], CHANNELS)

    assert together[len(others) : len(others) + len(texts)] == counted(texts, CHANNELS)
    assert [counted([text], CHANNELS)[0] for text in texts] == counted(texts, CHANNELS)


@MANY
@given(st.text(min_size=1, max_size=5), st.text(max_size=9), st.text(max_size=9))
def test_a_stretch_has_the_same_number_wherever_it_stands(stretch, before, after):
    channel, texts = f"chars:{len(normalize(stretch))}", [stretch * 3, f"{before}{stretch}{after}"]

    here, there = counted(texts, [channel])

    shared = set(grams_of(texts[0], channel)) & set(grams_of(texts[1], channel))
    assert len(here.keys() & there.keys()) == len(shared)


def test_the_same_stretch_is_another_n_gram_in_another_channel():
    everything = [counted(["ab ab"], [channel])[0].keys() for channel in ("chars:2", "words:1", "skips:1")]

    twice = counted(["ab ab"], ["chars:2", "chars:2"])[0]

    assert not everything[0] & everything[1]
    assert not everything[0] & everything[2]
    assert len(twice) == 2 * len(everything[0])


def test_lower_case_width_and_white_space_make_no_difference():
    assert counted(["Ａ  b\n"], CHANNELS) == counted([" a B"], CHANNELS)


def test_more_texts_than_are_taken_at_once_keep_their_rows():
    texts = [f"text {n}" for n in range(ngrams.TEXTS_AT_ONCE + 3)]

    made = counted(texts, ["words:1"])

    assert made[-3:] == counted(texts[-3:], ["words:1"])
    assert len(list(counts(texts, ["words:1"]))) == 2
    assert list(counts([], ["words:1"])) == []


CHINESE = st.lists(st.text("我们去北京大学，的了 \u3000A1😀𠀋\n", max_size=14), min_size=1, max_size=5)


@MANY
@given(CHINESE)
def test_chinese_words_are_those_of_the_dictionary(texts):
    ours = counted(texts, ["segments:1"])

    for text, found in zip(texts, ours, strict=True):
        cut = rjieba.cut(normalize(text))
        assert "".join(cut) == normalize(text)
        expected = Counter(word for word in cut if not word.isspace())
        assert sorted(found.values()) == sorted(expected.values())


@MANY
@given(CHINESE)
def test_parts_of_speech_are_counted_in_pairs_within_a_text(texts):
    ours = counted(texts, ["tags:2"])

    for text, found in zip(texts, ours, strict=True):
        tags = [tag for _, tag in rjieba.tag(normalize(text))]
        assert sorted(found.values()) == sorted(Counter(itertools.pairwise(tags)).values())
    assert counted(texts[:1], ["tags:2"]) == ours[:1]


@pytest.mark.parametrize("n", [1, 4_096, 4_097, 20_000])
def test_powers_undo_each_other_however_many_are_needed(n):
    powers, inverses = ngrams._powers(n)

    assert len(powers) == len(inverses) == n
    assert (powers * inverses == np.uint64(1)).all()
