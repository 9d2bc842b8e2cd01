"""Texts to label next: a table out of many texts, which the next run takes back as training data."""

import csv
import json

import pytest

from luodi.store import read_lines

CARD, REFUND = "my card and the bank atm", "my money and the refund invoice"


@pytest.fixture
def unlabelled(tmp_path, finished):
    """Sure texts, unsure ones, one that training knows, one twice, and one that is empty."""
    (learned,) = (finished / ".luodi" / "prepare").glob("*/train.jsonl")
    known = next(read_lines(learned))["x"]
    unsure = [f"the card of my refund, case {n}" for n in ("alpha", "beta gamma delta", "epsilon zeta eta theta iota")]
    texts = [*(f"{CARD} {n}" for n in range(30)), *unsure, *(f"{REFUND} {n}" for n in range(30)), known, unsure[0], ""]
    path = tmp_path / "unlabelled.csv"
    lines = [f'{n},"{text}",mail' for n, text in enumerate(texts)]
    path.write_text("\n".join(["id,body,channel", *lines]) + "\n", encoding="utf-8")
    return path


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_texts_that_the_model_is_least_sure_of_come_first_and_none_twice(done, unlabelled, luodi):
    told = luodi("labels", done, "--next", 10, "--from", unlabelled)

    rows = rows_of(done / "to-label.csv")
    assert told.code == 0
    assert f"{len(rows)} texts of 66 to label next" in told.out
    assert "card of my refund" in rows[0]["body"]
    assert 3 <= len({row["body"] for row in rows}) == len(rows) < 10  # sixty of them are two texts with a number
    assert all(row["queue"] == "" and row["model_says"] in {"card", "refund"} for row in rows)
    assert [row["unsure"] for row in rows] and float(rows[0]["unsure"]) >= float(rows[-1]["unsure"])


def test_the_filled_table_is_training_data_of_the_next_run(done, unlabelled, luodi):
    luodi("labels", done, "--next", 5, "--from", unlabelled, "--json")
    table = done / "to-label.csv"
    rows = rows_of(table)
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows([row | {"queue": row["model_says"]} for row in rows])
    scenario = done / "scenario.toml"
    text = scenario.read_text(encoding="utf-8").replace('train = "data.csv"', 'train = ["data.csv", "to-label.csv"]')
    scenario.write_text(text, encoding="utf-8")
    before = json.loads((done / "luodi.lock").read_text(encoding="utf-8"))["steps"]["prepare"]["facts"]["rows"]["kept"]

    told = luodi("run", done, "--until", "prepare")

    facts = json.loads((done / "luodi.lock").read_text(encoding="utf-8"))["steps"]["prepare"]["facts"]
    assert told.code == 0, told
    assert facts["rows"]["kept"] == before + len(rows), facts


def test_what_was_mistaken_is_refused_with_a_remedy(done, unlabelled, folder, refused):
    assert "--next and --from go together" in refused("labels", done, "--next", 5)
    assert "the step define is still to do" in refused("labels", folder, "--next", 5, "--from", unlabelled)
    unlabelled.write_text("id,text\n1,a\n", encoding="utf-8")
    assert "no column is called 'body'" in refused("labels", done, "--next", 5, "--from", unlabelled)
