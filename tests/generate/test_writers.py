"""Every model that writes keeps its contract."""

import pytest
import torch

from luodi import registry
from luodi.contracts import Recipe
from luodi.models.seq2seq import Seq2SeqModel
from luodi.runtime.engine_translate import Translator
from luodi.testing_generate import check_writer
from luodi.train.translating import Seq2Seq, Size

PAIRS = [
    ({"text": f"Hold {{name}} for {n} s."}, frozenset({f"Halten Sie {{name}} {n} s lang."})) for n in range(20)
] + [({"text": f"The {one} is new."}, frozenset({f"Das {one} ist neu."})) for one in ("Auto", "Haus", "Rad", "Bett")]


@pytest.mark.parametrize("name", ["copy-source", "translation-memory"])
def test_what_learns_in_a_moment_keeps_the_contract_of_a_writer(name, tmp_path):
    check_writer(name, PAIRS, tmp_path)


@pytest.mark.slow
def test_the_network_keeps_the_contract_of_a_writer(tmp_path):
    check_writer("seq2seq", PAIRS, tmp_path, recipe=Recipe(epochs=12, max_minutes=2.0))


def test_the_memory_answers_with_the_nearest_sentence_and_the_numbers_of_the_text(tmp_path):
    model = registry.model("translation-memory")()
    model.fit(PAIRS, PAIRS, recipe=Recipe(), work=tmp_path)

    near, far = model.predict([{"text": "Hold {name} for 99 s."}, {"text": "Is the bed for 3 men?"}])

    assert near == {"text": "Halten Sie {name} 99 s lang.", "score": pytest.approx(1.0)}
    assert far["score"] < 0.6


def test_sums_of_int8_overflow_on_no_processor(tmp_path):
    made = Seq2Seq.fresh([("the lamp is new", "die Lampe ist neu")] * 9, Size(layers=2), language="de", seed=3)
    for name, one in made.net.named_parameters():
        if "fc1.weight" in name:
            torch.nn.init.constant_(one, 0.1)  # 127 each, in int8
    scores = []
    for form in Seq2Seq.forms:
        (tmp_path / form).mkdir()
        made.export(tmp_path / form, form=form)
        scores.append([score for _, score in Translator.load(tmp_path / form).translate(["the lamp", "is new"])])

    assert scores[0] == pytest.approx(scores[1], rel=0.02)


@pytest.mark.slow
def test_a_network_learns_to_carry_over_what_it_has_never_seen(tmp_path):
    words = {"red": "rot", "blue": "blau", "old": "alt"}
    pairs = [
        ({"text": f"{a} {b} {n}", "language": "de"}, frozenset({f"{words[a]} {words[b]} {n}"}))
        for a in words
        for b in words
        for n in range(12)
    ]
    model = Seq2SeqModel()
    facts = model.fit(pairs, pairs, recipe=Recipe(epochs=150, max_minutes=2.0), work=tmp_path)

    (draft,) = model.predict([{"text": "red old 4711"}])

    assert facts["pairs"] == 9  # once with a mark, whatever the number
    assert draft["text"] == "rot alt 4711"
