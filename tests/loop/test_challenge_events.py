"""A recommender learns from what visitors took, and is held against the one in charge on what came last."""

import csv
import json
import random
import time

import pytest
from sqlalchemy import insert

from luodi import runner
from luodi.errors import DataError
from luodi.ledger import shown
from luodi.ledger.entries import Served
from luodi.ledger.ids import new_id
from luodi.ledger.ledger import open_ledger
from luodi.ledger.tables import FEEDBACK
from luodi.loop import clicked
from luodi.scenario import load

SCENARIO = """\
name = "small"
task = "recommendation"

[define]
train = "events.csv"

[options]
kinds = { view = 1, buy = 3 }

[select]
models = ["rec-popular", "rec-item-knn"]
n_resamples = 50

[evaluate]
n_resamples = 50
"""
N_ITEMS, LAST = 30, 1_000_000


def walks(n_users, first, *, shift, begin, seed):
    """Return events of visitors who walk through the items, from one to the one `shift` further."""
    rng = random.Random(seed)
    rows = []
    for user in range(n_users):
        item, at = rng.randrange(N_ITEMS), begin + rng.randrange(LAST // 2)
        for step in range(6):
            rows.append((f"u{first + user}", f"i{(item + shift * step) % N_ITEMS}", at + 60 * step))
    return sorted(rows, key=lambda row: row[2])


@pytest.fixture(scope="module")
def folder(tmp_path_factory, luodi):
    """A finished run on a log of people who go from each item to the next."""
    made = tmp_path_factory.mktemp("challenged") / "small"
    made.mkdir()
    (made / "scenario.toml").write_text(SCENARIO, encoding="utf-8")
    with (made / "events.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [("user", "item", "time", "kind"), *((*row, "view") for row in walks(150, 0, shift=1, begin=0, seed=1))]
        )
    assert luodi("run", made).code == 0
    return made


def serve(folder, rows, *, shows=("i0",), because="taste"):
    """Let the service have shown something before each of these events, which came after it."""
    with open_ledger(folder / ".luodi") as ledger:
        said = []
        for user, item, at in rows:
            items = [{"id": one, "score": 1.0, "because": because, "propensity": 0.1} for one in shows]
            served = Served(
                id=new_id(), at=at - 1.0, scenario="small", release="0" * 26, key="owner", request={"user": user},
                x="", response={"items": items}, scores={}, label="", confidence=1.0, margin=1.0, handed_over=False,
                truncated=False, latency_ms=1.0,
            )  # fmt: skip
            ledger.note(served, keep="full")
            said.append({"id": new_id(), "request_id": served.id, "scenario": "small", "at": float(at), "label": item,
                         "key_id": "owner", "idempotency_key": new_id(), "right": None, "comment": ""})  # fmt: skip
        while any(ledger.scenario_of(one["request_id"]) for one in said):
            time.sleep(0.05)
        ledger.write_now(lambda connection: connection.execute(insert(FEEDBACK), said))


def test_without_anything_taken_there_is_no_challenge(tmp_path, luodi, folder):
    with open_ledger(tmp_path) as ledger:
        assert list(shown.clicks(ledger, "small")) == []

    told = luodi("challenge", folder, "--home", tmp_path)

    assert told.code == 2 and "nothing was taken" in told.err and "POST feedback" in told.err


@pytest.mark.slow
def test_where_tastes_have_changed_a_challenger_beats_the_champion_and_is_handed_over(folder, luodi):
    before = (folder / "luodi.lock").read_bytes()
    serve(folder, walks(200, 500, shift=7, begin=2 * LAST, seed=2))

    told = luodi("challenge", folder, "--promote", "--json")
    report = json.loads(told.out)

    assert told.code == 0, report["checks"]
    assert [one["name"] for one in report["checks"]] == ["recent", "all", "parts", "shown", "targets"]
    assert report["learned_from"] == 1_200 and report["release"]
    assert (folder / "luodi.lock").read_bytes() == before and "deploy" in runner.latest(load(folder))
    with (folder / clicked.FILE).open(encoding="utf-8", newline="") as file:
        assert {row["kind"] for row in csv.DictReader(file)} == {"view"}

    again = luodi("challenge", folder)
    assert again.code == 2 and "nothing was taken since" in again.err


def test_what_was_shown_and_taken_is_told_with_place_and_propensity(tmp_path):
    home = tmp_path / "small"
    serve(home, [("ann", "i2", 1_000), ("", "i1", 2_000)], shows=("i1", "i2"), because="chance")

    with open_ledger(home / ".luodi") as ledger:
        seen, taken = list(shown.impressions(ledger, "small")), list(shown.clicks(ledger, "small"))

    assert {(one["user"], one["item"], one["position"], one["reward"]) for one in seen} == {
        ("ann", "i1", 1, 0), ("ann", "i2", 2, 1), ("", "i1", 1, 1), ("", "i2", 2, 0),
    }  # fmt: skip
    assert {(one["propensity"], one["because"]) for one in seen} == {(0.1, "chance")}
    assert [(one["user"], one["item"], one["time"]) for one in taken] == [("ann", "i2", 1_000)]


FORM = clicked.Form(least_kind="view", kinds=frozenset({"view", "buy"}), per_second=1_000)


def click(n, **changed):
    return {"user": "ann", "item": f"i{n}", "kind": "", "time": 50 + n, "request_id": f"r{n}", **changed}


def test_clicks_are_written_in_the_units_and_kinds_of_the_log(tmp_path):
    rows = [click(1), click(2, kind="buy"), click(3, kind="hover")]

    lines = clicked.write(tmp_path / "clicked.csv", rows, form=FORM, memory=tmp_path / "memory.json")

    assert [(one["item"], one["kind"], one["time"]) for one in lines] == [
        ("i1", "view", "51000"),
        ("i2", "buy", "52000"),
    ]


def test_a_line_that_was_deleted_stays_out_and_one_that_is_there_stays(tmp_path):
    path, memory = tmp_path / "clicked.csv", tmp_path / "memory.json"
    clicked.write(path, [click(1), click(2)], form=FORM, memory=memory)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:1] + lines[2:]), encoding="utf-8")

    again = clicked.write(path, [click(1), click(3)], form=FORM, memory=memory)

    assert [one["item"] for one in again] == ["i2", "i3"]


def test_one_visitor_counts_only_so_often_a_day(tmp_path):
    rows = [click(n) for n in range(clicked.MOST_A_DAY + 50)]

    lines = clicked.write(tmp_path / "clicked.csv", rows, form=FORM, memory=tmp_path / "memory.json")

    assert len(lines) == clicked.MOST_A_DAY


def test_another_table_of_that_name_is_not_written_over(tmp_path):
    (tmp_path / "clicked.csv").write_text("a,b\n1,2\n", encoding="utf-8")

    with pytest.raises(DataError, match="no table of clicks"):
        clicked.write(tmp_path / "clicked.csv", [], form=FORM, memory=tmp_path / "memory.json")
