"""A topic that comes in known words: told by where texts lie."""

import random

import numpy as np
import pytest
from tests.monitor.conftest import TOPICS, seen, served, text

from luodi.monitor.live import Live
from luodi.monitor.meaning import LEAST_LEARNED, N_DIRECTIONS, Directions
from luodi.monitor.reference import Reference, build
from luodi.monitor.settings import Watching

WIDTH = 96
CENTERS = np.random.default_rng(3).standard_normal((4, WIDTH)) * np.linspace(2, 0.2, WIDTH)
"""Where three known topics lie, and last the one that is new."""


def vectors(rng, which):
    return CENTERS[which] + rng.standard_normal((len(which), WIDTH)) * np.linspace(2, 0.2, WIDTH)


@pytest.fixture(scope="module")
def along():
    rng = np.random.default_rng(1)
    return Directions.learn(vectors(rng, rng.integers(3, size=1_000)))


@pytest.fixture(scope="module")
def watch(along):
    rng, letters = np.random.default_rng(2), random.Random(2)
    places = along.places(vectors(rng, rng.integers(3, size=600)))
    train = [text(letters, letters.choice(list(TOPICS))) for _ in range(600)]
    held_out = [at(seen(letters), place) for place in places]
    return Reference(build(train, held_out, window=600, seed=7, n_draws=8))


def at(one, place):
    return type(one)(**{name: getattr(one, name) for name in one.__dataclass_fields__} | {"meaning": tuple(place)})


def ask(live, along, n, share, seed):
    """Let n requests come, all in known words, so many of which are about what is new; return the ids of those."""
    rng, letters, new = np.random.default_rng(seed), random.Random(seed), set()
    for _ in range(n // 25):
        strange = rng.random(25) < share
        places = along.places(vectors(rng, np.where(strange, 3, rng.integers(3, size=25))))
        for place, is_new in zip(places, strange, strict=True):
            one = served(letters, meaning=place)
            live.see(one)
            new |= {one.id} if is_new else set()
        live.look()
    return new


def raised(live):
    return {one.name for one in live.numbers() if one.state != "fine"}


def test_a_topic_in_known_words_is_told_by_where_its_texts_lie(watch, along):
    live = Live(watch, Watching())
    ask(live, along, 2_000, 0.0, seed=4)
    before = raised(live)

    new = ask(live, along, 500, 0.2, seed=5)

    assert not before
    assert "meaning" in raised(live) <= {"meaning", "topic"}
    shown = live.responsible("meaning")
    assert len(shown) == 5
    assert sum(name in new for name, _ in shown) >= 4


def test_answers_whose_place_is_not_known_move_nothing(watch, along):
    live = Live(watch, Watching())
    ask(live, along, 1_000, 0.0, seed=6)
    letters = random.Random(7)

    for _ in range(500):
        live.see(served(letters))
    live.look()

    assert "meaning" not in raised(live)


def test_directions_are_kept_with_the_bundle_and_few_texts_have_none(along, tmp_path):
    some = vectors(np.random.default_rng(8), np.zeros(5, int))

    along.save(tmp_path)

    assert Directions.of(tmp_path).places(some).tolist() == along.places(some).tolist()
    assert along.places(some).shape == (5, N_DIRECTIONS)
    assert Directions.of(tmp_path / "elsewhere") is None
    assert Directions.learn([[1.0] * WIDTH] * (LEAST_LEARNED - 1)) is None
    assert Directions.learn([()] * 1_000) is None
