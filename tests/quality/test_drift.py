"""Drift: what changes is told, what chance does is not."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luodi.quality import drift

WORDS = [f"word{n}" for n in range(300)]


def rows(n, *, seed=1, words=WORDS, length=10, share=0.5):
    rng = random.Random(seed)
    xs = [" ".join(rng.choices(words, k=rng.randint(length - 4, length + 4))) for _ in range(n)]
    return xs, ["a" if rng.random() < share else "b" for _ in range(n)]


def changed(found):
    return {(one.part, one.measure) for one in found if one.changed}


def test_rows_of_one_source_do_not_drift():
    xs, ys = rows(1_200)

    found = drift.over_time(xs, ys, list(range(1_200)))

    assert len(found) == 6 * 3
    assert changed(found) == set()


@pytest.mark.parametrize(
    ("later", "measure"),
    [
        pytest.param({"share": 0.8}, "labels", id="other labels"),
        pytest.param({"length": 16}, "length", id="longer texts"),
        pytest.param({"words": WORDS[:150] + [f"new{n}" for n in range(150)]}, "words", id="other words"),
    ],
)
def test_what_changes_in_the_last_window_is_told(later, measure):
    xs, ys = rows(500)
    more, labels = rows(100, seed=2, **later)
    times = [f"2026-{n:04}" for n in range(600)]
    order = random.Random(1).sample(range(600), 600)  # the table is not sorted by time

    found = drift.over_time(*([every[n] for n in order] for every in (xs + more, ys + labels, times)))

    assert ("2026-0500 to 2026-0599", measure) in changed(found)


def test_an_exam_unlike_the_training_is_told_and_one_like_it_is_not():
    train, same, other = rows(800), rows(200, seed=5), rows(200, seed=6, words=WORDS[:200], share=0.9)

    assert changed(drift.between(train, same)) == set()
    assert changed(drift.between(train, other)) >= {("test", "labels"), ("test", "words")}


def test_of_a_few_rows_nothing_is_said():
    xs, ys = rows(150)

    assert drift.over_time(xs, ys, list(range(150))) == []
    assert drift.between((xs, ys), (xs[:5], ys[:5])) == []


COUNTS = st.lists(st.integers(0, 50), min_size=4, max_size=4).map(lambda one: np.array(one, dtype=np.float64))


@settings(max_examples=100, deadline=None)
@given(COUNTS, COUNTS)
def test_divergence_is_symmetric_and_between_0_and_1(a, b):
    value = drift.divergence(a, b)

    assert 0 <= value <= 1 + 1e-9
    assert value == pytest.approx(drift.divergence(b, a))
    assert drift.divergence(a, a) == pytest.approx(0, abs=1e-12)
    assert drift.stability_index(a, b) >= 0


def test_the_stability_index_is_that_of_its_formula():
    a, b = np.array([799.5, 199.5]), np.array([499.5, 499.5])

    assert drift.stability_index(a, b) == pytest.approx(0.3 * np.log(1.6) - 0.3 * np.log(0.4), abs=1e-4)
