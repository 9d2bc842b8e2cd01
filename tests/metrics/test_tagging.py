"""Any of n labels: values by hand, and against scikit-learn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as theirs
from sklearn.preprocessing import MultiLabelBinarizer

from luodi.metrics import tagging

SETS = st.frozensets(st.sampled_from("abcd"))
PAIRS = st.lists(st.tuples(SETS, SETS), min_size=1, max_size=40)
MANY = settings(max_examples=100, deadline=None)


def both(pairs):
    return [g for g, _ in pairs], [p for _, p in pairs]


def test_values_by_hand():
    gold = [frozenset("ab"), frozenset("a"), frozenset()]
    predicted = [frozenset("a"), frozenset("ab"), frozenset()]

    # a: 2 hits, 2 gold, 2 predicted; b: 0 hits, 1 gold, 1 predicted
    assert tagging.micro_f1(gold, predicted) == pytest.approx(2 * 2 / (3 + 3))
    assert tagging.macro_f1(gold, predicted) == pytest.approx((1 + 0) / 2)
    assert tagging.exact_match(gold, predicted) == pytest.approx(1 / 3)
    assert tagging.per_class(gold, predicted)["b"] == {"precision": 0, "recall": 0, "f1": 0, "n": 1}


@pytest.mark.parametrize("name", tagging.METRICS)
def test_nothing_to_find_and_nothing_found_is_right(name):
    assert getattr(tagging, name)([frozenset()] * 3, [frozenset()] * 3) == 1.0


@MANY
@given(PAIRS)
def test_they_are_what_scikit_learn_says(pairs):
    gold, predicted = both(pairs)
    binarizer = MultiLabelBinarizer().fit([*gold, *predicted, {"a", "b"}])
    g, p = binarizer.transform(gold), binarizer.transform(predicted)
    seen = np.flatnonzero((g + p).sum(axis=0))

    expected = {"exact_match": theirs.accuracy_score(g, p)}
    for average in ("micro", "macro") if len(seen) else ():
        expected[f"{average}_f1"] = theirs.f1_score(g, p, average=average, labels=seen, zero_division=0)

    assert {name: getattr(tagging, name)(gold, predicted) for name in expected} == pytest.approx(expected)


@MANY
@given(PAIRS)
def test_classes_are_what_scikit_learn_says(pairs):
    gold, predicted = both(pairs)
    binarizer = MultiLabelBinarizer().fit([*gold, *predicted, {"a", "b"}])
    columns = theirs.precision_recall_fscore_support(
        binarizer.transform(gold), binarizer.transform(predicted), zero_division=0
    )

    for label, ours in tagging.per_class(gold, predicted).items():
        n = list(binarizer.classes_).index(label)
        assert list(ours.values()) == pytest.approx([column[n] for column in columns])


@MANY
@given(PAIRS, st.randoms(use_true_random=False), st.sampled_from(tagging.METRICS))
def test_they_lie_between_0_and_1_whatever_the_order(pairs, rng, name):
    metric = getattr(tagging, name)

    value = metric(*both(pairs))

    assert 0 <= value <= 1
    assert metric(*both(rng.sample(pairs, k=len(pairs)))) == pytest.approx(value, abs=1e-12)
    assert metric(both(pairs)[0], both(pairs)[0]) == pytest.approx(1)


@MANY
@given(PAIRS, st.integers(0, 1_000), st.sampled_from(tagging.METRICS))
def test_weights_are_the_same_as_repeating_the_examples(pairs, seed, name):
    gold, predicted = both(pairs)
    weights = np.random.default_rng(seed).multinomial(len(pairs), np.full(len(pairs), 1 / len(pairs)), size=2)

    ours = tagging.from_counts(name, weights.astype(float), *tagging.table(gold, predicted))

    repeated = [[pair for pair, n in zip(pairs, row, strict=True) for _ in range(n)] for row in weights]
    assert ours == pytest.approx([getattr(tagging, name)(*both(one)) for one in repeated])
