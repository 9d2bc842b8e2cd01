"""Wrong labels from the command line: listed, decided in a table or by the model, applied by the next run, undone."""

import csv
import json

import pytest

from luodi.data import corrections

WRONG = 7


@pytest.fixture
def mislabelled(tiny, tmp_path):
    """The tiny scenario, larger, with seven labels turned round."""
    from random import Random

    rng, words = (
        Random(5),
        {"card": "card bank pin atm stolen chip", "refund": "refund money return invoice paid charged"},
    )
    lines = ["body,queue,channel"]
    for n in range(300):
        queue = sorted(words)[n % 2]
        text = " ".join([*rng.choices(words[queue].split(), k=6), f"number {n}"])
        lines.append(f"{text},{sorted(words)[(n + (n < WRONG)) % 2]},mail")
    return tiny(tmp_path / "wrong", content="\n".join(lines) + "\n")


def suspects(folder):
    with (folder / "suspects.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_wrong_labels_come_first_with_what_they_look_like(mislabelled, luodi):
    told = luodi("labels", mislabelled)

    rows = suspects(mislabelled)
    wrong = {f"data.csv:{n + 2}" for n in range(WRONG)}
    top = rows[: len(wrong & {row["where"] for row in rows})]
    assert told.code == 0 and len(top) >= 3
    assert {row["where"] for row in top} <= wrong
    assert all({row["given"], row["corrected"]} == {"card", "refund"} for row in top)
    assert not (mislabelled / corrections.FILE).exists()


def test_what_is_decided_in_the_table_is_applied_and_undone(mislabelled, luodi):
    luodi("labels", mislabelled)
    table, rows = mislabelled / "suspects.csv", suspects(mislabelled)
    rows[0]["decided"], rows[1]["decided"] = "accepted", "excluded"
    with table.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, rows[0])
        out.writeheader()
        out.writerows(rows)

    told = luodi("labels", mislabelled, "--apply", table, "--json")
    run = json.loads(luodi("run", mislabelled, "--until", "prepare", "--json").out)
    (mislabelled / corrections.FILE).unlink()
    undone = json.loads(luodi("run", mislabelled, "--until", "prepare", "--json").out)

    assert json.loads(told.out)["accepted"] == 1
    facts = run["steps"]["prepare"]["facts"]
    assert facts["corrections"] == {"accepted": 1, "rejected": 0, "excluded": 1, "unused": 0}
    assert facts["rows"]["kept"] == 299
    assert "corrections" not in undone["steps"]["prepare"]["facts"]


def test_the_model_may_decide_by_itself(mislabelled, luodi):
    told = luodi("labels", mislabelled, "--auto", "--json")

    made = corrections.read(mislabelled / corrections.FILE)
    wrong = {f"data.csv:{n + 2}" for n in range(WRONG)}
    assert told.code == 0 and made
    assert {one.where for one in made if one.decided == "accepted"} <= wrong


@pytest.mark.parametrize(
    ("text", "what"),
    [
        pytest.param("a,b\n1,2\n", "not a table of suspects", id="another table"),
        pytest.param("key,given,corrected,decided\nzz,x,y,accepted\n", "is no key", id="no key"),
        pytest.param(f"key,given,corrected,decided\n{'0' * 32},x,y,perhaps\n", "is no decision", id="no decision"),
        pytest.param(
            f"key,given,corrected,decided\n{'0' * 32},x,,accepted\n", "corrected label is missing", id="no label"
        ),
    ],
)
def test_a_table_that_decides_nothing_is_refused(mislabelled, refused, text, what):
    (mislabelled / "filled.csv").write_text(text, encoding="utf-8")

    assert what in refused("labels", mislabelled, "--apply", mislabelled / "filled.csv")


def test_rows_without_labels_are_no_case_for_it(tmp_path, luodi):
    (tmp_path / "scenario.toml").write_text('task = "recommendation"\n[define]\ntrain = "log.csv"\n', encoding="utf-8")
    lines = [f"u{n % 9},i{n * 7 % 11},2024-01-{1 + n % 28:02d}" for n in range(90)]
    (tmp_path / "log.csv").write_text("user,item,time\n" + "\n".join(lines) + "\n", encoding="utf-8")

    told = luodi("labels", tmp_path)

    assert told.code == 2 and "bear no labels" in told.err
