"""Wrong labels are found, right ones left in peace, and the same is said every time."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luodi.quality import suspects

WORDS = {
    "billing": ["invoice", "refund", "charge", "card", "payment", "money"],
    "technical": ["crash", "screen", "login", "error", "update", "slow"],
    "shipping": ["parcel", "courier", "late", "address", "tracking", "box"],
}
COMMON = ["please", "help", "with", "my", "last", "one", "it", "is", "still", "there", "and", "nobody", "told", "us"]


def rows(n, *, seed=1):
    rng = random.Random(seed)
    ys = [rng.choice(sorted(WORDS)) for _ in range(n)]
    return [" ".join(rng.sample(WORDS[y], 3) + rng.sample(COMMON, 5)) for y in ys], ys


def spoiled(ys, share, *, seed=2):
    rng = random.Random(seed)
    wrong = set(rng.sample(range(len(ys)), round(share * len(ys))))
    return [rng.choice(sorted(WORDS.keys() - {y})) if n in wrong else y for n, y in enumerate(ys)], wrong


def test_wrong_labels_come_first_with_the_right_ones_suggested():
    xs, ys = rows(300)
    given_, wrong = spoiled(ys, 0.1)

    found = suspects.find(xs, given_)

    top = found.ranked[: len(wrong)]
    assert {one.index for one in top} == wrong
    assert all(one.suggested == ys[one.index] and one.given == given_[one.index] for one in top)
    assert found.n_wrong == pytest.approx(len(wrong), abs=6)
    assert [one.score for one in found.ranked] == sorted((one.score for one in found.ranked), reverse=True)


def test_right_labels_are_not_counted_as_wrong():
    xs, ys = rows(300)

    assert suspects.find(xs, ys).n_wrong <= 6


def test_labels_that_are_missing_or_too_many_are_found_one_by_one():
    xs, ys = rows(400)
    right = [frozenset({y, "urgent"}) if "still" in x else frozenset({y}) for x, y in zip(xs, ys, strict=True)]
    given_ = [
        frozenset(sorted(WORDS)[:1]) if n in {5, 6} else frozenset() if n in {7, 8} else y for n, y in enumerate(right)
    ]
    wrong = {n for n in range(400) if given_[n] != right[n]}

    found = suspects.find(xs, given_)

    assert {one.index for one in found.ranked[:8]} >= wrong
    assert all(isinstance(one.suggested, frozenset) and one.suggested != one.given for one in found.ranked)


def test_a_row_that_contradicts_its_near_duplicates_is_more_suspicious():
    xs, ys = rows(200)
    xs, ys = [" ".join(COMMON), *xs[1:], *[" ".join(COMMON)] * 3], [*ys, ys[0], ys[0], ys[0]]  # no telling word in them
    given_ = list(ys)
    given_[0] = next(label for label in sorted(WORDS) if label != ys[0])
    groups = [0 if n in {0, 200, 201, 202} else n + 1 for n in range(203)]

    alone, together = suspects.find(xs, given_), suspects.find(xs, given_, groups=groups)

    assert together.ranked[0].index == 0
    assert 1 > together.ranked[0].score > next(one.score for one in alone.ranked if one.index == 0)


def test_of_many_rows_a_sample_is_looked_at_and_the_seed_decides_which():
    xs, ys = rows(300)

    made = [suspects.find(xs, ys, seed=seed, max_rows=100) for seed in (1, 1, 2)]

    assert made[0] == made[1]
    assert made[0].n_rows == 100
    assert {one.index for one in made[0].ranked} != {one.index for one in made[2].ranked}


def test_what_is_kept_holds_fewer_wrong_labels_and_some_of_them_put_right():
    xs, ys = rows(400)
    given_, wrong = spoiled(ys, 0.2)
    found = suspects.find(xs, given_)

    kept, labels = suspects.corrected(given_, found, sure=0.7)
    only_dropped, unchanged = suspects.corrected(given_, found, sure=1.0)

    assert sum(label != ys[n] for n, label in zip(kept, labels, strict=True)) < len(wrong) / 10
    assert any(label == ys[n] != given_[n] for n, label in zip(kept, labels, strict=True))
    assert unchanged == [given_[n] for n in only_dropped]
    assert set(only_dropped) < set(kept)


def test_hardly_a_right_label_is_touched_and_from_a_higher_margin_on_fewer_are():
    xs, ys = rows(400)
    given_, _ = spoiled(ys, 0.2)
    found = suspects.find(xs, given_)

    kept, labels = suspects.corrected(ys, suspects.find(xs, ys))

    assert len(kept) > 0.97 * len(ys)
    assert labels == [ys[n] for n in kept]
    assert suspects.corrected(given_, found, least=1.0, sure=1.0) == (list(range(len(ys))), given_)


def test_a_label_that_no_model_can_tell_keeps_half_of_its_rows():
    xs = [" ".join(random.Random(n).sample(COMMON, 6)) for n in range(200)]
    ys = ["rare" if n % 10 == 0 else "common" for n in range(200)]

    _, labels = suspects.corrected(ys, suspects.find(xs, ys))

    assert labels.count("rare") == 10
    assert set(labels) == set(ys)


@pytest.mark.parametrize(
    ("xs", "ys"),
    [
        pytest.param([], [], id="no rows"),
        pytest.param(["a"] * 30, ["x"] * 30, id="one label"),
        pytest.param(["a", "b"], ["x", "y"], id="too few rows"),
    ],
)
def test_where_nothing_can_be_told_nobody_is_suspect(xs, ys):
    assert suspects.find(xs, ys) == suspects.Suspects(ranked=[], n_wrong=0, n_rows=len(xs))


def test_vectors_find_what_words_cannot_tell():
    ys = [sorted(WORDS)[n % 3] for n in range(300)]
    xs = [" ".join(random.Random(n).sample(COMMON, 6)) for n in range(300)]  # no telling word in them
    centers = {y: 3 * np.eye(8)[n] for n, y in enumerate(sorted(WORDS))}
    rng = np.random.default_rng(3)
    vectors = np.array([centers[y] + rng.normal(0, 0.3, 8) for y in ys], np.float32)
    given_, wrong = spoiled(ys, 0.1)

    found = suspects.find(xs, given_, vectors=vectors)

    top = {one.index for one in found.ranked[: len(wrong)]}
    assert len(top & wrong) >= 0.9 * len(wrong)
    assert len({one.index for one in suspects.find(xs, given_).ranked[: len(wrong)]} & wrong) < 0.5 * len(wrong)


def test_texts_without_a_letter_are_ranked_by_their_labels_alone():
    found = suspects.find([""] * 24, ["a"] * 23 + ["b"])

    assert found.ranked[0].given == "b"


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=8), st.sampled_from("abc")), min_size=20, max_size=40))
def test_whatever_the_texts_every_row_is_ranked_once_with_another_label(pairs):
    xs, ys = [x for x, _ in pairs], [y for _, y in pairs]

    found = suspects.find(xs, ys)

    if len(set(ys)) > 1:
        assert sorted(one.index for one in found.ranked) == list(range(len(xs)))
    assert all(one.suggested != one.given == ys[one.index] and 0 <= one.score <= 1 for one in found.ranked)
    assert 0 <= found.n_wrong <= len(xs)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 5))
def test_the_confident_joint_keeps_the_given_counts(seed, n_labels):
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.ones(n_labels), size=50)
    given_ = rng.integers(0, n_labels, 50)

    joint = suspects.confident_joint(p, given_)

    assert joint.sum(axis=0) == pytest.approx(np.bincount(given_, minlength=n_labels))
    assert (joint >= 0).all()
