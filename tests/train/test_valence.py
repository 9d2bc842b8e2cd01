"""The direction from bad to good: when it is used, and how the choice is made."""

import numpy as np
import pytest

from luodi.train import valence


def ridge(x, y, strength):
    """Return a function that predicts by ridge regression with a free constant."""
    mean, level = x.mean(axis=0), y.mean(axis=0)
    weight = np.linalg.solve((x - mean).T @ (x - mean) + strength * np.eye(x.shape[1]), (x - mean).T @ (y - level))
    return lambda one: level + (one - mean) @ weight


def left_out_one_by_one(x, y, strength):
    errors = []
    for n in range(len(x)):
        others = np.arange(len(x)) != n
        errors.append(((y[n] - ridge(x[others], y[others], strength)(x[n])) ** 2).sum())
    return np.mean(errors)


@pytest.mark.parametrize(
    ("n", "width"), [pytest.param(9, 12, id="more numbers than rows"), pytest.param(20, 4, id="fewer")]
)
def test_the_error_of_each_row_left_out_comes_from_one_fit(n, width):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(n, width)), rng.normal(size=(n, 3))

    assert valence.left_out_error(x.astype(np.float32), y, 0.7) == pytest.approx(
        left_out_one_by_one(x, y, 0.7), rel=0.05
    )


def noisy(labels, *, size):
    """Return unit vectors that differ by label only a little, on the first axis, among much noise on the others."""
    made = np.random.default_rng(3).normal(size=(len(labels), 64)).astype(np.float32) * 0.1
    made[:, 0] = [size if label == "praise" else -size for label in labels]
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def test_the_direction_is_widened_where_labels_follow_it_and_not_where_they_follow_another():
    labels = ["praise", "complaint"] * 8
    along, other = np.eye(64, dtype=np.float32)[:2]

    vectors = noisy(labels, size=0.1)

    assert valence.scale_for(vectors, labels, sorted(set(labels)), along) == valence.SCALE
    assert valence.scale_for(vectors, labels, sorted(set(labels)), other) == 0.0


def test_labels_that_are_called_negative_and_positive_are_believed_whatever_their_rows_say():
    labels, other = ["positive", "negative"] * 8, np.eye(64, dtype=np.float32)[1]

    assert valence.scale_for(noisy(["praise", "complaint"] * 8, size=0.1), labels, sorted(set(labels)), other) > 0


def test_widening_adds_the_place_on_the_direction_and_keeps_the_rest():
    vectors = np.eye(3, dtype=np.float32)
    along = np.array([0.6, 0.8, 0.0], dtype=np.float32)

    made = valence.widened(vectors, along, 3.0)

    assert np.array_equal(made[:, :3], vectors)
    assert made[:, 3] == pytest.approx([1.8, 2.4, 0.0])


def test_the_direction_leads_from_the_second_half_to_the_first_and_has_length_one():
    n = len(valence.TEXTS) // 2
    vectors = np.vstack([np.tile([0.6, 0.8], (n, 1)), np.tile([0.6, -0.8], (n, 1))]).astype(np.float32)

    assert valence.direction(vectors) == pytest.approx([0.0, 1.0])
