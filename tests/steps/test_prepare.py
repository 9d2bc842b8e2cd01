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
    made = prepared(root)

    assert sorted(int(row["line"].split(":")[1]) for row in made.all) == list(range(2, len(ROWS) + 2))
    assert {row["line"]: (row["x"], row["y"]) for row in made.all}["train.csv:3"] == ROWS[1]
    assert made.facts["rows"] == {"in": 60, "kept": 60, "rejected": 0, "train": 42, "dev": 6, "test": 12}
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


def test_a_given_exam_is_kept_whole_and_its_twins_leave_training(root):
    exam = [("Refund  NUMBER 3", "billing"), ("something new", "login"), ("something new", "billing")]
    (root / "test.csv").write_text(table(exam), encoding="utf-8")

    made = prepared(root)

    assert [(row["x"], row["y"]) for row in made.test] == [("Refund NUMBER 3", "billing"), *exam[1:]]
    assert made.rejected == {"train.csv:8": "stands in test.csv:2 too"}
    assert len(made.train) + len(made.dev) == len(ROWS) - 1


def test_a_given_dev_file_gives_way_to_the_exam_and_training_to_both(root):
    (root / "test.csv").write_text(table([ROWS[0], ("only here", "login")]), encoding="utf-8")
    (root / "dev.csv").write_text(table([ROWS[0], ROWS[1], ("also here", "billing")]), encoding="utf-8")

    made = prepared(root)

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

    assert (len(made.test), len(made.dev)) == (4, 2)


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
