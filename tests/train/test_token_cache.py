"""Texts on disk as tokens: nothing lost, words marked, found again after a crash."""

import numpy as np
import pytest

from luodi.train import token_cache, tokenizing

TEXTS = [f"国务院总理 today opened meeting number {n}" for n in range(60)]


@pytest.fixture(scope="module")
def tokenizer():
    return tokenizing.learn(TEXTS)


def words(tokenizer, text):
    """Return the words of a text as they would be hidden."""
    [window] = next(token_cache.encode(tokenizer, [text], window=64))
    tokens = [tokenizer.id_to_token(int(one)) for one in window[1:-1] >> 1]
    starts = np.flatnonzero(window[1:-1] & 1)
    return [
        "".join(part.removeprefix("##") for part in cut) for cut in np.split(np.array(tokens, dtype=object), starts)
    ][1:]


def test_a_word_is_a_word_of_the_dictionary_or_what_stands_between_spaces(tokenizer):
    assert words(tokenizer, "国务院总理opening meet") == ["国务院", "总理", "opening", "meet"]


def test_a_long_text_is_cut_into_windows_and_nothing_is_lost(tokenizer):
    text = "meeting number " * 40

    windows = next(token_cache.encode(tokenizer, [text], window=16))

    whole = [int(one) >> 1 for window in windows for one in window[1:-1]]
    assert whole == tokenizer.encode(text, add_special_tokens=False).ids
    assert max(map(len, windows)) == 16


def test_every_text_is_either_read_or_kept_to_measure_by(tokenizer, tmp_path):
    read, held = token_cache.read(TEXTS, tokenizer, tmp_path, window=64, most_tokens=None)

    assert (len(read), len(held)) == (57, 3)
    assert read.about["texts"] == 60
    assert sum(read.lengths()) + sum(held.lengths()) == read.about["tokens"]


def test_reading_stops_when_there_are_tokens_enough(tokenizer, tmp_path):
    def endless():
        while True:
            yield from TEXTS

    read, _ = token_cache.read(endless(), tokenizer, tmp_path, window=64, most_tokens=20_000)

    assert 20_000 <= read.about["tokens"] < 20_000 + 20 * token_cache.GROUP


def test_a_rerun_takes_what_was_written_and_a_crash_leaves_nothing_half(tokenizer, tmp_path):
    def breaks():
        yield from TEXTS
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="gone"):
        token_cache.read(breaks(), tokenizer, tmp_path, window=64, most_tokens=None)
    first, _ = token_cache.read(TEXTS, tokenizer, tmp_path, window=64, most_tokens=None)
    again, _ = token_cache.read(iter(()), tokenizer, tmp_path, window=64, most_tokens=None)

    assert [one.tolist() for one in map(first.__getitem__, range(57))] == [again[n].tolist() for n in range(57)]
