"""`luodi keys`, `luodi ledger` and `luodi forget`, beside a service that runs."""

import csv
import json
import re
import shutil
import time

import pytest

from luodi.ledger.ledger import open_ledger


@pytest.fixture(scope="module")
def place(finished, tmp_path_factory, serve):
    """A finished scenario that is being served: its folder and its server."""
    folder = shutil.copytree(finished, tmp_path_factory.mktemp("place") / "tiny")
    (deployed,) = (folder / ".luodi" / "deploy").iterdir()
    with serve(folder / ".luodi", deployed) as server:
        yield folder, server


def ask(server, text, key="a-token-for-the-tests"):
    with server.client("data", key) as client:
        return client.post("/predict", json={"text": text})


def eventually(check, seconds=10):
    until = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.05)


def test_a_key_is_made_rotated_and_revoked_from_the_command_line(place, luodi, refused):
    folder, server = place
    made = luodi("keys", folder, "new", "--name", "web shop", "--scope", "predict", "--per-minute", 100)
    key_id, key = (line.partition(":")[2].strip() for line in made.out.splitlines()[:2])
    eventually(lambda: ask(server, "my card", key).status_code == 200)

    heir = json.loads(luodi("keys", folder, "rotate", key_id, "--grace-minutes", 0, "--json").out)
    eventually(lambda: ask(server, "my card", key).status_code == 401)
    assert ask(server, "my card", heir["key"]).status_code == 200
    luodi("keys", folder, "revoke", heir["id"])
    eventually(lambda: ask(server, "my card", heir["key"]).status_code == 401)

    told = luodi("keys", folder).out
    assert "expired" in told and "revoked" in told and "web shop" in told and key not in told
    assert luodi("keys", folder, "list").out == told
    assert "no key of this id" in refused("keys", folder, "revoke", "nothing")
    assert "did you mean 'predict'?" in refused("keys", folder, "new", "--name", "a", "--scope", "predikt")


def test_the_trail_is_verified_and_a_change_of_it_is_found(place, luodi, tmp_path):
    folder, _ = place
    luodi("keys", folder, "new", "--name", "a", "--scope", "review")
    sound = json.loads(luodi("ledger", folder, "verify", "--json").out)
    assert luodi("ledger", folder, "verify", "--known", sound["head"]).code == 0

    copy = tmp_path / "copy"
    shutil.copytree(folder / ".luodi", copy / ".luodi", ignore=shutil.ignore_patterns("[a-km-z]*"))
    shutil.copy(folder / "scenario.toml", copy)
    with open_ledger(copy / ".luodi") as ledger:
        ledger.write_now(lambda c: c.exec_driver_sql("UPDATE audit SET actor = 'nobody' WHERE seq = 1"))
    told = luodi("ledger", copy, "verify")

    assert (told.code, told.out.split(";")[0]) == (1, "NOT INTACT: entry 1 is not what was written")


def test_what_was_asked_is_exported_and_what_is_old_pruned(place, luodi, tmp_path, refused):
    folder, server = place
    asked = ask(server, "=1+1 my card").json()["id"]
    out = tmp_path / "requests.csv"

    eventually(lambda: luodi("ledger", folder, "export", "--out", out).code == 0 and asked in out.read_text())

    with out.open(encoding="utf-8-sig", newline="") as file:
        (row,) = [one for one in csv.DictReader(file) if one["id"] == asked]
    assert json.loads(row["request"])["text"] == "=1+1 my card"
    assert luodi("ledger", folder, "prune").out == "texts 0, rows 0, audit entries 0\n"
    assert "which scenario?" in refused("ledger", folder, "export", "--name", "other", "--out", out)


def test_a_person_is_forgotten_while_the_service_answers(place, luodi):
    folder, server = place
    ids = [ask(server, f"Wilhelmina Quastenflosse wants her card {i}").json()["id"] for i in range(20)]
    with server.client() as admin:
        eventually(lambda: ids[-1] in admin.get("/requests?limit=500").text)

        told = luodi("forget", folder, "Wilhelmina Quastenflosse", "--yes")

        assert "requests 20" in told.out  # and whatever chance drew into the queue
        assert re.search(r"erased 2\d records", told.out)
        assert "Quastenflosse" not in admin.get("/requests?limit=500").text
        assert admin.get("/audit?limit=1").json()["entries"][0]["action"] == "forget"
    assert ask(server, "my card").status_code == 200
    assert not any(
        b"quastenflosse" in one.read_bytes().lower() for one in (folder / ".luodi").rglob("*") if one.is_file()
    )


@pytest.mark.parametrize("arguments", [["keys", "nowhere"], ["ledger", "nowhere", "verify"]])
def test_a_place_that_is_not_there_is_refused(refused, arguments):
    refused(*arguments)
