"""Every model that ranks keeps the contract, and learns what there is to learn."""

import pytest

from luodi import registry
from luodi.contracts import Recipe
from luodi.metrics import ranking
from luodi.testing_rank import check_ranker

LONG = {"rec-blend", "rec-als", "rec-sequence", "rec-text"}  # two fits take seconds, and more where the machine is busy
NAMES = [
    pytest.param(name, marks=pytest.mark.slow if name in LONG else ())
    for name in registry.names("models")
    if name.startswith("rec-")
]


@pytest.mark.parametrize("name", NAMES)
def test_a_model_keeps_its_contract(name, taught, tmp_path):
    check_ranker(name, taught.lesson, taught.dev, tmp_path, recipe=Recipe(epochs=2, max_minutes=1.0))


@pytest.mark.parametrize(
    "name",
    [
        "rec-item-knn", "rec-ease", "rec-content", "rec-friends", "rec-people",
        pytest.param("rec-als", marks=pytest.mark.slow), pytest.param("rec-blend", marks=pytest.mark.slow),
    ],
)  # fmt: skip
def test_a_model_tells_tastes_apart_which_popularity_cannot(name, taught, tmp_path):
    recipe = Recipe(epochs=3, max_minutes=1.0)
    gold, xs = [y for _, y in taught.dev], [x for x, _ in taught.dev]
    made = {}
    for one in ("rec-popular", name):
        (tmp_path / one).mkdir()
        model = registry.model(one)()
        model.fit(taught.lesson, taught.dev, recipe=recipe, work=tmp_path / one)
        made[one] = ranking.recall_at_10(gold, [tuple(hit["id"] for hit in hits) for hits in model.predict(xs)])

    assert made[name] > made["rec-popular"] + 0.1, made
