"""Duplicates and conflicts: which rows leave, and what is said about them."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luodi.data.dedupe import fingerprint, leave_out, twins


def dropped(*rows, seen="test"):
    """Return {index: reason} for rows of (text, label) or (text, label, part), which stand on lines 1, 2, 3 …"""
    parts = [row[2] if len(row) > 2 else "train" for row in rows]
    found = leave_out(
        twins(b"".join(fingerprint(row[0]) for row in rows)),
        part_of=parts.__getitem__,
        y_of=lambda n: rows[n][1],
        where=lambda n: f"a.csv:{n + 1}",
        seen=seen,
    )
    return {one.index: one.reason for one in found}


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        pytest.param("Two  Words\n", " two words", True, id="case and white space"),
        pytest.param("two words", "twowords", False, id="a space between words"),
        pytest.param("two words", "two words!", False, id="a mark"),
        pytest.param("中文\u3000字", "中文 字", True, id="a wide space"),
        pytest.param(("a", "b"), ("a", "b"), True, id="what is no text"),
    ],
)
def test_texts_are_the_same_but_for_case_and_white_space(ours, theirs, same):
    assert (fingerprint(ours) == fingerprint(theirs)) is same


def test_of_rows_with_the_same_text_and_label_the_first_stays():
    assert dropped(("a", "x"), ("b", "x"), ("A", "x"), ("a ", "x")) == {
        2: "duplicate of a.csv:1",
        3: "duplicate of a.csv:1",
    }


def test_where_labels_differ_the_most_frequent_one_stays():
    assert dropped(("a", "y"), ("a", "x"), ("a", "x")) == {
        0: "the label differs from the same text in a.csv:2",
        2: "duplicate of a.csv:2",
    }


def test_without_a_most_frequent_label_none_of_the_rows_stays():
    reason = "the same text has different labels in a.csv:1 and a.csv:3"

    assert dropped(("a", "x"), ("b", "x"), ("a", "y")) == {0: reason, 2: reason}


def test_sets_of_labels_are_compared_as_sets():
    assert dropped(("a", frozenset("xy")), ("a", frozenset("yx")), ("b", frozenset())) == {1: "duplicate of a.csv:1"}


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        pytest.param("test", {1: "stands in a.csv:1 too", 2: "stands in a.csv:1 too"}, id="the exam gives way"),
        pytest.param("train", {0: "stands in a.csv:3 too", 1: "stands in a.csv:3 too"}, id="training gives way"),
        pytest.param("keep", {}, id="both stay"),
    ],
)
def test_a_text_that_stands_on_both_sides_leaves_the_one_that_is_asked_for(seen, expected):
    rows = [("a", "x", "train"), ("A", "x", "dev"), ("a ", "y", "test"), ("b", "x", "test")]

    assert dropped(*rows, seen=seen) == expected


def test_a_given_exam_keeps_its_own_repetitions():
    assert dropped(("a", "x", "test"), ("a", "x", "test"), ("b", "x", "train")) == {}


ROWS = st.lists(st.tuples(st.sampled_from("abcA "), st.sampled_from("xyz")), max_size=30)


@settings(max_examples=200, deadline=None)
@given(ROWS)
def test_what_stays_holds_no_text_twice_and_only_labels_of_a_majority(rows):
    gone = dropped(*rows)

    stays = [(fingerprint(text), y) for n, (text, y) in enumerate(rows) if n not in gone]
    assert len({text for text, _ in stays}) == len(stays)
    for text, y in stays:
        labels = [label for other, label in rows if fingerprint(other) == text]
        assert all(labels.count(y) > labels.count(label) for label in set(labels) - {y})


@settings(max_examples=100, deadline=None)
@given(ROWS, st.randoms(use_true_random=False))
def test_which_texts_stay_does_not_depend_on_the_order(rows, rng: random.Random):
    shuffled = rng.sample(rows, k=len(rows))

    stays, others = (
        {(fingerprint(text), y) for n, (text, y) in enumerate(given) if n not in dropped(*given)}
        for given in (rows, shuffled)
    )

    assert stays == others


def test_where_a_text_may_have_several_answers_only_the_same_pair_is_left_out():
    made = leave_out([[0, 1, 2]], part_of=lambda n: "train", y_of=["Hi", "Hello", "Hi"].__getitem__, where=str,
                     seen="test", several=True)  # fmt: skip

    assert [(one.index, one.reason) for one in made] == [(2, "duplicate of 0")]
