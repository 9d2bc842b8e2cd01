"""Preparing: every row is kept or listed with its reason, and the exam stays apart from what is learned."""

import csv
import io
import json
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from luodi import registry
from luodi.contracts import Artifact, Job
from luodi.data import corrections
from luodi.data.clean import Cleaning
from luodi.data.dedupe import fingerprint
from luodi.errors import DataError
from luodi.steps import s1_define, s2_prepare
from luodi.store import read_json, read_lines

ROWS = [
    (f"{word} number {n}", label) for n in range(30) for word, label in (("refund", "billing"), ("password", "login"))
]


def table(rows, header=("text", "label")):
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return text.getvalue()


def prepared(root, task="text-classification", **changed):
    """Run the step on the files of a folder: train.csv, and dev.csv and test.csv where they are."""
    there = {part: f"{part}.csv" for part in s2_prepare.PARTS if (root / f"{part}.csv").exists()}
    (root / "out").mkdir(exist_ok=True)
    files = s1_define.look(root, s1_define.Settings(**there))
    module = registry.task(task)
    job = Job(
        name="tickets",
        task_name=task,
        task=module,
        options=module.Options(),
        settings=s2_prepare.Settings(**changed),
        seed=7,
        root=root,
        inputs={"define": Artifact(step="define", key="", path=root, digest="", facts={"files": files}, measured={})},
        out=root / "out",
        work=root,
    )
    facts = s2_prepare.run(job).facts
    parts = {part: list(read_lines(root / "out" / f"{part}.jsonl")) for part in s2_prepare.PARTS}
    with (root / "out" / "rejected.csv").open(encoding="utf-8", newline="") as file:
        rejected = {row["where"]: row["reason"] for row in csv.DictReader(file)}
    return SimpleNamespace(
        facts=facts, rejected=rejected, all=[row for rows in parts.values() for row in rows], **parts
    )


@pytest.fixture
def root(tmp_path):
    (tmp_path / "train.csv").write_text(table(ROWS), encoding="utf-8")
    return tmp_path


def test_every_row_is_in_one_part_with_the_line_it_stood_on(root):
    made = prepared(root, split="stratified")

    assert sorted(int(row["line"].split(":")[1]) for row in made.all) == list(range(2, len(ROWS) + 2))
    assert {row["line"]: (row["x"], row["y"]) for row in made.all}["train.csv:3"] == ROWS[1]
    assert made.facts["rows"] == {"in": 60, "kept": 60, "rejected": 0, "train": 42, "dev": 6, "test": 12, "seen": 0}
    assert made.facts["labels"] == ["billing", "login"]
    assert read_json(root / "out" / "profile.json")["test"]["labels"] == {"billing": 6, "login": 6}


def test_the_same_files_are_prepared_to_the_same_bytes(root):
    prepared(root)
    first = {path.name: path.read_bytes() for path in (root / "out").iterdir()}

    prepared(root)

    assert {path.name: path.read_bytes() for path in (root / "out").iterdir()} == first


CELL = st.sampled_from(["", " ", "x", "X", "a, b", 'say "hi"', "two\nlines", "中文", "\ufeff", "billing", "login"])
MESSY = st.lists(st.lists(CELL, min_size=1, max_size=3) | st.tuples(CELL, st.sampled_from(["billing", "login"])))


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(messy=MESSY)
def test_of_a_messy_table_every_row_is_kept_or_rejected(messy, root):
    (root / "train.csv").write_text(table([*ROWS, *messy]), encoding="utf-8", newline="")

    made = prepared(root)

    rows = made.facts["rows"]
    assert rows["in"] == len(ROWS) + len(messy) == len(made.all) + rows["rejected"]
    assert sum(made.facts["rejected"].values()) == len(made.rejected) == rows["rejected"]
    assert not made.rejected.keys() & {row["line"] for row in made.all}
    assert len({fingerprint(row["x"]) for row in made.all}) == len(made.all)
    assert all(made.rejected.values())


def test_what_training_has_seen_leaves_a_given_exam_and_is_kept_apart(root):
    exam = [("Refund  NUMBER 3", "billing"), ("something new", "login"), ("something new", "billing")]
    (root / "test.csv").write_text(table(exam), encoding="utf-8")

    made = prepared(root)

    assert [(row["x"], row["y"]) for row in made.test] == exam[1:]
    assert made.rejected == {"test.csv:2": "stands in train.csv:8 too"}
    assert [row["x"] for row in read_lines(root / "out" / "seen.jsonl")] == ["Refund NUMBER 3"]
    assert made.facts["rows"]["seen"] == 1
    assert len(made.train) + len(made.dev) == len(ROWS)


def test_what_training_has_nearly_seen_leaves_a_given_exam_too(root):
    (root / "train.csv").write_text(
        table([*ROWS, ("my parcel from last week has still not arrived at the office", "billing")]), encoding="utf-8"
    )
    exam = [("My parcel from last week has still not arrived at the door", "billing"), ("something new", "login")]
    (root / "test.csv").write_text(table(exam), encoding="utf-8")

    made = prepared(root)

    assert made.rejected == {"test.csv:2": f"nearly the same stands in train.csv:{len(ROWS) + 2}"}
    assert [row["x"] for row in made.test] == ["something new"]


