"""The encoder models: what they read, what they start from, and the real starter once."""

import json

import pytest

from luodi import registry
from luodi.contracts import Pretrains, Recipe
from luodi.errors import DataError, SetupError
from luodi.train import starter

LONG = "my invoice and the charge " * 40


def fitted(name, pairs, folder, work, **recipe):
    model = registry.model(name)()
    facts = model.fit(pairs, pairs[:6], recipe=Recipe(base=str(folder), epochs=1, **recipe), work=work)
    return model, facts


@pytest.mark.parametrize("name", ["encoder", "encoder-frozen"])
def test_an_encoder_with_few_positions_reads_no_further(name, pairs, tiny_encoder, tmp_path):
    long = [(LONG + x, y) for x, y in pairs["classify"]]
    positions = json.loads((tiny_encoder / "config.json").read_text())["max_position_embeddings"]

    model, facts = fitted(name, long, tiny_encoder, tmp_path)

    assert facts["max_tokens"] <= positions
    assert len(model.predict([LONG])) == 1


@pytest.mark.parametrize("kind", ["classify", "tag"])
def test_class_weights_are_understood(kind, pairs, tiny_encoder, tmp_path):
    model, _ = fitted("encoder", pairs[kind], tiny_encoder, tmp_path, class_weights=True)

    assert model.predict(["my refund"])


def test_an_encoder_reads_on_in_the_users_texts_and_is_fitted_from_there(pairs, tiny_encoder, tmp_path):
    model, read_on = registry.model("encoder")(), [f"{x} again" for x, _ in pairs["classify"]] * 3
    recipe = Recipe(base=str(tiny_encoder), epochs=2)
    (tmp_path / "read").mkdir()

    facts = model.pretrain(read_on, recipe=recipe, work=tmp_path / "read")
    learned = model.fit(pairs["classify"], pairs["classify"], recipe=recipe, work=tmp_path)

    assert isinstance(model, Pretrains)
    assert facts["perplexity_after"] < facts["perplexity_before"]
    assert "read on" in learned["base"]


def test_too_few_texts_to_read_on_are_refused(tiny_encoder, tmp_path):
    with pytest.raises(DataError, match="3 texts are too few to pretrain on") as caught:
        registry.model("encoder")().pretrain(["a b c"] * 3, recipe=Recipe(base=str(tiny_encoder)), work=tmp_path)

    assert "give 50 texts or more" in caught.value.fix


@pytest.mark.parametrize("name", ["encoder", "encoder-frozen"])
def test_an_encoder_says_which_texts_it_cannot_read(name, tiny_encoder):
    model, recipe = registry.model(name)(), Recipe(base=str(tiny_encoder))

    assert model.refuses(["my refund and the invoice"], recipe=recipe) is None
    assert "100% of these texts" in model.refuses(["评论 很好"], recipe=recipe)


@pytest.mark.parametrize(("key", "value"), [("model_type", "nonsense"), ("hidden_size", "wide")])
def test_a_config_that_is_not_understood_is_an_error_with_a_remedy(key, value, pairs, tiny_encoder, tmp_path):
    for name in starter.NEEDED:
        (tmp_path / name).write_bytes((tiny_encoder / name).read_bytes())
    config = json.loads((tiny_encoder / "config.json").read_text()) | {key: value}
    (tmp_path / "config.json").write_text(json.dumps(config))

    with pytest.raises(SetupError, match="config is not understood"):
        fitted("encoder", pairs["classify"], tmp_path, tmp_path)


def test_of_more_rows_than_the_minutes_allow_an_even_part_is_read_and_a_rerun_takes_the_same(
    pairs, tiny_encoder, tmp_path
):
    often = [(f"{x} {n}", y) for n in range(200) for x, y in pairs["classify"]]
    many = [*often[:2_200], ("an odd one", "rare")]

    _, short = fitted("encoder-frozen", many, tiny_encoder, tmp_path, max_minutes=1e-6)
    (tmp_path / "read.json").write_text('{"rows": 2100}')
    _, known = fitted("encoder-frozen", many, tiny_encoder, tmp_path, max_minutes=1e-6)
    (tmp_path / "read.json").unlink()
    model, long = fitted("encoder-frozen", many, tiny_encoder, tmp_path)

    assert short["rows"] - 2_000 in {0, 1}  # and a label that only one row has
    assert known["rows"] - 2_100 in {0, 1}
    assert "rows" not in long
    assert "rare" in model.predict(["my refund"])[0]


@pytest.mark.slow
def test_the_real_starter_tells_two_topics_apart_after_a_dozen_texts(pairs, tmp_path):
    model, facts = fitted("encoder-frozen", pairs["classify"], "starter", tmp_path)

    scores = model.predict(["they took my money twice", "I forgot my pass code"])

    assert [max(one, key=one.get) for one in scores] == ["billing", "login"]
    assert facts["base"] == f"starter {starter.SHA256[:12]}"
