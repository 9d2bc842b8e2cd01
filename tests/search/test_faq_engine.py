"""The nearest known question decides; how much each nearness counts is learned from dev."""

from pathlib import Path

import numpy as np
import pytest

from luodi.contracts import Recipe
from luodi.runtime.engine_faq import Faq
from luodi.testing import check_model
from luodi.train import asking

PAIRS = [
    (f"{ask} {topic} {n}", topic)
    for topic in ("parking", "refund", "opening")
    for n, ask in enumerate(("where is", "about the", "my", "your", "which"))
]


def test_the_model_keeps_its_contract(tmp_path):
    check_model("faq-bm25", PAIRS, tmp_path)


@pytest.mark.slow
def test_the_hybrid_keeps_its_contract(tmp_path):
    check_model("faq-hybrid", PAIRS, tmp_path, recipe=Recipe(max_minutes=1.0))


@pytest.fixture
def faq(tmp_path):
    wants = frozenset({"words", "pieces"})
    return asking.learned(PAIRS, PAIRS, wants, recipe=Recipe(), work=Path(tmp_path))[0]


def test_a_question_that_is_known_word_for_word_is_as_near_as_can_be(faq):
    channels = faq.channels(["where is parking 0", "nothing alike"])

    assert channels["words"].argmax(axis=1)[0] == faq.labels.index("parking")
    assert all(one.min() >= 0 and one.max() <= 1.5 for one in channels.values())


def test_typing_errors_are_forgiven_by_pieces_of_words(faq):
    (scores,) = faq.predict(["parkinng wheree"])

    assert max(scores, key=scores.__getitem__) == "parking"


def test_a_channel_that_is_never_right_counts_nothing(faq):
    noise = {
        "words": np.array([[1.0, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32),
        "pieces": np.eye(3, dtype=np.float32)[::-1],
    }
    faq.channels = lambda xs: noise

    weights = asking.weighed(faq, [("a", 0), ("b", 1), ("c", 2)])

    assert weights["words"] > 1 and weights["pieces"] < weights["words"]


def test_no_word_of_a_question_is_in_the_engine(faq, tmp_path):
    folder = tmp_path / "saved"
    folder.mkdir()
    faq.save(folder)

    assert b"where" not in (folder / "questions.safetensors").read_bytes()
    assert Faq.load(folder).predict(["my refund"]) == faq.predict(["my refund"])