def test_an_exam_that_is_all_known_is_refused_with_a_way_out(root):
    (root / "test.csv").write_text(table(ROWS[:2]), encoding="utf-8")

    with pytest.raises(DataError, match="no row is left for test") as caught:
        prepared(root)

    assert 'seen = "train"' in caught.value.fix


def test_nearly_the_same_texts_are_on_one_side_and_their_different_labels_are_listed(root):
    texts = [f"the {word} that i ordered {n} days ago is still not here please help" for n in (3, 5)
             for word in ("lamp", "kettle", "carpet", "mirror", "bicycle", "jacket")]  # fmt: skip
    rows = [(text, "billing" if n % 2 else "login") for n, text in enumerate(texts)]
    (root / "train.csv").write_text(table([*ROWS, *rows]), encoding="utf-8")

    made = prepared(root, similarity=0.5)

    near = made.facts["near"]
    sides = {part for part in s2_prepare.PARTS for row in getattr(made, part) if row["x"] in texts}
    assert near["rows"] >= len(texts) and near["conflicts"] > 0
    assert len(sides) == 1
    assert len(read_json(root / "out" / "details.json")["conflicts"]) > 0


def test_labels_that_differ_only_in_their_spelling_are_one(root):
    rows = [(f"more {n}", label) for n, label in enumerate(["Billing", "billing ", "ＢＩＬＬＩＮＧ", "log-in", "Log in"])]
    (root / "train.csv").write_text(table([*ROWS, *rows]), encoding="utf-8")

    made, strict = prepared(root), prepared(root, fold_labels=False)

    assert made.facts["labels"] == ["billing", "login"]
    assert made.facts["folded"] == {"billing": {"Billing": 1, "ＢＩＬＬＩＮＧ": 1}, "login": {"Log in": 1, "log-in": 1}}
    assert "Billing" in strict.facts["labels"]


def test_the_same_rows_are_on_the_same_side_after_rows_are_added_and_texts_are_cleaned_otherwise(root):
    before = prepared(root)
    more = [(f"entirely new {n} &amp; unseen", "login") for n in range(25)]
    (root / "train.csv").write_text(table([*more, *ROWS]), encoding="utf-8")

    after = prepared(root, clean=Cleaning(markup=False, spaces=False))

    for part in s2_prepare.PARTS:
        assert {row["x"] for row in getattr(before, part)} <= {row["x"] for row in getattr(after, part)}


def test_the_newest_rows_are_the_exam_where_time_splits(root):
    rows = [(*row, f"2024-{1 + n // 28:02d}-{1 + n % 28:02d}") for n, row in enumerate(ROWS)]
    (root / "train.csv").write_text(table(rows[::-1], header=("text", "label", "day")), encoding="utf-8")

    made = prepared(root, split="time", columns={"time": "day"})

    lines = {part: [int(row["line"].split(":")[1]) for row in getattr(made, part)] for part in s2_prepare.PARTS}
    assert max(lines["test"]) < min(lines["dev"]) and max(lines["dev"]) < min(lines["train"])
    assert made.facts["rows"]["test"] == 12

    with pytest.raises(DataError, match="needs a column of times"):
        prepared(root, split="time")


def test_corrections_change_labels_and_leave_rows_out_without_touching_the_table(root):
    content = (root / "train.csv").read_bytes()
    keys = [fingerprint(text).hex() for text, _ in ROWS]
    decided = [("login", "accepted"), ("", "rejected"), ("", "excluded")]
    corrections.write(root / corrections.FILE, [
        corrections.Correction(key=keys[2 * n], given="billing", corrected=label, decided=what, text=ROWS[2 * n][0])
        for n, (label, what) in enumerate(decided)
    ] + [corrections.Correction(key="0" * 32, given="billing", corrected="login", decided="accepted")])  # fmt: skip

    made = prepared(root)
    (root / corrections.FILE).unlink()
    undone = prepared(root)

    labels = {row["x"]: row["y"] for row in made.all}
    assert labels[ROWS[0][0]] == "login" and labels[ROWS[2][0]] == "billing" and ROWS[4][0] not in labels
    assert made.facts["corrections"] == {"accepted": 1, "rejected": 1, "excluded": 1, "unused": 1}
    assert made.rejected == {"train.csv:6": "left out by a correction"}
    assert {row["x"]: row["y"] for row in undone.all} == dict(ROWS)
    assert (root / "train.csv").read_bytes() == content


def test_texts_are_cleaned_as_the_service_will_clean_them_and_receipts_are_kept(root):
    (root / "train.csv").write_text(table([*ROWS, ("Anna&#39;s\u200b bag", "billing")]), encoding="utf-8")

    made = prepared(root)

    assert "Anna's bag" in {row["x"] for row in made.all}
    assert made.facts["changes"] == {"markup": 1, "invisible": 1}
    assert made.facts["wash"]["clean"]["markup"] is True
    assert ["Anna&#39;s\u200b bag", "Anna's bag"] in read_json(root / "out" / "details.json")["shown"]["markup"]


