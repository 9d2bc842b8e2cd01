"""Words of answers: by the official evaluation's rules, worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.metrics import extraction, interval


@pytest.mark.parametrize(
    ("gold", "answer", "f1", "exact"),
    [
        pytest.param({"the Denver Broncos"}, "Denver Broncos!", 1.0, 1.0, id="article and mark"),
        pytest.param({"Denver Broncos"}, "Broncos", 2 / 3, 0.0, id="half of it"),
        pytest.param({"Denver", "the city of Denver"}, "city of Denver", 1.0, 1.0, id="the nearest counts"),
        pytest.param({"1998年"}, "1998", 2 / 3, 0.0, id="a Chinese character is a word"),
        pytest.param(set(), "", 1.0, 1.0, id="rightly none"),
        pytest.param(set(), "Denver", 0.0, 0.0, id="an answer where there is none"),
        pytest.param({"Denver"}, "", 0.0, 0.0, id="none where there is one"),
        pytest.param({"Q"}, "?", 0.0, 0.0, id="nothing but a mark"),
    ],
)
def test_an_answer_is_worth_its_words(gold, answer, f1, exact):
    assert extraction.f1([frozenset(gold)], [answer]) == pytest.approx(f1)
    assert extraction.exact_match([frozenset(gold)], [answer]) == exact


@given(st.lists(st.tuples(st.frozensets(st.text(max_size=8)), st.text(max_size=8)), min_size=1, max_size=6))
def test_what_matches_exactly_matches_in_words_and_in_whether_there_is_an_answer(pairs):
    values = extraction.table(*map(list, zip(*pairs, strict=True)))[0]

    assert ((values >= 0) & (values <= 1)).all()
    assert (values[:, 1] <= values[:, 0]).all()
    assert (values[:, 1] <= values[:, 2]).all()


def test_an_interval_is_resampled_from_the_values_of_each_question():
    gold, answers = [frozenset({"a"})] * 20, ["a", "b"] * 10

    found = interval.bootstrap(extraction, "f1", gold, answers, n_resamples=200, seed=1)

    assert found["low"] < found["value"] == 0.5 < found["high"]
