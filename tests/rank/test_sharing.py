"""How a table of people, and columns of a log, become traits that many share."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.runtime.engine_recommender import Recommender, Rules
from luodi.runtime.scorers import Padded
from luodi.train import logs, peopling, sharing
from luodi.train.events import Events
from luodi.train.lesson import Lesson
from luodi.train.restock import restocked

LEAST = 5


def learned(cells, **more):
    return sharing.column("it", cells, range(len(cells)), least=LEAST, **more)


@pytest.mark.parametrize(
    ("cells", "by", "names"),
    [
        pytest.param(["north"] * 9 + ["south"] * 5 + ["west"] * 4, "values", ("north", "south"), id="values"),
        pytest.param(["tea|books"] * 5 + ["tea"] * 2, "values", ("tea", "books"), id="several in a cell"),
        pytest.param(["1"] * 6 + ["2"] * 6, "values", ("1", "2"), id="numbers that are names"),
        pytest.param(list(range(15)), "ranges", ("below 5", "5 to 10", "10 or more"), id="numbers"),
        pytest.param([f"I like tea and {n} things" for n in range(6)] + [f"books, {n} of them" for n in range(14)],
                     "words", ("and", "i", "like", "tea", "things"), id="texts"),
    ],
)  # fmt: skip
def test_a_column_is_told_by_what_people_share(cells, by, names):
    made = learned(cells)

    assert made.by == by and made.names == names


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param([f"person{n}@mail.example" for n in range(4)], id="few"),
        pytest.param([f"Ann {n}" for n in range(40)], id="names"),
        pytest.param(["", None] * 20, id="empty"),
        pytest.param([7.5 + n for n in range(9)], id="too few for two ranges"),
    ],
)
def test_what_nobody_shares_is_no_trait(cells):
    assert learned(cells) is None


def test_a_column_of_the_log_is_never_read_by_its_words():
    assert learned([f"a page about tea and {n} things" for n in range(9)], texts=False) is None


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=80), st.integers(2, 9))
def test_every_range_has_enough_people_and_every_number_a_range(values, least):
    made = sharing.column("it", values, range(len(values)), least=least)

    if made is not None and made.by == "ranges":
        found = [made.within(value)[0] for value in values]
        assert len(made.names) == len(made.edges) + 1
        assert min(np.bincount(found, minlength=len(made.names))) >= least


def test_a_person_with_many_events_counts_once():
    assert sharing.column("it", ["rare"] * 20, [7] * 20, least=LEAST) is None


@pytest.fixture(scope="module")
def lesson():
    """Eighty people of two teams, each with items of its own; the last twenty are known by the table alone."""
    rng, gatherer = random.Random(3), logs.Gatherer(["device"])
    for user in range(60):
        for step in range(4):
            device = rng.choice(["phone", "desk"])
            item = 2 * rng.randrange(10) + user % 2 if device == "desk" else 20 + rng.randrange(3)
            gatherer.add(f"u{user}", f"i{item}", step, context=[device])
    table = {"team": [("red", "blue")[n % 2] for n in range(80)]}
    users = [f"u{n}" for n in range(80)]
    log = logs.with_users(gatherer.events(), users)
    whole, train = sharing.shared(log, log.only(log.time < 4), gatherer, table, users, least=LEAST)
    return Lesson(train=train, log=whole, rules=Rules())


def test_a_log_is_read_back_with_its_people_and_moments(lesson, tmp_path):
    lesson.log.save(tmp_path)

    again = Events.load(tmp_path)

    assert again.users == lesson.log.users and again.traits.as_json() == lesson.log.traits.as_json()
    assert np.array_equal(again.moments, lesson.log.moments) and len(again.people) == 80
    assert np.array_equal(again.people.columns, lesson.log.people.columns)


def test_counts_of_people_and_of_moments_are_those_of_the_log(lesson):
    items = np.arange(len(lesson.log.items), dtype=np.int32)
    traits = [lesson.log.traits.told(n) for n in range(len(lesson.log.traits))]

    made = peopling.counted(lesson.train, items)

    phone = traits.index(("device", "phone"))
    had = {lesson.log.items[n]: int(made.there[phone, n]) for n in items}
    assert all(n == 0 for item, n in had.items() if int(item[1:]) < 20)
    assert made.there[phone].sum() == (lesson.train.moments[:, 0] == phone).sum()
    assert made.expected.sum(axis=1) == pytest.approx(made.there.sum(axis=1))
    assert (made.people <= made.there).all()


def test_a_catalogue_that_grows_keeps_what_people_like(lesson, tmp_path):
    dev = [
        ({"user": f"u{n}", "items": [], "context": {"device": "desk"}}, frozenset({f"i{n % 2}"})) for n in range(60, 80)
    ]
    scorer, _ = peopling.people(lesson, dev)
    lesson.recommender(scorer).save(tmp_path)
    before = Recommender.load(tmp_path)

    after = restocked(before, ["new"], {"title": ["something new"]})

    assert isinstance(after.scorer, Padded) and after.people is not None
    for user in ("u60", "u61"):
        first, then = (
            one.predict([{"user": user, "context": {"device": "desk"}, "k": 3}])[0] for one in (before, after)
        )
        assert [one["id"] for one in then] == [one["id"] for one in first]
        assert then[0]["because"] in {"people", "moment"} and then[0]["shared"] == first[0]["shared"]
