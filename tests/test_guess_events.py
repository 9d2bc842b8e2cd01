"""`luodi new` from a log of events: who did something to what, and what lies beside it."""

import csv
import random
import tomllib

import pytest

from luodi import guess_events
from luodi.errors import DataError


def write(path, head, rows):
    """Write a table."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    return path


def events(n=200, seed=3):
    """Return rows of a shop's log."""
    rng = random.Random(seed)
    return [
        (f"c{rng.randrange(30)}", f"p{rng.randrange(20)}", f"2026-01-{n % 28 + 1:02}", rng.choice(["view", "buy"]))
        for n in range(n)
    ]


def read(answers):
    return tomllib.loads(answers.text.replace("NAME", '"x"', 1))


def test_a_log_is_recognized_with_its_columns_and_what_each_kind_counts(tmp_path, luodi):
    data = write(tmp_path / "log.csv", ("customer", "sku", "date", "action"), events())

    told = luodi("new", tmp_path / "shop", "--data", data, "--yes")
    made = tomllib.loads((tmp_path / "shop" / "scenario.toml").read_text(encoding="utf-8"))

    assert told.code == 0 and luodi("check", tmp_path / "shop").code == 0
    assert made["task"] == "recommendation" and made["options"]["kinds"] == {"view": 1, "buy": 3}
    assert made["prepare"]["columns"] == {"user": "customer", "item": "sku", "time": "date", "kind": "action"}


def test_tables_of_items_and_of_friends_beside_the_log_are_found(tmp_path):
    data = write(tmp_path / "log.csv", ("user", "item", "time"), [row[:3] for row in events()])
    write(tmp_path / "goods.csv", ("id", "name", "genre"), [(f"p{n}", f"thing {n}", "ab"[n % 2]) for n in range(20)])
    write(tmp_path / "friends.csv", ("one", "other"), [(f"c{n}", f"c{n + 1}") for n in range(29)])
    write(tmp_path / "notes.csv", ("line", "note"), [(n, "nothing") for n in range(5)])

    made = read(guess_events.look(str(data), tmp_path / "new"))

    assert made["define"]["tables"] == {"items": "../goods.csv", "links": "../friends.csv"}
    assert made["options"]["item_columns"] == {"item": "id", "title": "name", "category": "genre"}
    assert made["options"]["link_columns"] == {"user": "one", "friend": "other"}


def test_low_ratings_are_no_recommendation(tmp_path):
    rows = [(user, item, n % 5 + 1, 1_700_000_000 + n) for n, (user, item, *_) in enumerate(events())]
    data = write(tmp_path / "ratings.csv", ("userId", "movieId", "rating", "timestamp"), rows)

    made = read(guess_events.look(str(data), tmp_path / "new"))

    assert made["options"]["min_weight"] == 3.5
    assert made["prepare"]["columns"]["weight"] == "rating" and made["prepare"]["columns"]["time"] == "timestamp"


def test_without_times_the_last_event_of_each_user_is_asked_for(tmp_path):
    data = write(tmp_path / "log.csv", ("user", "item"), [row[:2] for row in events()])

    assert read(guess_events.look(str(data), tmp_path / "new"))["options"]["split"] == "leave-one-out"


@pytest.mark.parametrize(
    ("head", "row"),
    [
        pytest.param(("user", "text"), lambda n: (f"u{n % 3}", "hello"), id="no item"),
        pytest.param(("user", "item"), lambda n: (f"u{n}", f"i{n}"), id="nothing comes again"),
        pytest.param(("user", "product", "review"), lambda n: (f"u{n % 9}", f"i{n % 7}", f"{n} " * 30), id="reviews"),
    ],
)
def test_what_is_no_log_is_left_to_other_guesses(tmp_path, head, row):
    data = write(tmp_path / "table.csv", head, map(row, range(60)))

    assert guess_events.look(str(data), tmp_path / "new") is None


def test_a_log_that_is_said_to_be_one_needs_a_user_and_an_item(tmp_path):
    data = write(tmp_path / "log.csv", ("who", "item"), [("a", "b"), ("c", "d")])

    with pytest.raises(DataError, match="looks like the user") as caught:
        guess_events.look(str(data), tmp_path / "new", sure=True)

    assert "who, item" in caught.value.fix


def test_a_table_of_users_beside_the_log_is_found(tmp_path, luodi):
    data = write(tmp_path / "log.csv", ("customer", "item", "time"), [row[:3] for row in events()])
    write(tmp_path / "goods.csv", ("item", "title"), [(f"p{n}", f"thing {n}") for n in range(20)])
    write(tmp_path / "members.csv", ("id", "region"), [(f"c{n}", "ab"[n % 2]) for n in range(40)])

    told = luodi("new", tmp_path / "shop", "--data", data, "--yes")
    made = tomllib.loads((tmp_path / "shop" / "scenario.toml").read_text(encoding="utf-8"))

    assert told.code == 0 and luodi("check", tmp_path / "shop").code == 0
    assert made["define"]["tables"] == {"items": "../goods.csv", "users": "../members.csv"}
    assert made["options"]["user_columns"] == {"user": "id"}
