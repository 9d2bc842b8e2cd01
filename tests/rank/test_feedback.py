"""What was shown, and what was taken of it, comes through the service into the ledger and out of it as tables."""

import csv

import pytest
from starlette.testclient import TestClient
from tests.rank.conftest import TOKEN
from tests.rank.test_run import SCENARIO, write

import luodi as package
from luodi.bundle import open_bundle
from luodi.ledger.ledger import open_ledger
from luodi.serve.app import make_app
from luodi.serve.auth import Token
from luodi.serve.limits import Hosts, Limits
from luodi.serve.server import Running, service_of


@pytest.fixture(scope="module")
def folder(log, tmp_path_factory):
    """A finished run whose lists owe half of their exposure to one seller."""
    text = SCENARIO.replace('fair = "seller"', 'fair = "seller"\nexposure = { seller = { b = 0.5 } }')
    made = write(tmp_path_factory.mktemp("feedback") / "small", log, text=text)
    package.run(package.load(made))
    return made


@pytest.fixture
def client(folder):
    bundle = open_bundle(package.runner.latest(package.load(folder))["deploy"].path)
    service = service_of(
        [bundle],
        token=Token(value=TOKEN, given=True),
        hosts=Hosts("testserver"),
        limits=Limits(),
        ledger=open_ledger(folder / ".luodi"),
    )
    with TestClient(Running(make_app(service), service), headers={"authorization": f"Bearer {TOKEN}"}) as made:
        yield made


def say(client, key, **body):
    return client.post("/feedback", json=body, headers={"Idempotency-Key": key})


def exported(luodi, folder, what):
    out = folder / f"exported-{what}.csv"
    assert luodi("ledger", folder, "export", "--what", what, "--out", out).code == 0
    with out.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_what_was_taken_is_a_reward_of_what_was_shown_and_an_event_to_learn_from(client, luodi, folder):
    answer = client.post("/predict", json={"user": "u1", "k": 3}).json()
    first, _, last = (one["id"] for one in answer["items"])

    made = say(client, "1", id=answer["id"], item=last, kind="buy")
    again = say(client, "1", id=answer["id"], item=last, kind="buy")

    assert (made.status_code, again.status_code) == (201, 200)
    rows = [one for one in exported(luodi, folder, "impressions") if one["request_id"] == answer["id"]]
    assert [(one["item"], one["reward"]) for one in rows][::2] == [(first, "0"), (last, "1")]
    assert [float(one["propensity"]) for one in rows] == pytest.approx([1 / 3] * 3)
    taken = exported(luodi, folder, "clicks")[-1]
    assert (taken["user"], taken["item"], taken["kind"]) == ("u1", last, "buy")


@pytest.mark.parametrize(
    ("body", "what"),
    [
        pytest.param({"item": "i1", "right": True}, "two things", id="two things"),
        pytest.param({"right": True, "kind": "buy"}, "belongs to an item", id="a kind of nothing"),
        pytest.param({"item": "i" * 300}, "too long", id="long"),
    ],
)
def test_feedback_that_says_nothing_clear_is_refused(client, body, what):
    answer = client.post("/predict", json={"user": "u1"}).json()

    told = say(client, what, id=answer["id"], **body)

    assert told.status_code == 400 and what in told.json()["detail"]


def test_places_that_chance_fills_say_so(client):
    made = client.post("/predict", json={"user": "u1", "k": 5, "explore": 1.0}).json()["items"]

    assert {one["because"] for one in made} == {"chance"} and len({one["id"] for one in made}) == 5
    assert all(0 < one["propensity"] < 0.2 for one in made)


def test_a_visitor_can_say_what_to_leave_out_what_to_show_less_of_and_how_varied(client):
    first = client.post("/predict", json={"user": "u1"}).json()["items"]

    without = client.post("/predict", json={"user": "u1", "exclude": [first[0]["id"]]}).json()["items"]
    less = client.post("/predict", json={"user": "u1", "less_like": [first[0]["id"]]}).json()["items"]
    varied = client.post("/predict", json={"user": "u1", "diversity": 0.9}).json()["items"]

    assert first[0]["id"] not in {one["id"] for one in without}
    assert first[0]["id"] not in {one["id"] for one in less[:5]}
    assert [one["id"] for one in varied] != [one["id"] for one in first]


def test_every_list_gives_a_group_the_share_that_it_is_owed(client, log):
    numbers = {item: n for n, item in enumerate(log.items)}
    weights = [1.0, 0.631, 0.5, 0.431, 0.387, 0.356, 0.333, 0.315, 0.301, 0.289]

    answers = client.post("/predict", json=[{"user": f"u{n}"} for n in range(10)]).json()

    for answer in answers:
        items = [one["id"] for one in answer["items"]]
        mine = sum(w for w, one in zip(weights, items, strict=True) if numbers[one] % 2)
        assert mine / sum(weights) >= 0.499


@pytest.mark.parametrize(
    ("options", "what"),
    [
        pytest.param('exposure = { maker = { b = 0.5 } }', "'maker'", id="column"),
        pytest.param('exposure = { seller = { c = 0.5 } }', "'c'", id="value"),
        pytest.param('exposure = { seller = { a = 0.7, b = 0.5 } }', "add up to 1.2", id="sum"),
        pytest.param('exposure = { seller = { b = 1.5 } }', "a share of 1.5", id="share"),
    ],
)  # fmt: skip
def test_shares_that_cannot_be_given_are_refused(log, tmp_path, options, what):
    folder = write(tmp_path / "bad", log, text=SCENARIO.replace('fair = "seller"', options))

    with pytest.raises(package.errors.DataError) as caught:
        package.run(package.load(folder), until="prepare")

    assert what in str(caught.value) and "[options] exposure" in caught.value.where
