"""Forgetting: whoever is forgotten is in no byte of the workspace, and no later model learns from them."""

import csv
import json
import shutil
import sqlite3

import pytest

from luodi.bundle import open_bundle

SCENARIO = """\
name = "people"
task = "text-classification"

[define]
train = "data.csv"

[prepare]
columns = { text = "body", label = "queue", group = "customer", who = "name" }
near_duplicates = false

[select]
models = ["majority", "tfidf-logreg"]
n_resamples = 50

[evaluate]
slices = ["who"]
n_resamples = 50
"""
WORDS = {"card": "card bank pin declined stolen", "refund": "refund money return invoice charged"}


def person(n):
    """Return name, e-mail and phone of a person whom no other one resembles."""
    return f"Quill Vander{chr(97 + n % 26)}{chr(97 + n // 26)}x", f"quill{n}@forget.example", f"1390000{n:04d}"


@pytest.fixture(scope="module")
def people(tmp_path_factory, luodi):
    """A finished run over 130 rows, each of another person; most texts name theirs."""
    folder = tmp_path_factory.mktemp("people") / "people"
    folder.mkdir()
    (folder / "scenario.toml").write_text(SCENARIO, encoding="utf-8")
    with (folder / "data.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["body", "queue", "customer", "name"])
        for n in range(130):
            name, mail, phone = person(n)
            queue = sorted(WORDS)[n % 2]
            text = (f"My {WORDS[queue]} {n} please, {name}, {mail}", f"Call {phone} about {WORDS[queue]} {n}",
                    f"{WORDS[queue]} number {n}, thanks")[n % 3]  # fmt: skip
            table.writerow([text, queue, f"C{n:05d}", name])
    assert luodi("run", folder).code == 0
    with sqlite3.connect(folder / ".luodi" / "ledger.sqlite") as base:
        base.execute("PRAGMA journal_mode = WAL")
        base.execute("CREATE TABLE requests (id INTEGER PRIMARY KEY, body TEXT)")
        base.executemany("INSERT INTO requests (body) VALUES (?)", [(" ".join(person(n)),) for n in range(130)])
        base.commit()
        base.execute("DELETE FROM requests WHERE id > 100")  # on free pages now
        base.commit()
    base.close()
    return folder


@pytest.fixture
def workspace(people, tmp_path):
    return shutil.copytree(people, tmp_path / "people")


def kept(folder):
    """Return all that luodi keeps, in one piece."""
    return b"".join(
        path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "data.csv"
    )


def test_what_is_forgotten_is_in_no_byte_that_luodi_keeps_free_pages_of_databases_included(workspace, luodi):
    names = person(57)
    assert all(one.encode() in kept(workspace) for one in names[:2])

    told = luodi("forget", workspace, *names, "--yes")

    assert told.code == 0
    assert not any(one.encode() in kept(workspace) for one in names)
    assert person(58)[0].encode() in kept(workspace)


def test_models_that_learned_from_a_person_are_listed_and_deleted_on_demand(workspace, luodi):
    told = luodi("forget", workspace, *person(57), "--yes", "--models", "--json")

    receipt = json.loads(told.out)
    assert {name.split("/")[0] for name in receipt["models"]} == {"select", "finetune", "evaluate", "deploy"}
    assert not any((workspace / ".luodi" / name).exists() for name in receipt["models"])


def test_the_bundle_serves_on_and_the_next_run_learns_without_the_person(workspace, luodi):
    luodi("forget", workspace, *person(57), "--yes")
    bundles = list((workspace / ".luodi" / "deploy").iterdir())
    open_bundle(bundles[0]).replay()

    told = luodi("run", workspace, "--json")

    facts = json.loads(told.out)["steps"]["prepare"]["facts"]
    assert facts["corrections"]["excluded"] == 1
    assert not any(one.encode() in kept(workspace) for one in person(57))


def test_a_row_is_found_by_a_column_that_no_model_sees(workspace, luodi):
    """Number 59 is named in no text, only beside it."""
    told = luodi("forget", workspace, "C00059", "--yes", "--json")

    assert json.loads(told.out)["yours"] == ["data.csv:61"]
    assert b"number 59, thanks" not in kept(workspace)
    assert b"number 62, thanks" in kept(workspace)


def test_the_users_table_stays_as_it_is_and_its_lines_are_named(workspace, luodi):
    before = (workspace / "data.csv").read_bytes()

    told = luodi("forget", workspace, *person(57), "--yes")

    assert "data.csv:59" in told.out
    assert (workspace / "data.csv").read_bytes() == before


def test_without_consent_nothing_goes(workspace, luodi):
    before = kept(workspace)

    told = luodi("forget", workspace, *person(57))
    tried = luodi("forget", workspace, *person(57), "--dry-run")

    assert told.code == 2 and "--yes" in told.err
    assert tried.code == 0 and "data.csv:59" in tried.out
    assert kept(workspace) == before


def test_the_receipt_names_no_one(workspace, luodi):
    luodi("forget", workspace, *person(57), "--yes")

    (receipt,) = [json.loads(line) for line in (workspace / ".luodi" / "erasures.jsonl").read_text().splitlines()]
    assert receipt["records"] >= 2 and len(receipt["who"]) == 16


@pytest.mark.parametrize(
    ("name", "what"),
    [("a", "too short"), ("42", "customer_id=42"), ("shoe_size=42", "no table has a column 'shoe_size'")],
)
def test_a_name_that_could_mean_anyone_or_no_one_is_refused(workspace, luodi, name, what):
    before = kept(workspace)

    told = luodi("forget", workspace, name, "--yes")

    assert told.code == 2 and what in told.err
    assert kept(workspace) == before


def test_a_value_of_a_column_means_its_rows_alone(workspace, luodi):
    told = luodi("forget", workspace, "customer=C00059", "--yes", "--json")

    assert json.loads(told.out)["yours"] == ["data.csv:61"]
    assert b"number 59, thanks" not in kept(workspace)
    assert b"number 62, thanks" in kept(workspace)


def test_who_is_not_there_needs_no_erasing(workspace, luodi):
    told = luodi("forget", workspace, "Nobody Whatever", "--yes")

    assert told.code == 0 and "nothing is kept" in told.out


@pytest.mark.slow
def test_a_hundred_people_are_forgotten_one_after_the_other(workspace, luodi):
    for n in range(100):
        assert luodi("forget", workspace, *person(n), f"C{n:05d}", "--yes").code == 0

    left = kept(workspace)
    assert sum(one.encode() in left for n in range(100) for one in person(n)) == 0
    assert person(120)[0].encode() in left
