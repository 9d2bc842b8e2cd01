"""Releases and health over HTTP, and the short form of the drill of hot swaps."""

import json
import shutil

import pytest
from bench import swaps

from luodi.bundle import reseal


@pytest.fixture
def running_one(make_bundle, serve_process, tmp_path):
    path = make_bundle()
    home = tmp_path / ".luodi" / "deploy"
    home.mkdir(parents=True)
    first = shutil.move(path, home / "first")
    with serve_process(first, LUODI_TOKEN="a-token-for-the-tests") as server, server.client() as client:
        client.base_url = server.admin_url
        yield client, home


def test_a_release_is_put_in_moved_and_rolled_back_by_http(running_one, other):
    client, home = running_one
    second = other(home / "second", {"lost card": 0.2, "refund": 0.8})

    made = client.post("/v1/tickets/releases", json={"bundle": str(second), "stage": "canary", "share": 0.2})
    moved = client.post(f"/v1/tickets/releases/{made.json()['id']}", json={"stage": "champion"})
    rows = client.get("/v1/tickets/releases").json()["releases"]
    back = client.post("/v1/tickets/rollback", json={})
    again = {one["id"]: one["stage"] for one in client.get("/v1/tickets/releases").json()["releases"]}

    assert (made.status_code, made.json()["stage"], made.json()["share"]) == (201, "canary", 0.2)
    assert (moved.status_code, moved.json()["stage"]) == (200, "champion")
    assert [one["stage"] for one in rows] == ["champion", "previous"]
    assert back.json() == {"release": rows[1]["id"]}
    assert again == {rows[0]["id"]: "retired", rows[1]["id"]: "champion"}


def test_what_cannot_be_released_is_refused_with_the_reason(running_one, other):
    client, home = running_one
    broken = other(home / "broken", {"lost card": 0.2, "refund": 0.8}, scenario="letters")
    reseal(broken)

    stranger = client.post("/v1/tickets/releases", json={"bundle": str(broken)})
    share = client.post("/v1/tickets/releases", json={"bundle": str(broken), "stage": "canary", "share": 0})
    nobody = client.post("/v1/tickets/releases/nobody", json={"stage": "champion"})
    none = client.post("/v1/tickets/rollback", json={})

    assert [one.status_code for one in (stranger, share, nobody, none)] == [409, 400, 404, 409]
    assert all(one.json()["detail"] and one.json()["fix"] for one in (stranger, share, nobody, none))


def test_health_says_fine_and_lists_the_numbers(running_one):
    client, _ = running_one

    found = client.get("/v1/tickets/health")

    assert found.status_code == 200
    assert found.json()["state"] == "fine"
    assert [one["name"] for one in found.json()["numbers"]] == ["failed"]


@pytest.mark.slow
def test_hot_swaps_under_load_fail_nothing_and_mix_nothing():
    found = swaps.run(6, 50, "")

    assert (found["failed"], found["mixed"]) == (0, 0), json.dumps(found)
    assert found["counts"]["refused"] == 1
    assert found["counts"]["swapped"] + found["counts"]["rolled back"] == 5
    assert found["counts"]["checked"] > 50
