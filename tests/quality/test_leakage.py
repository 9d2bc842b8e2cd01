"""Marks that give a label away are found; words that are merely typical are not."""

import random

from luodi.quality import leakage

WORDS = ["please", "could", "you", "tell", "us", "when", "this", "will", "be", "done", "since", "we", "have", "waited"]


def rows(n, mark, *, labels=("billing", "support")):
    rng = random.Random(3)
    ys = [labels[k % len(labels)] for k in range(n)]
    return [mark(y, k, " ".join(rng.sample(WORDS, 8))) for k, y in enumerate(ys)], ys


def test_a_code_with_ever_new_digits_gives_its_label_away():
    xs, ys = rows(200, lambda y, k, text: f"{text} {'BIL' if y == 'billing' else 'SUP'}-{k:05}")

    found = leakage.find(xs, ys)

    assert {(one.kind, one.mark, one.label) for one in found} == {
        ("code", "bil-00000", "billing"),
        ("code", "sup-00000", "support"),
    }
    assert all(one.precision == one.coverage == 1 for one in found)
    assert found[0].n_rows == 100
    assert all(xs[row].startswith(text.rstrip("…")) for row, text in zip(found[0].rows, found[0].examples, strict=True))


def test_a_heading_gives_its_label_away_in_chinese_too():
    xs, ys = rows(
        100,
        lambda y, k, _: f"{'【体育】' if y == '体育' else ''}今天第{k}条消息的内容写在这里",
        labels=("体育", "财经"),
    )

    found = leakage.find(xs, ys)

    assert ("heading", "【体育】", "体育") in {(one.kind, one.mark, one.label) for one in found}
    assert ("label in text", "体育", "体育") in {(one.kind, one.mark, one.label) for one in found}


def test_the_name_of_a_label_in_its_own_texts_is_told():
    xs, ys = rows(200, lambda y, k, text: f"{text} {y}" if k % 3 else text)

    found = leakage.find(xs, ys)

    assert {(one.kind, one.label) for one in found} >= {("label in text", "billing"), ("label in text", "support")}
    assert 0.6 < found[0].coverage < 0.7


def test_typical_words_and_rare_marks_are_no_leak():
    xs, ys = rows(200, lambda y, k, text: f"{text} {'refund' if y == 'billing' and k % 8 == 0 else ''} ref-{k}")

    assert leakage.find(xs, ys) == []


def test_labels_in_sets_are_looked_at_one_by_one():
    xs, ys = rows(100, lambda y, _, text: f"{text} {'#b0x' if y == 'billing' else ''}")

    found = leakage.find(xs, [frozenset({y, "all"}) for y in ys])

    assert [(one.mark, one.label) for one in found] == [("b0x", "billing")]


def test_one_label_has_nothing_to_give_away():
    assert leakage.find(["x"] * 50, ["a"] * 50) == []
    assert leakage.find([], []) == []
