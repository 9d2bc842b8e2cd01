"""A log of events to a verdict, a service and a file of answers."""

import csv
import json

import pytest

import luodi as package
from luodi.batch import run
from luodi.bundle import open_bundle
from luodi.errors import DataError, Faults

SCENARIO = """\
name = "small"
task = "recommendation"

[define]
train = "events.csv"
tables = { items = "items.csv", links = "friends.csv", impressions = "impressions.csv" }
succeed = { "ranking.recall_at_10" = 0.2 }

[options]
split = "leave-one-out"
fair = "seller"
min_together = 2

[prepare]
columns = { user = "customer" }

[select]
models = ["rec-popular", "rec-item-knn", "rec-friends"]
n_resamples = 50

[evaluate]
n_resamples = 50
"""


def write(folder, log, *, text=SCENARIO):
    """Write the log of the other tests as a shop would have it, with one row that is of no use."""
    tables = {
        "events.csv": [("customer", "item", "time")]
        + [(log.users[u], log.items[i], t) for u, i, t in zip(log.user, log.item, log.time, strict=True)]
        + [("", "i1", "5")],
        "items.csv": [("item", "title", "category", "price", "stock", "seller")]
        + [
            (item, *(log.table[name][n] for name in ("title", "category", "price", "stock")), "ab"[n % 2])
            for n, item in enumerate(log.items)
        ],
        "friends.csv": [("user", "friend"), *((log.users[a], log.users[b]) for a, b in log.links), ("u1", "stranger")],
        "impressions.csv": [("user", "item", "propensity", "reward")]
        + [(user, log.items[n % 7], 0.25, n % 2) for n, user in enumerate(log.users)],
    }
    folder.mkdir()
    (folder / "scenario.toml").write_text(text, encoding="utf-8")
    for name, rows in tables.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
    return folder


@pytest.fixture(scope="module")
def done(log, tmp_path_factory):
    """A finished run."""
    return package.run(package.load(write(tmp_path_factory.mktemp("run") / "small", log)))


def test_a_run_ends_in_a_verdict_and_every_row_is_kept_or_listed(done):
    rows = done.artifacts["prepare"].facts["rows"]

    assert done.verdict.word in {"MET", "NOT MET"}
    assert rows["in"] == rows["kept"] + rows["rejected"]
    assert done.artifacts["prepare"].facts["rejected"] == {"no user": 1}


def test_the_exam_says_what_a_business_asks(done):
    facts = done.artifacts["evaluate"].facts

    assert set(facts["beyond"]["exposure"]) == {"a", "b"}
    assert facts["beyond"]["revenue_per_1000"] > 0 and 0 < facts["beyond"]["coverage"] <= 1
    assert facts["ab_test"]["n_per_arm"] > 0
    assert set(facts["off_policy"]) >= {"ips", "snips", "dr", "logged", "n", "worth"}
    assert {"rec-popular", "rec-item-knn"} & set(facts["baselines"]) and "history" in facts["slices"]


def test_the_service_agrees_with_the_exam(done):
    assert done.artifacts["deploy"].facts["served_agree"] == 1.0


