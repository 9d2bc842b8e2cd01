"""What is known of visitors besides what they had, and of the moment: the table of users, and the context of events."""

import csv
import json
import random

import pytest

import luodi as package
from luodi.batch import run
from luodi.bundle import open_bundle
from luodi.data.wash import Washer
from luodi.errors import DataError
from luodi.tasks import recommendation

SCENARIO = """\
name = "town"
task = "recommendation"

[define]
train = "events.csv"
tables = { users = "people.csv" }

[options]
context = ["device"]
user_columns = { user = "member" }

[select]
models = ["rec-popular", "rec-people"]
n_resamples = 50

[evaluate]
n_resamples = 200
"""
REGIONS = ("north", "south", "west")


def a_town(folder, *, n_users=400, n_items=60, seed=4, text=SCENARIO):
    """Write a log in which each region has items of its own, as telephones have, and ages and letters mean nothing."""
    rng = random.Random(seed)
    people, rows = [("member", "region", "age", "letter", "mail")], [("user", "item", "time", "device")]
    for n in range(n_users):
        region, begin = rng.choice(REGIONS), rng.randrange(100_000)
        people.append((f"u{n}", region, rng.randint(18, 80), rng.choice("abc"), f"person{n}@example.org"))
        for step in range(rng.randint(2, 5)):
            device = rng.choice(("phone", "desk"))
            turn = rng.random()
            first = REGIONS.index(region) * 15 if turn < 0.6 else 45 if device == "phone" and turn < 0.8 else None
            item = rng.randrange(n_items) if first is None else first + int(15 * rng.random() ** 2)
            rows.append((f"u{n}", f"i{item}", begin + 10 * step, device))
    people += [
        ("u1", "south", 33, "a", "twice@example.org"),
        ("sleeper", "west", 40, "b", "s@example.org"),
        ("", "west", 1, "a", ""),
    ]
    folder.mkdir()
    (folder / "scenario.toml").write_text(text, encoding="utf-8")
    for name, table in (("people.csv", people), ("events.csv", rows)):
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(table)
    return folder


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    return package.run(package.load(a_town(tmp_path_factory.mktemp("people") / "town")))


