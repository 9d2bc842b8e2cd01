"""What is hidden from an encoder: whole words, some of them, never the frame, the same ones for the same seed."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from luodi.errors import SetupError
from luodi.train import masking, tokenizing

TOKENIZER = tokenizing.learn(["one two three four five six"] * 3)
N = TOKENIZER.get_vocab_size()
FRAME = [2 * TOKENIZER.token_to_id(one) + 1 for one in ("[CLS]", "[SEP]")]
MASKER = masking.Masker(TOKENIZER, vocabulary=N, seed=7)


@st.composite
def encoded(draw):
    """Return a text as `reading` writes it: words of one to four tokens."""
    words = draw(st.lists(st.integers(1, 4), min_size=1, max_size=12))
    starts = [n == 0 for length in words for n in range(length)]
    ids = [draw(st.integers(len(tokenizing.SPECIAL), N - 1)) for _ in starts]
    return np.array([FRAME[0], *(2 * i + s for i, s in zip(ids, starts, strict=True)), FRAME[1]], dtype=np.uint32)


@given(st.lists(encoded(), min_size=1, max_size=6), st.integers(0, 2**40))
def test_words_are_hidden_whole_and_every_text_has_one(texts, seed):
    shown, mask, gold = MASKER(texts, seed)

    for row, text in enumerate(texts):
        n = len(text)
        hidden = (gold[row] != masking.IGNORED).numpy()
        words = np.cumsum(text & 1)
        assert hidden.any()
        assert not hidden[[0, n - 1]].any()
        assert not hidden[n:].any()
        assert all(len(set(hidden[:n][words == word])) == 1 for word in set(words))
        assert (gold[row][hidden].numpy() == (text[hidden[:n]] >> 1)).all()
        assert (shown[row, :n].numpy() == text >> 1)[~hidden[:n]].all()
        assert mask[row].sum() == n


def test_about_one_word_in_seven_is_hidden_and_most_of_it_behind_the_mask():
    text = np.array([FRAME[0], *[2 * 9 + 1] * 60, FRAME[1]], dtype=np.uint32)

    shown, _, gold = MASKER([text] * 400, 3)

    hidden = gold != masking.IGNORED
    assert float(hidden[:, 1:-1].float().mean()) == pytest.approx(masking.MASKED, abs=0.01)
    assert float((shown[hidden] == MASKER.mask).float().mean()) == pytest.approx(masking.AS_MASK, abs=0.02)


def test_the_same_seed_hides_the_same_words():
    text = np.array([FRAME[0], *range(13, 33), FRAME[1]], dtype=np.uint32)

    once, again, other = (MASKER([text] * 8, seed)[0] for seed in (1, 1, 2))

    assert torch.equal(once, again)
    assert not torch.equal(once, other)


def test_a_tokenizer_without_a_mask_is_refused_with_a_remedy():
    from tokenizers import Tokenizer, models

    with pytest.raises(SetupError, match=r"no \[MASK\]") as caught:
        masking.Masker(Tokenizer(models.WordPiece(vocab={"a": 0}, unk_token="a")), vocabulary=1, seed=7)

    assert "leave [pretrain] out" in caught.value.fix
