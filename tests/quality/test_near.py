"""Near-duplicates: what counts as one, what does not, and that nothing goes quadratic."""

import itertools
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luodi.quality import near

HEADLINE = "The parcel from the north has not arrived at our office in time"
NEWS = "本市今年新建三条地铁线路，预计年底全部通车"


def found(texts, **settings):
    return near.clusters(near.signatures(texts), lambda rows: [texts[row] for row in rows], **settings)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(HEADLINE.upper() + "!!", id="case and marks"),
        pytest.param(HEADLINE.replace("north", "south"), id="another word"),
        pytest.param(HEADLINE.replace(" ", "  \n"), id="white space"),
        pytest.param("At our office in time: the parcel from the north has not arrived", id="another order of clauses"),
        pytest.param(HEADLINE + " again", id="one word more"),
    ],
)
def test_a_small_edit_leaves_a_near_duplicate(other):
    made = found(["Something else altogether, with words of its own", HEADLINE, other])

    assert made.representative.tolist() == made.cluster.tolist() == [0, 1, 1]
    assert made.similarity[2] == pytest.approx(near.jaccard(HEADLINE, other))


@pytest.mark.parametrize(
    "other",
    [
        pytest.param("本市今年新建四条地铁线路，预计年底全部通车", id="another character"),
        pytest.param("本市今年新建三条公路线路，预计年底全部通车", id="another word"),
        pytest.param("预计年底全部通车：本市今年新建三条地铁线路", id="another order of clauses"),
        pytest.param("本市今年新建三条地铁线路预计年底全部通车。", id="marks"),
    ],
)
def test_a_small_edit_leaves_a_near_duplicate_in_chinese(other):
    assert found([NEWS, other, "完全不同的另一句话在这里"]).cluster.tolist() == [0, 0, 2]


def test_digits_tell_short_texts_apart():
    assert found(["Invoice 1001", "Invoice 1002"]).cluster.tolist() == [0, 1]


def test_texts_without_letters_are_told_apart_by_their_marks():
    assert found(["!!!", "???", "", " !!! ", "😀", " "]).cluster.tolist() == [0, 1, 2, 0, 4, 2]


def test_a_row_far_from_the_first_of_its_chain_is_not_represented_by_it():
    words = [f"w{n}" for n in range(40)]
    texts = [" ".join(words[n : n + 30]) for n in range(0, 11, 2)]  # each like the next, the ends unlike

    made = found(texts)

    assert set(made.cluster) == {0}
    assert made.representative[-1] != 0
    assert all(
        near.jaccard(texts[row], texts[first]) >= near.THRESHOLD for row, first in enumerate(made.representative)
    )


TEXTS = st.lists(
    st.lists(st.sampled_from(["ab", "cd", "我", "们", "好", "1", "!"]), min_size=1, max_size=6).map(" ".join),
    max_size=14,
)


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.sampled_from([0.5, 0.6, 0.9]))
def test_whatever_is_reported_has_been_compared(texts, threshold):
    made = found(texts, threshold=threshold)

    for row, (first, cluster, similarity) in enumerate(
        zip(made.representative, made.cluster, made.similarity, strict=True)
    ):
        assert first <= row
        assert cluster == made.cluster[first] <= first
        assert similarity == pytest.approx(near.jaccard(texts[row], texts[first]))
        assert similarity >= threshold


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=40), st.text(max_size=40))
def test_similarity_is_that_of_python_sets_and_the_same_both_ways(one, other):
    def grams(text):
        letters = near.normalize(text)
        tokens = "".join(f" {c} " if near._is_wide(np.array([ord(c)]))[0] else c for c in letters).split(" ")
        tokens = [token for token in tokens if token]
        return {*tokens, *itertools.pairwise(tokens)} if len(tokens) > 1 else {*tokens}

    a, b = grams(one), grams(other)

    assert near.jaccard(one, other) == near.jaccard(other, one) == pytest.approx(len(a & b) / len(a | b))
    assert near.jaccard(one, one) == 1


def test_signatures_do_not_depend_on_the_company():
    texts = [HEADLINE, NEWS, "", "x " * 300, "one two"] * 900

    whole = near.signatures(texts)

    assert (whole == np.concatenate([near.signatures(texts[:7]), near.signatures(texts[7:])])).all()
    assert whole.dtype == np.uint32
    assert whole.shape == (4_500, near.N_BANDS)


@pytest.mark.parametrize("n_words", [20, 40, 60, 80, 100, 400])
def test_long_and_short_texts_are_found_at_every_length(n_words):
    rng = random.Random(n_words)
    texts = [" ".join(rng.choice(["x", "y"]) + str(rng.randrange(4_000)) for _ in range(n_words)) for _ in range(100)]
    copies = [" ".join(word for word in text.split() if rng.random() > 0.06) for text in texts]

    made = found(texts + copies)

    assert sum(made.cluster[:100] == made.cluster[100:]) >= 97
    assert len(set(made.cluster)) >= 100


@pytest.mark.parametrize("threshold", [0.6, 0.95])
def test_a_template_of_many_rows_is_compared_a_bounded_number_of_times(threshold):
    texts = [f"Order {n} of {n % 97} parts and {n % 89} tools has left" for n in range(4_000)]
    compared = []

    def text_of(rows):
        compared.append(len(rows))
        return [texts[row] for row in rows]

    near.clusters(near.signatures(texts), text_of, threshold=threshold)

    assert sum(compared) < 3 * near.MOST_MISSES * len(texts)  # 4,000² would be twenty times as many


def test_nothing_comes_of_nothing():
    assert found([]).cluster.tolist() == []
    assert found(["alone"]).representative.tolist() == [0]
