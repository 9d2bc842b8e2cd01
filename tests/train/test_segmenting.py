"""Pieces of words that join to the text again."""

from hypothesis import given
from hypothesis import strategies as st

from luodi.train import segmenting

TEXTS = ["The lamp is new, isn't it?", "Die Lampe ist neu!", "这款台灯附带 USB-C 数据线。", "Costs 12.5 euros"] * 3
PIECES = segmenting.learn(TEXTS, size=120, marks=("<p0>", "<p1>"))
KNOWN = sorted({one for text in TEXTS for one in text})


@given(st.text(alphabet=st.sampled_from([*KNOWN, *"  "]), max_size=40).map(lambda text: " ".join(text.split())))
def test_the_pieces_of_a_text_of_known_characters_join_to_it(text):
    assert PIECES.decode(PIECES.encode(text).ids, skip_special_tokens=False) == text


def test_a_mark_is_one_piece_wherever_it_stands():
    text = "Costs <p0> euros。<p1>。"
    ids = PIECES.encode(text).ids

    assert {PIECES.token_to_id("<p0>"), PIECES.token_to_id("<p1>")} <= set(ids)
    assert PIECES.decode(ids, skip_special_tokens=False) == text


def test_the_end_is_first_the_padding_last_and_the_same_texts_make_the_same_pieces():
    assert PIECES.token_to_id(segmenting.END) == 0
    assert PIECES.token_to_id(segmenting.PAD) == PIECES.get_vocab_size() - 1
    assert segmenting.learn(TEXTS, size=120, marks=("<p0>", "<p1>")).to_str() == PIECES.to_str()
