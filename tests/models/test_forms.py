"""Which form and engine is served: int8 in part where the whole is too coarse, ONNX Runtime where it is faster."""

import json
import random
import shutil
from types import SimpleNamespace

import numpy as np
import pytest

from luodi import registry
from luodi.contracts import Recipe
from luodi.errors import SetupError
from luodi.runtime import quantize, quantize_onnx, race
from luodi.runtime.engine_network import GraphSession
from luodi.runtime.session import open_session, read_about
from luodi.steps import forms
from luodi.steps.s6_evaluate import Settings
from luodi.store import write_lines
from luodi.train.blended import Blended


def fitted(base, pairs, work):
    model = registry.model("encoder-frozen")()
    model.fit(pairs, pairs, recipe=Recipe(base=str(base)), work=work)
    model.inner = Blended(model.inner.deep)  # the network without n-grams at its side
    return model


@pytest.fixture(scope="module")
def model(tiny_encoder, pairs, tmp_path_factory):
    """A small fitted network."""
    return fitted(tiny_encoder, pairs["classify"], tmp_path_factory.mktemp("fitted"))


@pytest.fixture(scope="module")
def made(model, pairs, tmp_path_factory):
    """The network exported, and in int8."""
    root = tmp_path_factory.mktemp("made")
    for name in ("plain", "int8"):
        (root / name).mkdir()
    model.export(root / "plain")
    quantize.make(root / "plain", "int8", [x for x, _ in pairs["classify"]], root / "int8")
    return root


def job_of(root, model, pairs, **settings):
    """Return the part of a job that deciding on a form looks at, and what the trained model answers."""
    for name in ("out", "work", "prepared"):
        (root / name).mkdir()
    rows = [{"x": x, "y": y} for x, y in pairs]
    write_lines(root / "prepared" / "train.jsonl", rows)
    inputs = {"prepare": SimpleNamespace(path=root / "prepared")}
    job = SimpleNamespace(out=root / "out", work=root / "work", inputs=inputs, settings=Settings(**settings))
    return job, forms.sit(rows, model)


def test_the_stretch_that_does_most_harm_is_found_and_leaving_int8_out_of_it_helps_most(made, pairs, tmp_path):
    texts = [x for x, _ in pairs["classify"]]
    exact = GraphSession.load(made / "plain").logits(texts)

    order = quantize.sensitive(made / "plain", made / "int8", texts)
    gaps = {}
    for name, stretches in (("all", order), ("worst", order[:1]), ("least", order[-1:])):
        quantize.relax(made / "int8", stretches, tmp_path / name)
        gaps[name] = np.abs(GraphSession.load(tmp_path / name).logits(texts) - exact).mean()
    whole = np.abs(GraphSession.load(made / "int8").logits(texts) - exact).mean()

    assert sorted(order) == [0, 1, 2]  # before, between and behind two attentions
    assert gaps["all"] < whole
    assert gaps["worst"] < gaps["least"]


def test_where_int8_answers_otherwise_ever_more_of_it_is_left_in_float(model, made, pairs, tmp_path):
    rng = random.Random(1)
    words = sorted({word for x, _ in pairs["classify"] for word in x.split()})
    texts = [" ".join(rng.choices(words, k=5)) for _ in range(400)]
    exact, coarse = (open_session(made / name).predict(texts) for name in ("plain", "int8"))
    near = sorted(range(len(texts)), key=lambda n: abs(exact[n]["billing"] - 0.5))
    flips = [n for n in near if (exact[n]["billing"] > 0.5) != (coarse[n]["billing"] > 0.5)]
    assert flips, "the rows on the edge are those that rounding turns over"
    job, exam = job_of(tmp_path, model, [(texts[n], "billing") for n in {*flips, *near[:20]}], engine="openvino")

    served = forms.decide(job, model, exam, exam)

    tried = [one["form"] for one in served.parity]
    oks = [one["ok"] for one in served.parity]
    assert tried[:3] == ["exported", "int8", forms.MIXED]
    assert served.parity[2]["of"] == 3 and len(served.parity[2]["kept"]) == 1
    assert oks[:2] == [True, False] and not any(oks[2:-1])
    assert served.form == (tried[-1] if oks[-1] else "fp32")
    assert read_about(job.out / "session")["engine"] == "engine_network"


