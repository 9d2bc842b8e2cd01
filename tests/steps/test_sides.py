"""Sides: the exam stays apart from what is learned, whatever is added, corrected or spelt otherwise."""

import json

import pytest

from luodi.data import corrections
from luodi.data.clean import Cleaning
from luodi.data.dedupe import fingerprint
from luodi.errors import DataError
from luodi.steps import s2_prepare
from luodi.store import read_json, read_lines


def test_what_training_has_seen_leaves_a_given_exam_and_is_kept_apart(root, prepared, table, given_rows):
    exam = [("Refund  NUMBER 3", "billing"), ("something new", "login"), ("something new", "billing")]
    (root / "test.csv").write_text(table(exam), encoding="utf-8")

    made = prepared(root)

    assert [(row["x"], row["y"]) for row in made.test] == exam[1:]
    assert made.rejected == {"test.csv:2": "stands in train.csv:8 too"}
    assert [row["x"] for row in read_lines(root / "out" / "seen.jsonl")] == ["Refund NUMBER 3"]
    assert made.facts["rows"]["seen"] == 1
    assert len(made.train) + len(made.dev) == len(given_rows)


def test_what_training_has_nearly_seen_leaves_a_given_exam_too(root, prepared, table, given_rows):
    (root / "train.csv").write_text(
        table([*given_rows, ("my parcel from last week has still not arrived at the office", "billing")]),
        encoding="utf-8",
    )
    exam = [("My parcel from last week has still not arrived at the door", "billing"), ("something new", "login")]
    (root / "test.csv").write_text(table(exam), encoding="utf-8")

    made = prepared(root)

    assert made.rejected == {"test.csv:2": f"nearly the same stands in train.csv:{len(given_rows) + 2}"}
    assert [row["x"] for row in made.test] == ["something new"]


def test_an_exam_that_is_all_known_is_refused_with_a_way_out(root, prepared, table, given_rows):
    (root / "test.csv").write_text(table(given_rows[:2]), encoding="utf-8")

    with pytest.raises(DataError, match="no row is left for test") as caught:
        prepared(root)

    assert 'seen = "train"' in caught.value.fix


def test_nearly_the_same_texts_are_on_one_side_and_their_different_labels_are_listed(root, prepared, table, given_rows):
    texts = [f"the {word} that i ordered {n} days ago is still not here please help" for n in (3, 5)
             for word in ("lamp", "kettle", "carpet", "mirror", "bicycle", "jacket")]  # fmt: skip
    rows = [(text, "billing" if n % 2 else "login") for n, text in enumerate(texts)]
    (root / "train.csv").write_text(table([*given_rows, *rows]), encoding="utf-8")

    made = prepared(root, similarity=0.5)

    near = made.facts["near"]
    sides = {part for part in s2_prepare.PARTS for row in getattr(made, part) if row["x"] in texts}
    assert near["rows"] >= len(texts) and near["conflicts"] > 0
    assert len(sides) == 1
    assert len(read_json(root / "out" / "details.json")["conflicts"]) > 0


def test_labels_that_differ_only_in_their_spelling_are_one(root, prepared, table, given_rows):
    rows = [
        (f"more {n}", label) for n, label in enumerate(["Billing", "billing ", "ＢＩＬＬＩＮＧ", "log-in", "Log in"])
    ]
    (root / "train.csv").write_text(table([*given_rows, *rows]), encoding="utf-8")

    made, strict = prepared(root), prepared(root, fold_labels=False)

    assert made.facts["labels"] == ["billing", "login"]
    assert made.facts["folded"] == {"billing": {"Billing": 1, "ＢＩＬＬＩＮＧ": 1}, "login": {"Log in": 1, "log-in": 1}}
    assert "Billing" in strict.facts["labels"]


def test_the_same_rows_are_on_the_same_side_after_rows_are_added_and_texts_are_cleaned_otherwise(
    root, prepared, table, given_rows
):
    before = prepared(root)
    more = [(f"entirely new {n} &amp; unseen", "login") for n in range(25)]
    (root / "train.csv").write_text(table([*more, *given_rows]), encoding="utf-8")

    after = prepared(root, clean=Cleaning(markup=False, spaces=False))

    for part in s2_prepare.PARTS:
        assert {row["x"] for row in getattr(before, part)} <= {row["x"] for row in getattr(after, part)}


def test_the_newest_rows_are_the_exam_where_time_splits(root, prepared, table, given_rows):
    rows = [(*row, f"2024-{1 + n // 28:02d}-{1 + n % 28:02d}") for n, row in enumerate(given_rows)]
    (root / "train.csv").write_text(table(rows[::-1], header=("text", "label", "day")), encoding="utf-8")

    made = prepared(root, split="time", columns={"time": "day"})

    lines = {part: [int(row["line"].split(":")[1]) for row in getattr(made, part)] for part in s2_prepare.PARTS}
    assert max(lines["test"]) < min(lines["dev"]) and max(lines["dev"]) < min(lines["train"])
    assert made.facts["rows"]["test"] == 12

    with pytest.raises(DataError, match="needs a column of times"):
        prepared(root, split="time")


