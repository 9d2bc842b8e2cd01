"""Pieces of a text and of its translation find each other, and phrases are found among them."""

import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from luodi.train import aligning, phrasing

WORDS = {n: n + 40 for n in range(1, 31)}  # the language: each word has one translation, and the order is turned
N_PIECES, MARK, ENDING = 80, 75, 76
STARTS = [True] * N_PIECES
rows = st.lists(st.lists(st.sampled_from(sorted(WORDS)), min_size=1, max_size=6), min_size=1, max_size=8)


def said(row):
    return row, [WORDS[one] for one in reversed(row)]


def learned(pairs, starts=STARTS):
    return aligning.align(pairs, n_pieces=N_PIECES, starts=starts, seed=1)


ALL = [said(random.Random(n).sample(sorted(WORDS), k=2 + n % 4)) for n in range(400)] + [
    said([7, 2, 3, n]) for n in (11, 12)
]


def test_a_word_is_linked_to_its_translation_wherever_it_stands():
    for (ours, theirs), links in zip(ALL, learned(ALL), strict=True):
        for place, other in enumerate(theirs):
            assert WORDS[ours[int(links[place].argmax())]] == other
            assert links[place].max() > aligning.WHOLE / 2


@given(rows)
def test_links_of_a_piece_are_shares_of_a_whole_or_it_comes_from_nowhere(rows):
    pairs = [said(row) for row in rows]
    for (ours, theirs), links in zip(pairs, learned(pairs), strict=True):
        assert links.shape == (len(theirs), len(ours))
        assert all(one == 0 or abs(one - aligning.WHOLE) <= len(ours) for one in links.sum(axis=1, dtype=int))


def test_pieces_of_one_word_are_linked_alike():
    starts = [True] * N_PIECES
    starts[ENDING] = False  # as the "ed" of "linked"
    pairs = [
        (ours, [one for word in theirs for one in ((word, ENDING) if word == 43 else (word,))]) for ours, theirs in ALL
    ]
    for (_, theirs), links in zip(pairs, learned(pairs, starts), strict=True):
        for place in [n for n, one in enumerate(theirs) if one == ENDING]:
            assert np.array_equal(links[place], links[place - 1])


def test_the_same_pairs_are_linked_alike_every_time_even_with_a_text_without_pieces():
    pairs = [*ALL[:30], ([], [41]), ([1], [])]
    first, second = learned(pairs), learned(pairs)
    assert all(np.array_equal(one, other) for one, other in zip(first, second, strict=True))
    assert first[-2].shape == (1, 0)
    assert first[-1].shape == (0, 1)


def test_phrases_are_translations_of_each_other_and_end_at_marks():
    pairs = [([*ours, MARK], [*theirs, MARK]) for ours, theirs in ALL]
    marks = [one == MARK for one in range(N_PIECES)]
    found = phrasing.phrases(pairs, learned(pairs), starts=STARTS, marks=marks)

    assert ((1,), (41,)) in found
    assert ((7, 2, 3), (43, 42, 47)) in found
    assert all(said(list(ours))[1] == list(theirs) for ours, theirs in found)
    assert all(MARK not in (*ours, *theirs) for ours, theirs in found)


def test_what_was_met_once_is_no_phrase():
    assert phrasing.phrases(ALL[:1], learned(ALL)[:1], starts=STARTS, marks=[False] * N_PIECES) == []
