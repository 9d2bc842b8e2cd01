"""Every model keeps the contract, for each kind of answer that it says it can learn."""

import pytest

from luodi import registry
from luodi.contracts import Recipe
from luodi.testing import check_model

CASES = [
    (name, kind)
    for name in registry.names("models")
    if name != "remote"  # which needs an endpoint: tests/remote holds it to its contract with a real one
    for kind in registry.model(name).kinds
    if kind in {"classify", "tag"}  # what ranks is held to its contract in tests/rank
]


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_a_model_keeps_its_contract(name, kind, pairs, tiny_encoder, tmp_path):
    recipe = Recipe(base=str(tiny_encoder), epochs=2, max_minutes=1.0)

    check_model(name, pairs[kind], tmp_path, recipe=recipe)
