"""Answers as numbers."""

import numpy as np
import pytest

from luodi.train.answers import class_weights, decide, labels_of, targets


@pytest.mark.parametrize(
    ("ys", "kind", "labels"),
    [
        pytest.param(["b", "a", "b"], "classify", ["a", "b"], id="one label each"),
        pytest.param([frozenset("ba"), frozenset("a")], "tag", ["a", "b"], id="sets of labels"),
        pytest.param([frozenset("a"), frozenset()], "tag", ["a"], id="a row without any"),
    ],
)
def test_the_kind_of_answers_is_told_from_their_form(ys, kind, labels):
    assert labels_of(ys) == (kind, labels)


def test_targets_have_a_one_for_every_label_of_a_row():
    one_each = targets(["b", "a"], ["a", "b"])
    any_of = targets([frozenset("ab"), frozenset()], ["a", "b"])

    assert one_each.tolist() == [[0, 1], [1, 0]]
    assert any_of.tolist() == [[1, 1], [0, 0]]


def test_class_weights_are_inverse_to_the_share_and_one_on_average_over_the_examples():
    target = targets(["a"] * 3 + ["b"], ["a", "b"])

    weight = class_weights(target)

    assert weight[1] == pytest.approx(3 * weight[0])
    assert (target @ weight).mean() == pytest.approx(1.0)


def test_a_label_that_never_occurs_has_a_finite_weight():
    assert np.isfinite(class_weights(targets(["a"], ["a", "b"]))).all()


def test_the_answer_is_the_best_label_or_every_label_of_one_half_or_more():
    scores = {"a": 0.5, "b": 0.49, "c": 0.01}

    assert decide("classify", scores) == "a"
    assert decide("tag", scores) == frozenset("a")
    assert decide("tag", {"a": 0.1}) == frozenset()
