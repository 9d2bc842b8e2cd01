"""The review queue over HTTP: what waits, what people say, who may give a new label, and challenges."""

import time

import pytest


@pytest.fixture(scope="module")
def reviewed(serve, make_bundle, tmp_path_factory):
    """A server, all of whose answers wait for a review."""
    folder = tmp_path_factory.mktemp("reviewed")
    rules = {"share": 1.0, "second": 0.0}
    with serve(folder / "home", make_bundle(folder / "b", "tickets", review=rules)) as one:
        yield one


@pytest.fixture
def desk(reviewed):
    with reviewed.client() as one:
        yield one


def waits(desk, n=1, **params):
    """Return what waits, as soon as so much of it does."""
    for _ in range(200):
        found = desk.get("/queue", params=params).raise_for_status().json()
        if found["waiting"] >= n:
            return found
        time.sleep(0.05)
    raise AssertionError(found)


@pytest.fixture
def asked(reviewed, desk):
    """An answer that waits: its id."""
    before = desk.get("/queue").json()["waiting"]
    with reviewed.client("data") as data:
        made = data.post("/predict", json={"text": f"my card was swallowed {time.monotonic_ns()}"}).json()["id"]
    waits(desk, before + 1)
    return made


def test_an_answer_waits_with_all_that_a_person_needs(desk, asked):
    found = desk.get("/queue", params={"limit": 500}).json()

    item = next(one for one in found["items"] if one["request_id"] == asked)
    assert found["labels"] == ["lost card", "refund"]
    assert (item["reason"], item["label"], item["reviews"]) == ("sampled", "lost card", [])
    assert item["request"]["text"].startswith("my card") and item["scores"] == {"lost card": 0.7, "refund": 0.3}


def test_what_somebody_says_is_decided_and_no_longer_waits(desk, asked):
    before = desk.get("/reviews/summary").json()["decided"]

    said = desk.post("/v1/tickets/reviews", json={"request_id": asked, "label": "refund"})

    assert (said.status_code, said.json()) == (201, {"state": "decided", "label": "refund"})
    assert asked not in {one["request_id"] for one in desk.get("/queue", params={"limit": 500}).json()["items"]}
    assert desk.get("/reviews/summary").json()["decided"] == before + 1


def test_a_reviewer_gives_no_new_label_and_an_administrator_does(reviewed, desk, asked, said):
    key = desk.post("/keys", json={"name": "ann", "scopes": ["review"]}).json()["key"]
    new = {"request_id": asked, "label": "lost crad"}
    with reviewed.client(key=key) as ann:
        problem = said(ann.post("/reviews", json=new), 422)
        assert ann.post("/reviews", json=new | {"label": "lost card"}).status_code == 201

    assert "lost card" in problem["fix"]
    assert desk.post("/reviews", json=new).json() == {"state": "decided", "label": "lost crad"}


@pytest.mark.parametrize("name", ["01k0000000000000000000000z", "../../token", ""])
def test_what_does_not_wait_cannot_be_reviewed(desk, said, name):
    said(desk.post("/reviews", json={"request_id": name, "label": "refund"}), 404)


def test_a_note_or_a_label_that_is_too_long_is_refused(desk, asked, said):
    said(desk.post("/reviews", json={"request_id": asked, "label": "x" * 501}), 400)
    said(desk.post("/reviews", json={"request_id": asked, "label": "refund", "note": "x" * 2_001}), 400)


def test_a_bundle_without_its_scenario_cannot_be_challenged(desk, said):
    assert desk.get("/challenges").json() == {"challenges": [], "running": False}
    said(desk.post("/challenges", json={}), 409)
    said(desk.post("/challenges", json={"stage": "king"}), 400)


def test_where_nothing_is_kept_the_queue_says_so(serve, make_bundle, tmp_path):
    bundle = make_bundle(tmp_path / "b", "secret", record="none", review={"share": 1.0})
    with serve(tmp_path / "home", bundle) as server, server.client("data") as data, server.client() as desk:
        data.post("/predict", json={"text": "nobody may know"})
        time.sleep(1)

        found = desk.get("/queue").json()

    assert found["waiting"] == 0 and 'record = "none"' in found["why"]
