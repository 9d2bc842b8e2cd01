"""Words and what they add: occlusion over any model, in time that does not grow with the text."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luodi.serve import explain
from luodi.serve.explain import occluded, units

WORTH = {"refund": 3.0, "退款": 2.0, "not": -1.5}


def worth(text):
    """A model whose log-odds are the sum of its words' worth."""
    return sum(WORTH.get(text[a:b], 0.0) for a, b in units(text))


def occlude(text, **more):
    asked = []

    async def ask(variants):
        asked.extend(variants)
        return [worth(one) for one in variants]

    return asyncio.run(occluded(text, ask, **more)), asked


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40) | st.text("ab 中文,.é'", max_size=40))
def test_words_are_all_of_a_text_but_its_white_space(text):
    found = units(text)

    assert "".join(text[a:b] for a, b in found) == "".join(text.split())
    assert all(a < b for a, b in found) and found == sorted(found)


def test_a_word_weighs_what_is_lost_without_it():
    tokens, _ = occlude("I do not want a refund")

    weights = {one.text: one.weight for one in tokens}
    assert weights == {"I": 0, "do": 0, "not": -1.5, "want": 0, "a": 0, "refund": 3}


def test_chinese_is_explained_by_words():
    text = "你好，退款还没有到账"

    tokens, _ = occlude(text)

    assert [one.text for one in tokens if one.weight] == ["退款"]
    assert all(text[one.start : one.end] == one.text for one in tokens)


def test_a_text_of_one_word_is_held_against_nothing():
    tokens, asked = occlude("refund")

    assert asked == ["refund", explain.NOTHING] and tokens[0].weight == 3


def test_an_empty_text_has_no_reasons():
    assert occlude("")[0] == []


@pytest.mark.parametrize("n", [200, 4_000])
def test_in_a_long_text_what_matters_is_found_in_so_many_questions(n):
    words = ["word"] * n
    words[n // 3] = "refund"

    tokens, asked = occlude(" ".join(words))

    best = max(tokens, key=lambda one: one.weight)
    assert len(tokens) == n
    assert len(asked) <= explain.MOST_ASKED + explain.FINER * explain.AT_ONCE + 1
    assert abs(tokens.index(best) - n // 3) < n / 1_000 + 1
    assert sum(one.weight for one in tokens) == pytest.approx(3)
