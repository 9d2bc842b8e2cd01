"""What a recommender does beside scoring: rules, variety, reasons."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.runtime.best import best_of
from luodi.runtime.engine_recommender import Recommender, Rules
from luodi.runtime.rows import Rows
from luodi.runtime.scorers import Content, Popular, Visit
from luodi.runtime.shelf import Shelf
from luodi.runtime.why import why
from luodi.train import wording

DAY = 86_400


@pytest.fixture
def shelf():
    """Five items, ann had a and b; b and c go together for six people, a and c for three."""
    return Shelf(
        list("abcde"),
        {"category": ["tea", "tea", "tea", "mug", "mug"], "price": ["1", "2", "3", "4", ""],
         "stock": ["yes", "yes", "yes", "yes", "no"], "title": ["A", "", "C", "D", "E"],
         "published": ["0", "0", str(DAY), str(9 * DAY), ""]},
        ["ann", "bob", "cid"],
        Rows.of_pairs(np.array([0, 0, 1, 2]), np.array([0, 1, 3, 3]), np.ones(4), (3, 5)),
        Rows.of_pairs(np.array([1, 2, 2, 0]), np.array([2, 1, 0, 2]), np.array([6.0, 6, 3, 3]), (5, 5)),
        np.arange(5, dtype=np.float32),
        Rows.of_pairs(np.array([0, 0]), np.array([1, 2]), np.ones(2), (3, 3)),
    )  # fmt: skip


def recommend(shelf, query, **rules):
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.5], dtype=np.float32)
    return Recommender(Popular(scores), shelf, Rules(**rules)).predict([query])[0]


def ids(hits):
    return "".join(one["id"] for one in hits)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param({"user": "ann"}, "cd", id="nothing she had, nothing out of stock"),
        pytest.param({"user": "ann", "again": True}, "abcd", id="again"),
        pytest.param({"user": "ann", "in_stock": False}, "cde", id="also what is sold out"),
        pytest.param({"user": "ann", "items": ["c"]}, "abd", id="her items as the query says"),
        pytest.param({"user": "ann", "session": ["c"]}, "d", id="and a session"),
        pytest.param({"user": "new"}, "abcd", id="a new visitor"),
        pytest.param({"exclude": ["a"]}, "bcd", id="exclude"),
        pytest.param({"only": ["d", "a", "x"]}, "ad", id="only"),
        pytest.param({"categories": ["mug"]}, "d", id="category"),
        pytest.param({"min_price": 2, "max_price": 3}, "bc", id="price"),
        pytest.param({"k": 2}, "ab", id="k"),
        pytest.param({"less_like": ["a"]}, "bdca", id="less like a: c goes with it, and it comes last"),
        pytest.param({"diversity": 0.9, "k": 2}, "ad", id="variety: another category second"),
        pytest.param({"only": []}, "", id="nothing left"),
    ],
)
def test_a_query_gets_what_its_rules_allow(shelf, query, expected):
    assert ids(recommend(shelf, query)) == expected


def test_an_item_lives_from_its_day_for_so_many_days(shelf):
    assert ids(recommend(shelf, {"at": 2 * DAY}, lives_days=1.5)) == "c"
    assert ids(recommend(shelf, {"at": DAY // 2}, lives_days=1.5)) == "ab"


def test_a_reason_names_what_goes_with_it_if_enough_people_did(shelf):
    hits = {one["id"]: one for one in recommend(shelf, {"user": "ann"}, min_together=5)}

    assert (hits["c"]["because"], hits["c"]["via"]) == ("together", ("b",))
    assert hits["c"]["title"] == "C"


def test_an_item_that_reads_like_what_a_visitor_had_says_so_with_the_nearest(shelf):
    titles = ["mint tea from Fez", "a jug", "oak shelf", "tea from Fez, loose", "mint", *map(str, range(30))]
    items = wording.vectors({"title": titles}, len(titles))
    words = Content(items, items.turned())
    visit = Visit(-1, np.array([0, 1], dtype=np.int32))

    assert why(3, visit, shelf, min_together=5, content=words) == {"because": "reads", "via": ("a",)}
    assert why(2, visit, shelf, min_together=9, content=words)["because"] == "alike"


def test_the_likeness_of_words_is_their_cosine():
    titles = ["green tea", "green teapot", "hammer", "green tea"]
    items = wording.vectors({"title": titles * 3}, 12)
    content = Content(items, items.turned())
    full = np.zeros((12, wording.WIDTH))
    for n in range(12):
        full[n, items.row(n)[0]] = items.row(n)[1]

    found = content.likeness(0, np.array([1, 2, 3]))

    assert np.allclose(found, full[[1, 2, 3]] @ full[0], atol=1e-6)


def test_what_few_people_did_together_is_not_told(shelf):
    hits = recommend(shelf, {"items": ["a"], "k": 5}, min_together=5)

    reasons = {one["id"]: one["because"] for one in hits}
    assert reasons["c"] == "alike"  # three people had both, which stays untold


def test_friends_are_a_reason_from_two_on_and_are_never_named(shelf):
    hits = {one["id"]: one for one in recommend(shelf, {"user": "ann"})}

    assert (hits["d"]["because"], hits["d"]["via"]) == ("friends", ())


def test_a_scorer_that_knows_nothing_of_a_visitor_leaves_it_to_fame(shelf):
    hits = Recommender(Popular(np.zeros(5, dtype=np.float32)), shelf, Rules()).predict([{"in_stock": False}])[0]

    assert ids(hits) == "edcba"


def test_saving_keeps_everything(shelf, tmp_path: Path):
    before = Recommender(Popular(np.arange(5, dtype=np.float32)), shelf, Rules(k=3, lives_days=2.0))
    before.save(tmp_path)

    after = Recommender.load(tmp_path)

    query = [{"user": "ann", "at": DAY}, {"user": "bob", "at": DAY, "categories": ["tea"]}]
    assert after.predict(query) == before.predict(query)


@given(st.lists(st.floats(-5, 5, width=32), min_size=1, max_size=600), st.integers(1, 5), st.randoms())
def test_the_best_of_many_are_those_that_sorting_finds(values, k, rng):
    scores = np.array(values, dtype=np.float32)
    allowed = np.array([rng.random() < 0.8 for _ in values])

    found = best_of(scores, k, allowed)

    expected = sorted(scores[allowed], reverse=True)[:k]
    assert scores[found].tolist() == expected
    assert allowed[found].all()


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6), st.floats(0.5, 2, width=32)), max_size=30))
def test_rows_add_up_as_a_full_matrix_does(triples):
    full = np.zeros((5, 7))
    for row, column, value in triples:
        full[row, column] += value
    row, column, value = (np.array([one[n] for one in triples]) for n in range(3))

    rows = Rows.of_pairs(row.astype(int), column.astype(int), value, (5, 7))

    weights = np.array([1.0, 0.5, 2.0], dtype=np.float32)
    assert np.allclose(rows.weighted_sum(np.array([0, 2, 2]), weights), full[0] + 2.5 * full[2], atol=1e-4)
    assert np.allclose(rows.turned().weighted_sum(np.array([3]), weights[:1]), full[:, 3], atol=1e-4)