def test_nothing_that_came_later_is_learned_or_shown_to_the_exam(done, log):
    prepared = done.artifacts["prepare"].path
    for part, back in (("dev", 2), ("test", 1)):
        for line in (prepared / f"{part}.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            user = log.users.index(row["x"]["user"])
            mine = [log.items[n] for n in log.item[log.user == user]]
            assert row["x"]["items"] == mine[:-back] and row["y"] == [mine[-back]]


def test_a_known_visitor_a_session_and_a_stranger_are_answered(client, log):
    asked = [{"user": "u1"}, {"session": [log.items[2]], "k": 3, "diversity": 0.5}, {"user": "nobody"}]

    answers = client.post("/predict", json=asked).json()

    assert [len(one["items"]) for one in answers] == [10, 3, 10]
    assert all(item["because"] for one in answers for item in one["items"])
    assert log.items[2] not in {item["id"] for item in answers[1]["items"]}


@pytest.mark.parametrize("body", [{"k": 0}, {"diversity": 2}], ids=["k", "diversity"])
def test_a_request_out_of_bounds_is_refused_with_its_reason(client, body):
    answer = client.post("/predict", json=body)

    assert answer.status_code == 422 and next(iter(body)) in answer.json()["detail"]


@pytest.mark.parametrize("body", [{"users": "u1"}, {"user": 5}, {"items": "i1"}], ids=["unknown", "number", "text"])
def test_a_request_of_another_shape_is_refused(client, body):
    assert client.post("/predict", json=body).status_code == 400


def test_a_recommendation_is_explained_by_its_own_reasons(client):
    made = client.post("/explain", json={"user": "u1", "k": 3}).json()

    assert made["method"] == "reasons" and made["tokens"] == []
    assert len(made["answer"]["items"]) == 3 and all(one["because"] for one in made["answer"]["items"])


def test_a_file_of_visitors_is_answered_row_by_row(bundle, tmp_path):
    source, target = tmp_path / "visitors.csv", tmp_path / "answers.csv"
    source.write_text("user,session,k\nu1,,2\n,i2|i4,3\nnobody,,\n", encoding="utf-8")

    counts = run.predict(bundle.path, [str(source)], target)

    rows = list(csv.DictReader(target.read_text(encoding="utf-8").splitlines()))
    assert counts["rows"] == 3 and [len(row["items"].split("|")) for row in rows] == [2, 3, 10]


def test_a_number_that_is_none_is_told_with_its_column(bundle, tmp_path):
    source = tmp_path / "visitors.csv"
    source.write_text("user,k\nu1,many\n", encoding="utf-8")

    with pytest.raises(DataError, match="no number for 'k'"):
        run.predict(bundle.path, [str(source)], tmp_path / "out.csv")


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        pytest.param('links = "friends.csv"', 'link = "friends.csv"', "no use for a table 'link'", id="table"),
        pytest.param('"items.csv"', '"item.csv"', "'item.csv' does not exist", id="file"),
    ],
)
def test_a_table_that_is_not_known_or_not_there_is_refused_early(log, tmp_path, old, new, what):
    folder = write(tmp_path / "bad", log, text=SCENARIO.replace(old, new))

    with pytest.raises(Faults) as caught:
        package.load(folder)

    assert what in str(caught.value)


@pytest.mark.parametrize(
    ("columns", "what"),
    [
        pytest.param('user = "buyer"', "no column is called 'buyer'", id="user"),
        pytest.param('user = "customer", item = "product"', "no column is called 'product'", id="item"),
    ],
)
def test_a_column_that_is_not_there_is_told_with_what_to_write(log, tmp_path, columns, what):
    text = SCENARIO.replace('user = "customer"', columns)
    folder = write(tmp_path / "bad", log, text=text)

    with pytest.raises(DataError) as caught:
        package.run(package.load(folder), until="prepare")

    assert what in caught.value.what and "[prepare] columns" in caught.value.fix


def test_the_command_restocks_a_bundle_that_is_served_like_any_other(luodi, done, tmp_path):
    table = tmp_path / "items.csv"
    table.write_text("item,title,category,price,stock\nfresh,zone a,even,5,yes\ni2,gone,even,5,no\n", encoding="utf-8")

    told = luodi("restock", done.scenario.root, table, "--out", tmp_path / "today")

    bundle = open_bundle(tmp_path / "today")
    bundle.replay()
    shown = {one.id for one in bundle.answer([bundle.task.Request(k=100)])[0].items}
    assert told.code == 0 and "2 rows read, 1 new item" in told.out
    assert "fresh" in shown and "i2" not in shown


@pytest.mark.parametrize("column", ["id", "product"])
def test_an_item_table_without_ids_is_refused(refused, done, tmp_path, column):
    table = tmp_path / "items.csv"
    table.write_text(f"{column},title\na,b\n", encoding="utf-8")

    told = refused("restock", done.scenario.root, table, "--out", tmp_path / "today")

    assert "no column is called 'item'" in told
