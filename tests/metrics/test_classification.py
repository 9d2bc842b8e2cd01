"""One of n labels: values by hand, and against scikit-learn."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn import metrics as theirs

from luodi.metrics import classification

PAIRS = st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd")), min_size=1, max_size=60)
MANY = settings(max_examples=100, deadline=None)


def both(pairs):
    return [g for g, _ in pairs], [p for _, p in pairs]


def test_values_by_hand():
    gold, predicted = list("aabbb"), list("abbba")

    # a: 1 hit, 2 gold, 2 predicted, F1 1/2; b: 2 hits, 3 gold, 3 predicted, F1 2/3
    assert classification.accuracy(gold, predicted) == pytest.approx(3 / 5)
    assert classification.macro_f1(gold, predicted) == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert classification.confusion(gold, predicted) == (["a", "b"], [[1, 1], [1, 2]])
    assert classification.per_class(gold, predicted)["b"] == pytest.approx(
        {"precision": 2 / 3, "recall": 2 / 3, "f1": 2 / 3, "n": 3}
    )


@MANY
@given(PAIRS)
def test_they_are_what_scikit_learn_says(pairs):
    gold, predicted = both(pairs)

    assert classification.accuracy(gold, predicted) == pytest.approx(theirs.accuracy_score(gold, predicted))
    assert classification.macro_f1(gold, predicted) == pytest.approx(theirs.f1_score(gold, predicted, average="macro"))


@MANY
@given(PAIRS)
def test_classes_and_confusion_are_what_scikit_learn_says(pairs):
    gold, predicted = both(pairs)

    labels, counts = classification.confusion(gold, predicted)
    assume(len(labels) > 1)  # of one label alone, scikit-learn draws no matrix
    ours = classification.per_class(gold, predicted)

    columns = theirs.precision_recall_fscore_support(gold, predicted, labels=labels, zero_division=0)
    for n, label in enumerate(labels):
        assert list(ours[label].values()) == pytest.approx([column[n] for column in columns])
    assert counts == theirs.confusion_matrix(gold, predicted, labels=labels).tolist()


@MANY
@given(PAIRS, st.randoms(use_true_random=False), st.sampled_from(classification.METRICS))
def test_they_lie_between_0_and_1_whatever_the_order(pairs, rng, name):
    metric = getattr(classification, name)

    value = metric(*both(pairs))

    assert 0 <= value <= 1
    assert metric(*both(rng.sample(pairs, k=len(pairs)))) == pytest.approx(value, abs=1e-12)
    assert metric(both(pairs)[0], both(pairs)[0]) == pytest.approx(1)


@MANY
@given(PAIRS, st.integers(0, 1_000), st.sampled_from(classification.METRICS))
def test_weights_are_the_same_as_repeating_the_examples(pairs, seed, name):
    gold, predicted = both(pairs)
    weights = np.random.default_rng(seed).multinomial(len(pairs), np.full(len(pairs), 1 / len(pairs)), size=2)

    ours = classification.from_counts(name, weights.astype(float), *classification.table(gold, predicted))

    repeated = [[pair for pair, n in zip(pairs, row, strict=True) for _ in range(n)] for row in weights]
    assert ours == pytest.approx([getattr(classification, name)(*both(one)) for one in repeated])