def test_with_seen_from_training_a_given_exam_is_kept_whole_and_its_twins_leave_training(root):
    exam = [("Refund  NUMBER 3", "billing"), ("something new", "login"), ("something new", "billing")]
    (root / "test.csv").write_text(table(exam), encoding="utf-8")

    made = prepared(root, seen="train")

    assert [(row["x"], row["y"]) for row in made.test] == [("Refund NUMBER 3", "billing"), *exam[1:]]
    assert made.rejected == {"train.csv:8": "stands in test.csv:2 too"}
    assert len(made.train) + len(made.dev) == len(ROWS) - 1


def test_a_given_dev_file_gives_way_to_the_exam_and_training_to_both(root):
    (root / "test.csv").write_text(table([ROWS[0], ("only here", "login")]), encoding="utf-8")
    (root / "dev.csv").write_text(table([ROWS[0], ROWS[1], ("also here", "billing")]), encoding="utf-8")

    made = prepared(root, seen="train")

    assert [row["x"] for row in made.dev] == [ROWS[1][0], "also here"]
    assert made.rejected == {
        "dev.csv:2": "stands in test.csv:2 too",
        "train.csv:2": "stands in test.csv:2 too",
        "train.csv:3": "stands in dev.csv:3 too",
    }
    assert len(made.train) == len(ROWS) - 2


def test_conflicting_labels_leave_unless_one_of_them_is_more_frequent(root):
    torn = [("torn", "billing"), ("torn", "login"), ("sure", "login"), ("Sure", "billing"), ("sure ", "login")]
    (root / "train.csv").write_text(table([*torn, *ROWS]), encoding="utf-8")

    made = prepared(root)

    both = "the same text has different labels in train.csv:2 and train.csv:3"
    assert made.rejected == {
        "train.csv:2": both,
        "train.csv:3": both,
        "train.csv:5": "the label differs from the same text in train.csv:4",
        "train.csv:6": "duplicate of train.csv:4",
    }
    assert [row["y"] for row in made.all if row["x"] == "sure"] == ["login"]


def test_rows_of_a_customer_stay_on_one_side_and_carry_their_slices(root):
    rows = [(*row, f"customer {n // 5}", "web" if n % 2 else "mail") for n, row in enumerate(ROWS)]
    (root / "train.csv").write_text(table(rows, header=("body", "label", "who", "via")), encoding="utf-8")

    made = prepared(root, columns={"text": "body", "group": "who", "channel": "via"})

    customers = {
        part: {(int(row["line"].split(":")[1]) - 2) // 5 for row in getattr(made, part)} for part in s2_prepare.PARTS
    }
    assert sum(map(len, customers.values())) == len(ROWS) / 5
    assert {json.dumps(row["tags"]) for row in made.all} == {'{"channel": "web"}', '{"channel": "mail"}'}


def test_no_part_has_more_rows_than_is_asked_for(root):
    made = prepared(root, max_test=4, max_dev=2)

    assert 1 <= len(made.test) <= 4 and 1 <= len(made.dev) <= 2


@pytest.mark.parametrize(
    ("text", "changed", "what", "fix"),
    [
        pytest.param("text,label\n", {}, "there is a header but there are no rows", "add rows", id="no rows"),
        pytest.param("body,label\na,x\nb,y\n", {}, "no column is called 'text'", "body", id="another column"),
        pytest.param(
            "text,label\n ,x\n ,y\n", {}, "none of 2 rows can be used; the first: empty", "see", id="all empty"
        ),
        pytest.param("text,label\na,x\nb,x\n", {}, "there is only one label, 'x'", "two labels", id="one label"),
        pytest.param(table([("a", "x"), ("b", "y")]), {}, "no row is left for dev", "add rows", id="two rows"),
        pytest.param(table(ROWS), {"test": 0.95}, "too little to learn from", "dev = 0.1", id="all for the exam"),
    ],
)
def test_what_nothing_can_be_learned_from_is_refused_with_a_remedy(text, changed, what, fix, root):
    (root / "train.csv").write_text(text, encoding="utf-8")

    with pytest.raises(DataError, match=what) as caught:
        prepared(root, **changed)

    assert fix in caught.value.fix
    assert caught.value.where


def test_free_text_in_the_place_of_labels_is_recognized(root):
    (root / "train.csv").write_text(table([(f"text {n}", f"answer {n}") for n in range(200)]), encoding="utf-8")

    with pytest.raises(DataError, match="labels in") as caught:
        prepared(root)

    assert "name another label column" in caught.value.fix


def test_an_exam_with_a_label_that_was_never_learned_is_refused(root):
    (root / "test.csv").write_text(table([("new", "bilings")]), encoding="utf-8")

    with pytest.raises(DataError, match="'bilings' stands in test but never in training") as caught:
        prepared(root)

    assert caught.value.where == "test.csv:2"
    assert "did you mean 'billing'" in caught.value.fix
