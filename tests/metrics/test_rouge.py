"""Words of summaries: against Google's package on English, by hand in Chinese, and by what must always hold."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.metrics import interval, rouge

rouge_score = pytest.importorskip("rouge_score.rouge_scorer", reason="rouge-score is for development only")
NAMES = ("rouge1", "rouge2", "rougeL", "rougeLsum")
WORDS = ["the", "a", "cat", "dog", "sat", "ran", "on", "mat", "and", "then", "profits", "rose", "by", "5.2", "%", "in",
         "May,", "June;", "U.S.", "won't", "£3,000", "policies"]  # fmt: skip


def made_up(rng, n_sentences):
    lines = (" ".join(rng.choices(WORDS, k=rng.randint(1, 12))) for _ in range(n_sentences))
    return "\n".join(lines)


@pytest.mark.parametrize("seed", range(40))
def test_every_value_is_that_of_googles_package(seed):
    rng = random.Random(seed)
    gold, summary = made_up(rng, rng.randint(1, 5)), made_up(rng, rng.randint(1, 7))

    theirs = rouge_score.RougeScorer(NAMES).score(gold, summary)

    assert rouge.scores([gold], summary) == pytest.approx([theirs[one].fmeasure for one in NAMES])


@pytest.mark.parametrize("seed", range(10))
def test_with_stems_the_values_are_near_those_of_googles_package(seed):
    rng = random.Random(seed)
    gold, summary = made_up(rng, 4), made_up(rng, 4)

    theirs = rouge_score.RougeScorer(NAMES, use_stemmer=True).score(gold, summary)

    ours = rouge.scores([gold], summary, stemmed=True)
    assert ours == pytest.approx([theirs[one].fmeasure for one in NAMES], abs=0.01)


def test_a_chinese_character_is_a_word():
    one, two, longest, _ = rouge.scores(["利润上升"], "利润下降了")

    assert (one, two, longest) == pytest.approx((2 * 2 / 9, 2 * 1 / 7, 2 * 2 / 9))


def test_of_several_references_the_best_one_counts():
    assert rouge.scores(["nothing alike", "it rose"], "it rose")[0] == 1.0


@pytest.mark.parametrize(("gold", "summary"), [("", ""), ("a b", ""), ("", "a b"), ("。", "！"), ("x", "x")])
def test_what_is_empty_is_worth_nothing_and_one_word_has_no_pairs(gold, summary):
    values = rouge.scores([gold], summary)

    assert values == ((1.0, 0.0, 1.0, 1.0) if gold == "x" else (0.0,) * 4)


@given(st.text(max_size=60), st.text(max_size=60))
def test_values_are_shares_and_the_same_both_ways(a, b):
    there, back = rouge.scores([a], b), rouge.scores([b], a)

    assert all(0 <= one <= 1 for one in there)
    assert there[:3] == pytest.approx(back[:3])
    assert there[2] <= there[0] + 1e-9


def test_an_interval_is_resampled_from_the_values_of_each_text():
    gold, made = [("it rose",)] * 20, ["it rose", "nothing"] * 10

    found = interval.bootstrap(rouge, "rouge_1", gold, made, n_resamples=200, seed=1)

    assert found["low"] < found["value"] == 0.5 < found["high"]


def test_what_is_copied_is_covered_and_how_much_shorter_it_is_is_told():
    text = "Profits rose by a fifth in May. Nobody knew why."

    assert rouge.coverage(text, "Nobody knew why.") == 1.0
    assert rouge.coverage(text, "Sales fell") == 0.0
    assert rouge.compression(text, "Nobody knew why.") == pytest.approx(10 / 3)
    assert rouge.coverage(text, "") == rouge.compression(text, "") == 0.0