def test_onnx_runtime_answers_as_openvino_does_and_reads_the_same_tokens(model, pairs, tmp_path):
    texts = [x for x, _ in pairs["classify"]] + ["", "我 love 🙂", "my refund " * 200]
    plain, onnx, small = (tmp_path / name for name in ("plain", "onnx", "small"))
    for folder in (plain, onnx, small):
        folder.mkdir()
    model.export(plain)
    model.export_onnx(onnx)
    quantize_onnx.make(onnx, small)

    ours, theirs, coarse = (open_session(folder).predict_marked(texts) for folder in (plain, onnx, small))

    assert read_about(small)["engine"] == "engine_onnx"
    assert [one.cut for one in theirs] == [one.cut for one in ours] == [False] * (len(texts) - 1) + [True]
    for one, other, near in zip(ours, theirs, coarse, strict=True):
        assert other.scores == pytest.approx(one.scores, abs=1e-5)
        assert near.scores == pytest.approx(one.scores, abs=0.1)
        assert other.vector == pytest.approx(one.vector, abs=1e-4)
    alone = open_session(small)  # a batch has one scale, so that company makes a little difference
    assert [alone.predict([x])[0] for x in texts[:5]] == [pytest.approx(one.scores, abs=0.02) for one in coarse[:5]]


def test_the_engine_that_a_scenario_asks_for_is_the_one_that_is_served(model, pairs, tmp_path):
    job, exam = job_of(tmp_path, model, pairs["classify"], engine="onnx")

    served = forms.decide(job, model, exam, exam)

    assert (served.form, served.engine) == ("int8", "onnx")
    assert set(served.measured["engines"]) == {"openvino", "onnx"}
    assert read_about(job.out / "session")["engine"] == "engine_onnx"
    assert json.loads((job.work / "engine.json").read_text())["engine"] == "onnx"


@pytest.mark.slow
def test_a_network_that_is_fast_enough_is_raced_against_nothing(model, pairs, tmp_path, monkeypatch):
    monkeypatch.setattr(race, "ENOUGH_MS", 1e9)
    job, exam = job_of(tmp_path, model, pairs["classify"])

    served = forms.decide(job, model, exam, exam)

    assert served.engine == "openvino"
    assert [one["form"] for one in served.parity] == ["exported", "int8"]


@pytest.mark.slow
def test_a_decision_that_was_interrupted_is_kept_whatever_the_clock_says_now(model, pairs, tmp_path):
    job, exam = job_of(tmp_path, model, pairs["classify"])
    (job.work / "engine.json").write_text(json.dumps({"engine": "onnx", "times": {}}))

    assert forms.decide(job, model, exam, exam).engine == "onnx"


@pytest.mark.parametrize(
    ("one", "many", "wins"),
    [
        pytest.param(2.0, 1.0, True, id="twice as fast for one text"),
        pytest.param(1.0, 1.5, True, id="clearly faster for many"),
        pytest.param(1.2, 1.2, False, id="faster, but not clearly"),
        pytest.param(2.0, 0.5, False, id="what it gains for one it loses for many"),
    ],
)
def test_an_engine_takes_over_only_where_it_is_clearly_faster(one, many, wins):
    holder, challenger = {"p50_ms": 4.0, "texts_per_s": 100.0}, {"p50_ms": 4.0 / one, "texts_per_s": 100.0 * many}

    assert race.beats(challenger, holder) is wins


def test_an_onnx_graph_that_was_cut_off_is_refused_with_a_remedy(model, pairs, tmp_path):
    (tmp_path / "onnx").mkdir()
    model.export_onnx(tmp_path / "onnx")
    folder = shutil.copytree(tmp_path / "onnx", tmp_path / "copy")
    (folder / "graph.onnx").write_bytes((folder / "graph.onnx").read_bytes()[:100])

    with pytest.raises(SetupError, match="the exported model cannot be opened") as caught:
        open_session(folder)

    assert "luodi run" in caught.value.fix
