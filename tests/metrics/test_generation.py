"""What is written against what people wrote: by sacreBLEU's own scores, and by sums over rows."""

import numpy as np
import pytest
import sacrebleu
from hypothesis import given, settings
from hypothesis import strategies as st

from luodi.metrics import generation, interval

WORDS = st.lists(st.sampled_from(["the", "cat", "sat", "on", "a mat", "house,", "3.5"]), max_size=9).map(" ".join)
ROWS = st.lists(st.tuples(st.frozensets(WORDS.filter(bool), min_size=1, max_size=3), WORDS), min_size=1, max_size=8)


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_both_values_are_those_of_sacrebleu(rows):
    gold, written = map(list, zip(*rows, strict=True))
    ordered = [sorted(one) for one in gold]
    streams = [[one[n] if n < len(one) else None for one in ordered] for n in range(max(map(len, ordered)))]

    assert generation.bleu(gold, written) == pytest.approx(sacrebleu.corpus_bleu(written, streams).score / 100)
    assert generation.chrf(gold, written) == pytest.approx(sacrebleu.corpus_chrf(written, streams).score / 100)


@settings(max_examples=30, deadline=None)
@given(ROWS)
def test_values_lie_between_nothing_and_all_and_order_does_not_matter(rows):
    gold, written = map(list, zip(*rows, strict=True))

    for metric in (generation.bleu, generation.chrf):
        assert 0 <= metric(gold, written) <= 1
        assert metric(gold[::-1], written[::-1]) == pytest.approx(metric(gold, written))


def test_a_row_drawn_twice_counts_as_two_rows():
    gold, written = [frozenset({"the cat sat on the mat"}), frozenset({"a dog"})], ["the cat sat on a mat", "a cat"]
    tables = generation.table(gold, written)

    for name in generation.METRICS:
        drawn = generation.from_counts(name, np.array([[2.0, 1.0]]), *tables)[0]

        assert drawn == pytest.approx(getattr(generation, name)([*gold, gold[0]], [*written, written[0]]))


def test_chinese_is_compared_by_characters():
    gold = [frozenset({"今天天气很好我们去公园"})]

    assert generation.bleu(gold, ["今天天气很好我们去学校"]) > 0.5
    assert "tok:zh" in generation.signatures(gold)["bleu"]


def test_a_better_writer_is_seen_to_be_one():
    gold = [frozenset({f"the {n} cats sat on the mat"}) for n in range(40)]
    good, bad = [min(one) for one in gold], ["the dogs"] * 40

    found = interval.paired(generation, "chrf", gold, good, bad, n_resamples=200, seed=1)

    assert 0 < found["low"] <= found["gain"] <= found["high"]
