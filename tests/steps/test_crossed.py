"""Small sets: every candidate is judged on rows that it has not learned from, and on all of them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.contracts import Recipe
from luodi.models.tfidf_logreg import TfidfLogreg
from luodi.steps import crossed

WORDS = {"card": "card bank pin atm", "refund": "refund money invoice paid"}
ROWS = [(f"my {word} {n}", label) for n in range(3) for label, words in WORDS.items() for word in words.split()]


@given(st.lists(st.sampled_from("abc"), max_size=40))
def test_the_rows_of_each_label_are_spread_evenly_over_the_folds(ys):
    folds = crossed.stratified(ys, seed=1)

    for label in set(ys):
        counts = [sum(y == label and one == fold for y, one in zip(ys, folds, strict=True)) for fold in range(4)]
        assert max(counts) - min(counts) <= 1


def test_every_row_is_answered_once_by_a_model_that_has_not_seen_it(tmp_path):
    odd = ("quux quux", "card")  # which only a model that saw it could call a card for sure
    rows = [*ROWS, odd]

    made = list(crossed.answers(TfidfLogreg, rows, ROWS[:2], recipe=Recipe(), work=tmp_path))

    assert sorted(y for y, _ in made) == sorted(y for _, y in rows)
    right = sum(max(scores, key=scores.get) == y for y, scores in made)
    assert right >= len(ROWS) - 2


@pytest.mark.parametrize(
    ("train", "n_dev", "needed"),
    [
        pytest.param(ROWS, 3, True, id="few rows, a tiny dev"),
        pytest.param(ROWS, 80, False, id="dev is large enough"),
        pytest.param(ROWS * 20, 3, False, id="there are rows enough"),
        pytest.param([(x, x) for x, _ in ROWS], 3, False, id="a label to each row"),
        pytest.param([(x, frozenset({y})) for x, y in ROWS], 3, True, id="sets of labels"),
        pytest.param(ROWS[:3], 1, False, id="fewer rows than folds"),
        pytest.param("a log of events", 3, False, id="no rows with labels"),
    ],
)
def test_rows_are_crossed_only_where_they_are_few_and_several_to_a_label(train, n_dev, needed):
    assert crossed.is_needed(train, ROWS[:1] * n_dev, Recipe()) is needed


def test_answers_that_cost_money_are_not_asked_for_again():
    assert not crossed.is_needed(ROWS, [], replace(Recipe(), remote={"url": "http://localhost"}))
