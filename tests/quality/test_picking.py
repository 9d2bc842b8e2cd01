"""What to label next: unsure texts, no two of which say the same."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.quality import picking


def test_the_more_uncertain_text_comes_first():
    assert picking.pick([0.1, 0.9, 0.5], ["a cat sat", "my card is lost", "the bill is wrong"], 2) == [1, 2]


def test_of_one_text_in_two_wordings_one_is_asked_for():
    texts = ["where is my refund please", "where is my refund, please?", "my card was stolen"]

    assert picking.pick([0.9, 0.89, 0.2], texts, 3) == [0, 2]


def test_in_chinese_too():
    texts = ["我的退款什么时候到账", "我的退款什么时候到账？", "银行卡被偷了"]

    assert picking.pick([0.9, 0.89, 0.2], texts, 3, chinese=True) == [0, 2]


@pytest.mark.parametrize(
    ("kind", "scores", "value"),
    [
        pytest.param("classify", {"a": 1.0, "b": 0.0}, 0.0, id="sure"),
        pytest.param("classify", {"a": 0.5, "b": 0.5}, 1.0, id="torn"),
        pytest.param("classify", {"a": 1.0}, 0.0, id="one label"),
        pytest.param("tag", {"a": 0.9, "b": 0.2}, 0.28, id="tags: 1 - 0.9 * 0.8"),
    ],
)
def test_uncertainty_is_worked_out_by_hand(kind, scores, value):
    assert picking.uncertainty(kind, scores) == pytest.approx(value)


@given(texts=st.lists(st.text(max_size=40), max_size=30), n=st.integers(1, 10), data=st.data())
def test_no_place_is_picked_twice_and_no_more_than_asked(texts, n, data):
    unsure = data.draw(st.lists(st.floats(0, 1), min_size=len(texts), max_size=len(texts)))

    chosen = picking.pick(unsure, texts, n)

    assert len(chosen) == len(set(chosen)) <= min(n, len(texts))
    assert all(0 <= i < len(texts) for i in chosen)


def test_vectors_have_length_one_or_nothing_to_say():
    lengths = np.linalg.norm(picking.vectors(["a card", "", "退款"]), axis=1)

    assert lengths == pytest.approx([1, 0, 1], abs=1e-5)
