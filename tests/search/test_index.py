"""An index gives back what was put in, ranks by BM25, and holds nothing of what was removed."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.search.conftest import a_document

from luodi.runtime import postings, segment
from luodi.runtime.index import Index
from luodi.runtime.postings import Postings
from luodi.runtime.terms import key, terms

WORDS = st.sampled_from(["ash", "birch", "cedar", "dogwood", "elm"])
TEXTS = st.lists(st.lists(WORDS, min_size=1, max_size=6), min_size=1, max_size=8)


def units(texts):
    """Stand for an encoder: a vector that only the text decides."""
    made = np.stack([np.random.default_rng(key(one)).normal(size=16) for one in texts]).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def test_bm25_is_what_the_formula_says():
    made = Postings.of([["ash", "ash", "elm"], ["elm"]])

    scores = made.score({key("ash"): 2.0}, 2.0, k1=1.2, b=0.75)

    tf = 2 * 2.2 / (2 + 1.2 * (0.25 + 0.75 * 3 / 2))
    assert scores == pytest.approx([2.0 * tf, 0.0])


def test_a_rare_word_weighs_more(index):
    apples, red = (index.lexical([one], k1=1.2, b=0.0) for one in ("appl", "red"))

    assert apples.max() > red.max() and red.astype(bool).tolist() == [True, False, True]


@settings(deadline=None, max_examples=40)
@given(TEXTS, st.data())
def test_what_stays_is_as_if_the_others_had_never_been_there(texts, data):
    keep = np.array(data.draw(st.lists(st.booleans(), min_size=len(texts), max_size=len(texts))))

    made = Postings.of(texts).only(keep).arrays()
    fresh = Postings.of([one for one, kept in zip(texts, keep, strict=True) if kept]).arrays()

    assert all(np.array_equal(made[name], fresh[name]) for name in fresh)


@settings(deadline=None, max_examples=40)
@given(TEXTS, TEXTS)
def test_joining_is_as_if_all_had_been_counted_at_once(first, second):
    made = postings.joined([Postings.of(first), Postings.of(second)]).arrays()

    fresh = Postings.of(first + second).arrays()

    assert all(np.array_equal(made[name], fresh[name]) for name in fresh)


def test_segments_joined_give_back_every_passage():
    parts = [segment.Segment.of([a_document(n, f"text {n}", "中文")], units) for n in "ab"]

    made = segment.joined(parts)

    assert [made.passage(n)[0].id for n in range(4)] == ["a", "a", "b", "b"]
    assert [made.passage(n)[1].text for n in range(4)] == ["text a", "中文", "text b", "中文"]
    assert made.arrays["small"].shape == (4, 16)


def test_a_document_of_the_same_id_takes_the_place_of_the_old_one(index):
    index.add([a_document("a", "blue plums")], None)

    assert len(index) == 2 and not index.lexical(["appl"], k1=1.2, b=0.7).any()
    assert {index.passage(n)[1].text for n in range(2)} == {"red carrots", "blue plums"}


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        pytest.param({"kind": "fruit"}, [0, 1], id="a value"),
        pytest.param({"kind": ["root", "leaf"]}, [2], id="several"),
        pytest.param({"kind": {"from": "g"}}, [2], id="from"),
        pytest.param({"kind": {"to": "g"}}, [0, 1], id="to"),
        pytest.param({"document": "b"}, [2], id="the document itself"),
        pytest.param({"kind": "fruit", "document": "b"}, [], id="both"),
        pytest.param({"no such column": "x"}, [], id="a column that is not there"),
    ],
)
def test_a_filter_leaves_what_fits(index, filters, found):
    assert index.where(filters).tolist() == found


def test_numbers_compare_as_numbers(tmp_path):
    made = Index.create(tmp_path / "n")
    made.add([a_document(str(n), "x", year=str(n)) for n in (9, 10, 200)], None)

    assert made.where({"year": {"from": 10}}).tolist() == [1, 2]


def test_of_a_removed_document_no_file_holds_a_word_or_a_vector(tmp_path):
    made = Index.create(tmp_path / "gone")
    secret, kept = a_document("secret.md", "the zebra clause", year="1887"), a_document("kept.md", "ordinary words")
    made.add([secret, kept], units)
    row = made.segments["segment-000001"].arrays["exact"][0].tobytes()
    hashed = key("zebra").to_bytes(8, "little")
    before = b"".join(one.read_bytes() for one in sorted((tmp_path / "gone").rglob("*")) if one.is_file())

    made.remove(["secret.md"])

    after = b"".join(one.read_bytes() for one in sorted((tmp_path / "gone").rglob("*")) if one.is_file())
    for trace in (b"zebra", b"secret.md", b"1887", row, hashed):
        assert trace in before and trace not in after
    assert b"ordinary" in after


def test_an_index_that_is_opened_again_answers_as_before(index):
    again = Index.open(index.folder)

    assert np.array_equal(again.lexical(["red"], k1=1.2, b=0.7), index.lexical(["red"], k1=1.2, b=0.7))
    assert again.passage(1)[1].text == "green pears"


def test_the_nearest_are_those_that_exact_products_find(tmp_path):
    made = Index.create(tmp_path / "many")
    made.add([a_document(str(n), f"passage {n}") for n in range(600)], units)
    vectors = made.segments["segment-000001"].arrays["exact"].astype(np.float32)
    query = vectors[17] * 0.9 + vectors[4] * 0.4
    query /= np.linalg.norm(query)

    numbers, cosines = made.nearest(query, 10, None)

    exact = vectors @ query
    assert numbers.tolist() == np.argsort(-exact)[:10].tolist()
    assert cosines == pytest.approx(exact[numbers], abs=1e-3)
    assert made.nearest(query, 3, np.array([4, 5, 6]))[0][0] == 4


def test_many_small_additions_are_joined(tmp_path):
    made = Index.create(tmp_path / "small")
    for n in range(12):
        made.add([a_document(str(n), f"word{n} common")], None)

    scores = made.lexical(terms("common"), k1=1.2, b=0.7)

    assert len(made.segments) < 10 and len(made) == 12
    assert scores == pytest.approx([math.log(1 + 0.5 / 12.5)] * 12, abs=1e-2)