def shown(client, **request):
    answer = client.post("/predict", json=request)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def regions_of(items):
    return [int(one["id"][1:]) // 15 for one in items]


def test_a_visitor_without_a_history_is_recommended_better_than_popularity_could(done):
    facts = done.artifacts["evaluate"].facts

    assert facts["model"] == "rec-people"
    assert facts["baselines"]["rec-popular"]["gain_low"] > 0.02
    assert facts["slices"]["history"]["new"]["n"] > 15


def test_what_helps_has_weight_and_what_means_nothing_has_less(done):
    session = open_bundle(done.artifacts["deploy"].path).session
    traits = session.shelf.traits

    weight = {traits.told(n): float(session.people.weights[n]) for n in range(len(traits))}

    assert weight["region", "north"] > max(weight["letter", one] for one in "abc")
    assert weight["device", "phone"] > 0


def test_strangers_are_told_apart_by_what_they_say_of_themselves(client):
    for n, region in enumerate(REGIONS):
        items = shown(client, about={"region": region}, k=5)

        assert regions_of(items).count(n) >= 4
        assert {"because": "people", "shared": {"region": region}}.items() <= items[0].items()


def test_the_table_says_who_somebody_is_and_the_request_says_it_better(client):
    asleep, moved = shown(client, user="sleeper", k=5), shown(client, user="sleeper", about={"region": "north"}, k=5)

    assert regions_of(asleep).count(2) >= 4 and regions_of(moved).count(0) >= 4


def test_the_moment_counts_and_is_told(client):
    on = {one: shown(client, context={"device": one}, k=20) for one in ("phone", "desk")}

    n_of = {one: regions_of(items).count(3) for one, items in on.items()}
    assert n_of["phone"] > n_of["desk"]
    assert any(one["because"] == "moment" and one["shared"] == {"device": "phone"} for one in on["phone"])


@pytest.mark.parametrize(
    ("body", "what"),
    [
        pytest.param({"about": {"regoin": "north"}}, "no column of about is called 'regoin'", id="about"),
        pytest.param({"context": {"page": "home"}}, "no column of context is called 'page'", id="context"),
    ],
)
def test_a_column_that_is_not_known_is_refused_and_those_that_are_are_named(client, body, what):
    answer = client.post("/predict", json=body)

    detail = answer.json()["detail"]
    assert answer.status_code == 422 and what in detail and ("region" in detail or "device" in detail)


@pytest.mark.parametrize("body", [{"about": "north"}, {"about": {"region": ["north"]}}], ids=["a text", "a list"])
def test_what_is_no_table_of_values_is_refused(client, body):
    assert client.post("/predict", json=body).status_code == 400


def test_a_value_that_nobody_has_says_nothing(client):
    assert [one["id"] for one in shown(client, about={"region": "moon", "age": "old"})] == [
        one["id"] for one in shown(client)
    ]


def test_a_question_carries_the_context_of_the_first_event_that_follows_and_of_no_other(done):
    prepared = done.artifacts["prepare"].path
    with (done.scenario.root / "events.csv").open(encoding="utf-8", newline="") as file:
        events = list(csv.DictReader(file))
    n = 0
    for line in (prepared / "test.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        mine = [one for one in events if one["user"] == row["request"]["user"]]
        mine.sort(key=lambda one: int(one["time"]))
        following = mine[len(row["request"]["items"])]
        assert row["request"]["context"] == {"device": following["device"]}
        n += int(following["time"]) == row["request"]["at"]
    assert n > 30


def test_nothing_that_fewer_people_share_is_kept_anywhere(done):
    for step in ("prepare", "finetune", "evaluate", "deploy"):
        for path in done.artifacts[step].path.rglob("*"):
            assert not path.is_file() or b"@example.org" not in path.read_bytes(), path


def test_the_profile_says_how_the_table_was_read(done):
    facts = done.artifacts["prepare"].facts

    assert facts["people"] == {"rows": 402, "unusable": 1, "forgotten": 0, "repeated": 1}
    assert facts["users"] == 400
    assert facts["traits"]["people"]["region"] == 3 and facts["traits"]["context"] == {"device": 2}
    assert 2 <= facts["traits"]["people"]["age"] <= 6 and "mail" not in facts["traits"]["people"]


def test_the_report_has_a_group_for_each_value_and_one_for_those_who_did_not_say(done, luodi):
    slices = done.artifacts["evaluate"].facts["slices"]

    assert set(slices["region"]) == set(REGIONS)
    assert all(one["low"] <= one["value"] <= one["high"] for one in slices["region"].values())
    page = luodi("report", done.scenario.root)
    assert page.code == 0 and "region" in next(done.scenario.home.rglob("*.html")).read_text(encoding="utf-8")


def test_the_card_says_what_is_kept_of_the_table(done):
    card = (done.artifacts["deploy"].path / "card.md").read_text(encoding="utf-8")

    assert "`region`" in card and "mail" not in card


def test_the_last_row_of_a_user_is_taken(done):
    shelf = open_bundle(done.artifacts["deploy"].path).session.shelf

    assert ("region", "south") in {shelf.traits.told(int(n)) for n in shelf.people.row(shelf.user("u1"))[0]}


@pytest.mark.parametrize(
    ("old", "new", "what", "fix"),
    [
        pytest.param('user = "member"', 'user = "visitor"', "'visitor'", "user_columns", id="user"),
        pytest.param(
            'user = "member"', 'user = "member", zone = "regoin"', "'regoin'", "did you mean 'region'", id="column"
        ),
        pytest.param('["device"]', '["divice"]', "'divice'", "did you mean 'device'", id="context"),
        pytest.param('["device"]', '["item"]', "'item' is no context", "before an event", id="what is asked for"),
        pytest.param('["device"]', '["device"]\nabout = ["zone"]', "'zone'", "[options] about", id="about"),
    ],
)
def test_a_column_that_is_not_there_is_told_with_what_to_write(tmp_path, old, new, what, fix):
    folder = a_town(tmp_path / "bad", n_users=20, text=SCENARIO.replace(old, new))

    with pytest.raises(DataError) as caught:
        package.run(package.load(folder), until="prepare")

    assert what in caught.value.what and fix in caught.value.fix and caught.value.where


def test_whoever_is_forgotten_leaves_no_row_in_a_model_and_comes_in_none_again(luodi, tmp_path):
    folder = a_town(tmp_path / "town", n_users=120)
    first = package.run(package.load(folder))
    people = first.artifacts["deploy"].path / "model" / "people.json"
    assert "about:sleeper" in people.read_text(encoding="utf-8")

    told = luodi("forget", folder, "sleeper", "mail=person7@example.org", "--yes")

    kept = people.read_text(encoding="utf-8")
    assert told.code == 0 and "about:sleeper" not in kept and '"about:u7"' not in kept and '"about:u8"' in kept
    open_bundle(first.artifacts["deploy"].path).replay()
    again = package.run(package.load(folder), until="prepare").artifacts["prepare"]
    assert again.facts["people"]["forgotten"] == 2
    assert not {"sleeper", "u7"} & set(json.loads((again.path / "log" / "events.json").read_text("utf-8"))["users"])


def test_a_file_of_strangers_says_of_each_who_it_is(bundle, tmp_path):
    source, target = tmp_path / "strangers.jsonl", tmp_path / "answers.csv"
    source.write_text(
        "".join(json.dumps({"user": "", "about": {"region": one}, "k": 3}) + "\n" for one in REGIONS), encoding="utf-8"
    )

    run.predict(bundle.path, [str(source)], target)

    rows = list(csv.DictReader(target.read_text(encoding="utf-8").splitlines()))
    assert len({row["items"] for row in rows}) == 3 and all(not row["error"] for row in rows)


def test_personal_data_in_what_is_said_of_a_visitor_is_masked_like_any_text():
    asked = recommendation.Request(about={"interest": "write to ann@example.org", "age": 31.0})

    washed = Washer(None, "mask").wash(asked)

    assert "ann@example.org" not in str(washed.about) and washed.about["age"] == 31.0
    assert Washer(None, "mask").wash(recommendation.Request(about={"region": "north"})).about == {"region": "north"}
