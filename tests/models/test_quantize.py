"""Faster forms of an exported network: made, opened, and near the original."""

import shutil

import pytest

from luodi import registry
from luodi.contracts import Recipe
from luodi.errors import SetupError
from luodi.runtime import quantize
from luodi.runtime.engine_constant import Constant
from luodi.runtime.openvino import has_bf16
from luodi.runtime.session import open_session, read_about

BF16 = ["bf16"] if has_bf16() else []


@pytest.fixture(scope="module")
def exported(tiny_encoder, pairs, tmp_path_factory):
    """The folder of a small exported network."""
    model, folder = registry.model("encoder-frozen")(), tmp_path_factory.mktemp("exported")
    recipe = Recipe(base=str(tiny_encoder))
    model.fit(pairs["classify"], pairs["classify"], recipe=recipe, work=folder)
    model.inner.deep.export(folder)  # without the n-grams at its side
    return folder


@pytest.mark.parametrize(("wanted", "forms"), [("int8", ["int8", *BF16]), ("bf16", BF16), ("none", [])])
def test_the_forms_to_try_are_those_wanted_that_the_processor_can_do(wanted, forms, exported):
    assert quantize.forms(exported, wanted) == forms


def test_what_is_no_network_has_only_its_own_form(tmp_path):
    Constant({"a": 1.0}).save(tmp_path)

    assert quantize.forms(tmp_path, "int8") == []


@pytest.mark.parametrize("name", ["graph.xml", "graph.bin"])
def test_a_network_that_was_cut_off_is_refused_with_a_remedy(name, exported, tmp_path):
    folder = shutil.copytree(exported, tmp_path / "copy")
    (folder / name).write_bytes((folder / name).read_bytes()[:100])

    with pytest.raises(SetupError, match="the exported model cannot be opened") as caught:
        open_session(folder)

    assert "luodi run" in caught.value.fix


@pytest.mark.slow
@pytest.mark.parametrize("form", ["int8", *BF16])
def test_a_form_answers_nearly_as_the_network_does(form, exported, pairs, tmp_path):
    texts = [x for x, _ in pairs["classify"]]

    quantize.make(exported, form, texts, tmp_path)

    before, after = (open_session(folder).predict(texts) for folder in (exported, tmp_path))
    assert read_about(tmp_path)["precision"] == ("bf16" if form == "bf16" else "f32")
    for ours, theirs in zip(before, after, strict=True):
        assert theirs == pytest.approx(ours, abs=0.1)