def test_corrections_change_labels_and_leave_rows_out_without_touching_the_table(root, prepared, given_rows):
    content = (root / "train.csv").read_bytes()
    keys = [fingerprint(text).hex() for text, _ in given_rows]
    decided = [("login", "accepted"), ("", "rejected"), ("", "excluded")]
    corrections.write(root / corrections.FILE, [
        corrections.Correction(key=keys[2 * n], given="billing", corrected=label, decided=what, text="…")
        for n, (label, what) in enumerate(decided)
    ] + [corrections.Correction(key="0" * 32, given="billing", corrected="login", decided="accepted")])  # fmt: skip

    made = prepared(root)
    (root / corrections.FILE).unlink()
    undone = prepared(root)

    labels = {row["x"]: row["y"] for row in made.all}
    assert (
        labels[given_rows[0][0]] == "login" and labels[given_rows[2][0]] == "billing" and given_rows[4][0] not in labels
    )
    assert made.facts["corrections"] == {"accepted": 1, "rejected": 1, "excluded": 1, "unused": 1}
    assert made.rejected == {"train.csv:6": "left out by a correction"}
    assert {row["x"]: row["y"] for row in undone.all} == dict(given_rows)
    assert (root / "train.csv").read_bytes() == content


def test_with_seen_from_training_a_given_exam_is_kept_whole_and_its_twins_leave_training(
    root, prepared, table, given_rows
):
    exam = [("Refund  NUMBER 3", "billing"), ("something new", "login"), ("something new", "billing")]
    (root / "test.csv").write_text(table(exam), encoding="utf-8")

    made = prepared(root, seen="train")

    assert [(row["x"], row["y"]) for row in made.test] == [("Refund NUMBER 3", "billing"), *exam[1:]]
    assert made.rejected == {"train.csv:8": "stands in test.csv:2 too"}
    assert len(made.train) + len(made.dev) == len(given_rows) - 1


def test_an_exam_that_an_earlier_run_cut_from_the_same_rows_leaves_dev_as_it_was(root, prepared, table):
    before = prepared(root)
    (root / "test.csv").write_text(table([(row["x"], row["y"]) for row in before.test]), encoding="utf-8")

    made = prepared(root, seen="train")

    assert [row["x"] for row in made.dev] == [row["x"] for row in before.dev]
    assert {row["x"] for row in made.train} == {row["x"] for row in before.train}


def test_a_given_dev_file_gives_way_to_the_exam_and_training_to_both(root, prepared, table, given_rows):
    (root / "test.csv").write_text(table([given_rows[0], ("only here", "login")]), encoding="utf-8")
    (root / "dev.csv").write_text(table([given_rows[0], given_rows[1], ("also here", "billing")]), encoding="utf-8")

    made = prepared(root, seen="train")

    assert [row["x"] for row in made.dev] == [given_rows[1][0], "also here"]
    assert made.rejected == {
        "dev.csv:2": "stands in test.csv:2 too",
        "train.csv:2": "stands in test.csv:2 too",
        "train.csv:3": "stands in dev.csv:3 too",
    }
    assert len(made.train) == len(given_rows) - 2


def test_conflicting_labels_leave_unless_one_of_them_is_more_frequent(root, prepared, table, given_rows):
    torn = [("torn", "billing"), ("torn", "login"), ("sure", "login"), ("Sure", "billing"), ("sure ", "login")]
    (root / "train.csv").write_text(table([*torn, *given_rows]), encoding="utf-8")

    made = prepared(root)

    both = "the same text has different labels in train.csv:2 and train.csv:3"
    assert made.rejected == {
        "train.csv:2": both,
        "train.csv:3": both,
        "train.csv:5": "the label differs from the same text in train.csv:4",
        "train.csv:6": "duplicate of train.csv:4",
    }
    assert [row["y"] for row in made.all if row["x"] == "sure"] == ["login"]


def test_rows_of_a_customer_stay_on_one_side_and_carry_their_slices(root, prepared, table, given_rows):
    rows = [(*row, f"customer {n // 5}", "web" if n % 2 else "mail") for n, row in enumerate(given_rows)]
    (root / "train.csv").write_text(table(rows, header=("body", "label", "who", "via")), encoding="utf-8")

    made = prepared(root, columns={"text": "body", "group": "who", "channel": "via"})

    customers = {
        part: {(int(row["line"].split(":")[1]) - 2) // 5 for row in getattr(made, part)} for part in s2_prepare.PARTS
    }
    assert sum(map(len, customers.values())) == len(given_rows) / 5
    assert {json.dumps(row["tags"]) for row in made.all} == {'{"channel": "web"}', '{"channel": "mail"}'}


def test_symbols_and_signs_make_other_labels(root, prepared, table):
    labels = ("C", "C++", "C#", "-1", "1", "1.0", "10")
    rows = [(f"{label} question {n} about {n * 7}", label) for label in labels for n in range(12)]
    (root / "train.csv").write_text(table(rows), encoding="utf-8")

    made = prepared(root)

    assert made.facts["labels"] == sorted(labels)
    assert made.facts["folded"] == {}


@pytest.mark.parametrize("name", ["origin", "time", "line", "key"])
def test_a_further_column_may_bear_any_name_and_is_kept_to_slice_by(root, prepared, table, given_rows, name):
    rows = [(*row, f"{n % 3} &amp; more") for n, row in enumerate(given_rows)]
    (root / "train.csv").write_text(table(rows, header=("text", "label", "theirs")), encoding="utf-8")

    made = prepared(root, columns={name: "theirs"})

    assert {row["tags"][name] for row in made.all} == {"0 &amp; more", "1 &amp; more", "2 &amp; more"}


def test_the_order_of_day_and_month_is_that_of_the_whole_column(root, prepared, table, given_rows):
    days = [f"{1 + n % 12:02d}/{13 + n // 12:02d}/2024" for n in range(len(given_rows))]  # months first, as 01/13 says
    days[0] = "12/11/2024"  # the eleventh of December, and so the newest but for December's later days
    rows = [(*row, day) for row, day in zip(given_rows, days, strict=True)]
    (root / "train.csv").write_text(table(rows, header=("text", "label", "day")), encoding="utf-8")

    made = prepared(root, split="time", columns={"time": "day"})

    assert given_rows[0][0] in {row["x"] for row in made.test}
