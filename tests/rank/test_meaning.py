"""Item texts as vectors, and which of them lead to which."""

import numpy as np
import pytest

from luodi.contracts import Recipe
from luodi.models.rec_text import MODEL as TEXT
from luodi.runtime.engine_recommender import Recommender, Rules
from luodi.runtime.scorer_text import Meanings
from luodi.runtime.scorers import Blend, Padded, Popular, Visit, scorer_of
from luodi.train import logs, meaning
from luodi.train.lesson import Lesson
from luodi.train.restock import restocked

WIDTH = 12
TITLES = ["green tea", "teapot", "hammer", "screwdriver"]


def a_cycle(n_users=80, n_kinds=6, n_items=90, seed=0):
    """Return a lesson whose visitors go from kind to kind in a circle, dev pairs, and a vector by each item's kind.

    The last 30 items are in nobody's history but those of dev.
    """
    rng = np.random.default_rng(seed)
    gatherer = logs.Gatherer()
    for item in range(n_items):
        gatherer.add("all", f"i{item}", 0)
    for user in range(n_users):
        kind = int(rng.integers(n_kinds))
        for step in range(6):
            gatherer.add(f"u{user}", f"i{(kind + step) % n_kinds + n_kinds * int(rng.integers(10))}", step)
    log = gatherer.events(table={"title": [f"thing {n}" for n in range(n_items)]})
    train = log.only(log.user > 0)
    kinds = np.arange(n_items) % n_kinds
    vectors = np.eye(WIDTH, dtype=np.float32)[kinds] + 0.05 * rng.standard_normal((n_items, WIDTH)).astype(np.float32)
    dev = []
    for n in range(60):
        right = frozenset(f"i{one}" for one in range(60, n_items) if one % n_kinds == (n + 1) % n_kinds)
        dev.append(({"user": "", "items": [f"i{n % n_kinds}"]}, right))
    return Lesson(train=train, log=log, rules=Rules()), dev, vectors


def test_a_map_learns_what_leads_to_what_also_to_items_that_nobody_touched():
    lesson, dev, vectors = a_cycle()

    made, facts = meaning.mapped(lesson, dev, vectors)

    best = made.scores([Visit(-1, np.array([0]))])[0].argsort()[::-1][:15]
    assert set(best % 6) == {1} and (best >= 60).any()
    assert facts["map"] != "alike"


def test_without_a_single_step_from_item_to_item_what_is_alike_is_recommended():
    lesson, dev, vectors = a_cycle()
    alone = Lesson(train=lesson.train.only(np.arange(len(lesson.train)) < 1), log=lesson.log, rules=lesson.rules)

    made, facts = meaning.mapped(alone, dev, vectors)

    best = made.scores([Visit(-1, np.array([0]))])[0].argsort()[::-1][:15]
    assert set(best % 6) == {0} and facts["map"] == "alike"


def test_the_map_of_what_is_alike_keeps_the_order_of_cosines():
    rng = np.random.default_rng(1)
    unit = rng.standard_normal((200, WIDTH)).astype(np.float32)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)

    before, after = meaning._map(None, unit, None)

    assert np.allclose(before @ after.T, np.eye(WIDTH), atol=1e-3)


def test_an_item_without_a_text_and_a_visitor_without_a_history_score_nothing():
    lesson, dev, vectors = a_cycle()
    vectors[7] = 0

    made, _ = meaning.mapped(lesson, dev, vectors)

    scores = made.scores([Visit(-1, np.array([0])), Visit(-1, np.zeros(0, dtype=np.int32))])
    assert scores[0, 7] == 0 and not scores[1].any()


def test_it_scores_after_reading_as_before_writing():
    lesson, dev, vectors = a_cycle()
    made, _ = meaning.mapped(lesson, dev, vectors)
    blend = Blend([made, Popular(np.ones(90, dtype=np.float32))], [1.0, 0.5])

    again = scorer_of({"kind": "blend", **blend.about()}, blend.arrays())

    visits = [Visit(-1, np.array([0, 5, 9]))]
    assert np.array_equal(again.scores(visits), blend.scores(visits))


def test_a_new_item_gets_the_place_of_its_vector_and_the_others_keep_theirs():
    lesson, dev, vectors = a_cycle()
    made, _ = meaning.mapped(lesson, dev, vectors)

    grown = made.restocked(vectors[[3]], np.array([90]), 91)

    before, after = (one.scores([Visit(-1, np.array([0]))])[0] for one in (made, grown))
    assert np.array_equal(after[:90], before) and after[90] == pytest.approx(before[3], abs=1e-3)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        pytest.param({"category": ["tea"] * 4}, "no item table with a column title or text", id="no texts"),
        pytest.param({"title": ["\u9f98\u9f96 \u9ea4\u9f98"] * 4}, "does not know", id="a script it never saw"),
    ],
)
def test_it_says_why_there_is_nothing_to_read(table, expected):
    gatherer = logs.Gatherer()
    for n in range(4):
        gatherer.add("u", f"i{n}", n)
    log = gatherer.events(table=table)

    assert expected in meaning.no_texts(Lesson(train=log, log=log, rules=Rules()), Recipe())


def test_a_base_that_is_not_there_is_a_reason_to_stay_out():
    gatherer = logs.Gatherer()
    gatherer.add("u", "i", 0)
    log = gatherer.events(table={"title": ["tea"]})

    assert "nowhere" in meaning.no_texts(Lesson(train=log, log=log, rules=Rules()), Recipe(base="nowhere"))


@pytest.mark.slow
def test_a_new_item_is_found_by_what_its_text_means(tmp_path):
    gatherer = logs.Gatherer()
    for user in range(12):
        for step in range(2):
            gatherer.add(f"u{user}", f"i{2 * (user % 2) + step}", step)
    log = gatherer.events(table={"title": TITLES})
    model = TEXT()
    model.fit(Lesson(train=log, log=log, rules=Rules()), [], recipe=Recipe(), work=tmp_path)
    (tmp_path / "bundle").mkdir()
    model.save(tmp_path / "bundle")
    before = Recommender.load(tmp_path / "bundle")

    after = restocked(before, ["new", "newer"], {"title": ["a cup of oolong", "pliers and a wrench"]})

    scores = after.scorer.scores([after.visit({"items": ["i0"]}), after.visit({"items": ["i2"]})])
    assert isinstance(after.scorer, Meanings) and not isinstance(after.scorer, Padded)
    assert scores[0, 4] > scores[0, 5] and scores[1, 5] > scores[1, 4]
