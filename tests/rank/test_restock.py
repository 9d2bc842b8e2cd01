"""A changed catalogue in a recommender that learned before."""

import numpy as np
import pytest

from luodi.contracts import Recipe
from luodi.models.rec_content import MODEL as CONTENT
from luodi.models.rec_item_knn import MODEL as ITEM_KNN
from luodi.runtime.engine_recommender import Recommender
from luodi.runtime.scorers import Blend
from luodi.train.restock import restocked

NEW = ["brand new"]
COLUMNS = {"title": ["zone a"], "category": ["even"], "price": ["3"], "stock": ["yes"], "color": ["red"]}


@pytest.fixture(scope="module")
def before(taught, tmp_path_factory):
    """Mostly content, and a little of item-kNN."""
    made = []
    for kind in (ITEM_KNN, CONTENT):
        model = kind()
        model.fit(taught.lesson, taught.dev, recipe=Recipe(), work=tmp_path_factory.mktemp("work"))
        made.append(model.inner)
    return Recommender(Blend([one.scorer for one in made], [0.1, 1.0]), made[0].shelf, made[0].rules)


def test_a_new_item_is_recommended_to_who_had_its_like(before, log):
    after = restocked(before, NEW, COLUMNS)

    near = [one for one in log.items if one != "new" and int(one[1:]) < 5][:3]
    hits = after.predict([{"items": near, "k": 100}])[0]
    assert "brand new" in {one["id"] for one in hits[:10]}
    assert after.shelf.value("color", after.shelf.number("brand new")) == "red"


def test_what_is_sold_out_now_is_shown_no_more(before):
    best = before.predict([{"items": [], "k": 1}])[0][0]["id"]

    after = restocked(before, [best], {"stock": ["no"]})

    assert best not in {one["id"] for one in after.predict([{"items": [], "k": 100}])[0]}


def test_restocking_with_what_is_known_changes_no_list(before, log):
    shelf = before.shelf
    after = restocked(before, shelf.items, shelf.table)

    queries = [{"user": user} for user in log.users[:10]]
    assert [[one["id"] for one in hits] for hits in after.predict(queries)] == [
        [one["id"] for one in hits] for hits in before.predict(queries)
    ]


def test_it_can_be_saved_and_restocked_again(before, tmp_path):
    restocked(before, NEW, COLUMNS).save(tmp_path)

    again = restocked(Recommender.load(tmp_path), ["newer"], {"title": ["zone b"]})

    assert len(again.shelf) == len(before.shelf) + 2
    scores = again.scorer.scores([again.visit({"items": list(before.shelf.items[:3])})])
    assert scores.shape == (1, len(again.shelf)) and np.isfinite(scores).all()
