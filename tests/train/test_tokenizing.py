"""A tokenizer from one's own texts: the same one every time, characters for Chinese, pieces for spaced words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.train import tokenizing

ENGLISH = ["the printer is not printing", "printing the report again", "the report is printed"] * 3
CHINESE = ["打印机不打印了", "再打印一次报告", "报告已打印"] * 3


@pytest.mark.parametrize("pieces", ["wordpiece", "bpe"])
def test_the_same_texts_give_the_same_tokenizer_to_the_byte(pieces):
    once, again = (tokenizing.learn(ENGLISH + CHINESE, pieces=pieces, size=90).to_str() for _ in range(2))

    assert once == again


@pytest.mark.parametrize("pieces", ["wordpiece", "bpe"])
def test_a_chinese_character_is_a_token_and_a_frequent_word_is_one_too(pieces):
    made = tokenizing.learn(ENGLISH + CHINESE, pieces=pieces)

    tokens = made.encode("报告 printing").tokens

    assert tokens == ["[CLS]", "报", "告", "printing", "[SEP]"]


def test_what_was_seen_once_is_unknown_and_what_is_new_is_built_from_pieces():
    made = tokenizing.learn([*ENGLISH, "ø"])

    tokens = made.encode("ø reprints").tokens

    assert tokens[1] == "[UNK]"
    assert "[UNK]" not in tokens[2:]
    assert len(tokens) > 5


@pytest.mark.parametrize("size", [30, 60, 8_000])
def test_the_vocabulary_is_no_larger_than_asked_for(size):
    made = tokenizing.learn(ENGLISH, size=size)

    assert len(tokenizing.SPECIAL) < made.get_vocab_size() <= max(size, 45)  # never without its letters
    assert [made.token_to_id(one) for one in tokenizing.SPECIAL] == [0, 1, 2, 3, 4]


@given(st.lists(st.text(max_size=20), max_size=5))
def test_any_texts_make_a_tokenizer_that_reads_any_text(texts):
    made = tokenizing.learn(texts, size=40)

    ids = made.encode("任何 text").ids

    assert max(ids) < made.get_vocab_size()
