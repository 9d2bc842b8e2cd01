"""Texts as a matrix of n-grams: what is counted, and what is left out where memory has a limit."""

import tracemalloc
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luodi.runtime import ngrams
from luodi.train import matrix
from luodi.train.matrix import Matrix, affordable, in_how_many

WORDS = ("refund", "money", "password", "login", "退款", "登录")
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join), min_size=1, max_size=30)
CHANNELS = ("words:1-2", "chars:2-3")


@given(TEXTS, st.integers(1, 40))
@settings(max_examples=60, deadline=None)
def test_counting_piece_by_piece_finds_what_counting_at_once_does(texts, merged_at_once):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matrix, "MERGED_AT_ONCE", merged_at_once)
        patch.setattr(ngrams, "CHARACTERS_AT_ONCE", 20)
        seen, n = in_how_many(texts, CHANNELS)

    whole = Counter(gram for _, grams, _ in ngrams.counts(texts, CHANNELS) for gram in grams.tolist())
    assert dict(zip(seen.tolist(), n.tolist(), strict=True)) == whole
    assert seen.tolist() == sorted(whole)


@given(TEXTS)
@settings(max_examples=30, deadline=None)
def test_rows_have_length_one_and_hold_the_n_grams_of_their_text_alone(texts):
    made = Matrix(texts, CHANNELS, n_labels=2)

    lengths = np.sqrt(np.asarray(made.x.multiply(made.x).sum(axis=1))).ravel()

    assert all(length == pytest.approx(1.0, abs=1e-5) or length == 0.0 for length in lengths)
    for n, text in enumerate(texts):
        alone = made.transform([text])
        assert (made.x[n] != alone).nnz == 0


def test_of_rows_that_do_not_fit_an_even_part_is_taken_and_no_label_is_lost(monkeypatch):
    rows = [(f"text number {n} of many", "often" if n % 200 else "rare") for n in range(4_000)]
    monkeypatch.setattr(matrix, "MOST_ENTRIES", 20_000)

    taken = affordable(rows, CHANNELS, seed=7)

    n = Counter(y for _, y in taken)
    assert 200 < len(taken) < 1_500
    assert n["rare"] == 20
    assert [x for x, _ in taken] == [x for x, _ in rows if (x, "often") in taken or (x, "rare") in taken]
    assert affordable(rows, CHANNELS, seed=7) == taken
    assert sum(int(x.split()[2]) for x, _ in taken) / len(taken) == pytest.approx(2_000, rel=0.15)


def test_rows_that_fit_are_all_taken():
    rows = [("a refund", "billing"), ("my password", frozenset())]

    assert affordable(rows, CHANNELS, seed=7) is rows


def test_long_texts_are_gone_through_a_few_at_a_time(monkeypatch):
    monkeypatch.setattr(ngrams, "CHARACTERS_AT_ONCE", 20_000)
    texts = [" ".join(WORDS[(n + k) % 6] + str(k % 97) for k in range(2_000)) for n in range(40)]
    Matrix(texts[:1], CHANNELS, n_labels=2)  # what is loaded once

    tracemalloc.start()
    Matrix(texts, CHANNELS, n_labels=2)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 40e6
