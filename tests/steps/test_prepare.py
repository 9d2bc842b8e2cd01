"""Preparing: every row is kept or listed with its reason, and texts are cleaned as the service will clean them."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from luodi.data.dedupe import fingerprint
from luodi.errors import DataError
from luodi.store import read_json


def test_every_row_is_in_one_part_with_the_line_it_stood_on(root, prepared, given_rows):
    made = prepared(root, split="stratified")

    assert sorted(int(row["line"].split(":")[1]) for row in made.all) == list(range(2, len(given_rows) + 2))
    assert {row["line"]: (row["x"], row["y"]) for row in made.all}["train.csv:3"] == given_rows[1]
    assert made.facts["rows"] == {"in": 60, "kept": 60, "rejected": 0, "train": 42, "dev": 6, "test": 12, "seen": 0}
    assert made.facts["labels"] == ["billing", "login"]
    assert read_json(root / "out" / "profile.json")["test"]["labels"] == {"billing": 6, "login": 6}


def test_the_same_files_are_prepared_to_the_same_bytes(root, prepared):
    prepared(root)
    first = {path.name: path.read_bytes() for path in (root / "out").iterdir()}

    prepared(root)

    assert {path.name: path.read_bytes() for path in (root / "out").iterdir()} == first


CELL = st.sampled_from(["", " ", "x", "X", "a, b", 'say "hi"', "two\nlines", "中文", "\ufeff", "billing", "login"])
MESSY = st.lists(st.lists(CELL, min_size=1, max_size=3) | st.tuples(CELL, st.sampled_from(["billing", "login"])))


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(messy=MESSY)
def test_of_a_messy_table_every_row_is_kept_or_rejected(messy, root, prepared, table, given_rows):
    (root / "train.csv").write_text(table([*given_rows, *messy]), encoding="utf-8", newline="")

    made = prepared(root)

    rows = made.facts["rows"]
    assert rows["in"] == len(given_rows) + len(messy) == len(made.all) + rows["rejected"]
    assert sum(made.facts["rejected"].values()) == len(made.rejected) == rows["rejected"]
    assert not made.rejected.keys() & {row["line"] for row in made.all}
    assert len({fingerprint(row["x"]) for row in made.all}) == len(made.all)
    assert all(made.rejected.values())


def test_texts_are_cleaned_as_the_service_will_clean_them_and_receipts_are_kept(root, prepared, table, given_rows):
    (root / "train.csv").write_text(table([*given_rows, ("Anna&#39;s\u200b bag", "billing")]), encoding="utf-8")

    made = prepared(root)

    assert "Anna's bag" in {row["x"] for row in made.all}
    assert made.facts["changes"] == {"markup": 1, "invisible": 1}
    assert made.facts["wash"]["clean"]["markup"] is True
    receipt = read_json(root / "out" / "details.json")["cleaning"]
    assert receipt["n_changed"] == 1 and receipt["n_texts"] == len(given_rows) + 1
    assert {"before": "Anna&#39;s\u200b bag", "after": "Anna's bag"} in receipt["steps"]["markup"]["examples"]


def test_no_part_has_more_rows_than_is_asked_for(root, prepared):
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
        pytest.param("text,label\na,x\nb,y\n", {}, "no row is left for dev", "add rows", id="two rows"),
        pytest.param(None, {"test": 0.95}, "too little to learn from", "dev = 0.1", id="all for the exam"),
    ],
)
def test_what_nothing_can_be_learned_from_is_refused_with_a_remedy(text, changed, what, fix, root, prepared):
    if text:
        (root / "train.csv").write_text(text, encoding="utf-8")

    with pytest.raises(DataError, match=what) as caught:
        prepared(root, **changed)

    assert fix in caught.value.fix
    assert caught.value.where


def test_free_text_in_the_place_of_labels_is_recognized(root, prepared, table):
    (root / "train.csv").write_text(table([(f"text {n}", f"answer {n}") for n in range(200)]), encoding="utf-8")

    with pytest.raises(DataError, match="labels in") as caught:
        prepared(root)

    assert "name another label column" in caught.value.fix


def test_an_exam_with_a_label_that_was_never_learned_is_refused(root, prepared, table):
    (root / "test.csv").write_text(table([("new", "bilings")]), encoding="utf-8")

    with pytest.raises(DataError, match="'bilings' stands in test but never in training") as caught:
        prepared(root)

    assert caught.value.where == "test.csv:2"
    assert "did you mean 'billing'" in caught.value.fix


def test_personal_data_is_masked_in_what_is_learned_from_and_asked(root, prepared, table, given_rows):
    rows = [*given_rows, ("I am Maria Fernandez, call 415-555-2671 or write to maria@example.com", "login")]
    (root / "train.csv").write_text(table(rows), encoding="utf-8")

    made = prepared(root, personal="mask")

    (text,) = [row["x"] for row in made.all if row["line"] == f"train.csv:{len(rows) + 1}"]
    assert text == "I am [PERSON], call [PHONE] or write to [EMAIL]"
    assert made.facts["personal"] == {"email": 1, "person": 1, "phone": 1}
    assert b"maria@" not in b"".join(path.read_bytes() for path in (root / "out").glob("*.jsonl"))


def test_a_pseudonym_is_the_same_for_the_same_person_in_every_row(root, prepared, table, given_rows):
    more = [(f"Letter {n} from li@example.com", "login") for n in (1, 2)]
    (root / "train.csv").write_text(table([*given_rows, *more]), encoding="utf-8")

    made = prepared(root, personal="pseudonymize", personal_kinds=("email",))

    names = {row["x"].split()[-1] for row in made.all if row["x"].startswith("Letter")}
    assert len(names) == 1 and names.pop().startswith("EMAIL_")
