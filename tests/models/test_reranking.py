"""A second reading: what it learns from groups of passages, and what it does to the order of a search."""

import random

import numpy as np
import pytest

from luodi.contracts import Recipe
from luodi.runtime.engine_search import JUDGE, How, Searcher
from luodi.runtime.index import Index
from luodi.runtime.passages import Document, Passage
from luodi.train import judging

WORDS = ("refund", "invoice", "charge", "money", "paid", "password", "account", "locked", "sign", "email")


def passage(word: str, rng: random.Random) -> str:
    return f"the {word} is {rng.choice('abcdefgh')} and {rng.choice('klmnop')}"


def groups(n: int, seed: int) -> list[judging.Group]:
    """Return groups in which the right passage is the one with the word that is asked for."""
    rng = random.Random(seed)
    made = []
    for _ in range(n):
        right, *wrong = rng.sample(WORDS, 1 + judging.N_WRONG)
        made.append((f"my {right}", passage(right, rng), [passage(one, rng) for one in wrong]))
    return made


@pytest.fixture(scope="module")
def judge(tiny_encoder, tmp_path_factory):
    recipe = Recipe(base=str(tiny_encoder), epochs=12, max_minutes=2.0, learning_rate=3e-3)
    made, facts = judging.learn(groups(96, seed=1), recipe=recipe, work=tmp_path_factory.mktemp("judge"))
    assert facts["groups"] == 96
    return made


@pytest.fixture
def index(tmp_path):
    rng = random.Random(5)
    made = Index.create(tmp_path / "index")
    papers = [
        (Document(id=f"{n}.md", title=""), [Passage(text=passage(word, rng), start=0, end=20)])
        for n, word in enumerate(WORDS)
    ]
    made.add(papers, None)
    return made


def test_it_learns_which_passage_answers_a_question(judge):
    right = [
        int(np.argmax(judge([(asked, one) for one in (good, *wrong)]))) == 0
        for asked, good, wrong in groups(60, seed=2)
    ]

    assert sum(right) / len(right) > 0.8  # a fifth by chance
    assert judge([]).shape == (0,)


def test_the_first_candidates_come_in_the_order_of_the_second_reading_and_the_rest_stays_behind(judge, index):
    before = Searcher(index, How())
    after = Searcher(index, How(again=6, trust=1.0), judge=judge)
    query = {"query": "the email is", "k": 10}  # every passage has two of these words

    first, second = before.predict([query])[0], after.predict([query])[0]

    assert [one["id"] for one in second[6:]] == [one["id"] for one in first[6:]]
    assert {one["id"] for one in second[:6]} == {one["id"] for one in first[:6]}
    said = judge([(query["query"], one["text"]) for one in second[:6]]).tolist()
    assert said == sorted(said, reverse=True)
    scores = [one["score"] for one in second]
    assert scores == sorted(scores, reverse=True)


def test_questions_that_are_asked_together_are_answered_as_each_alone(judge, index):
    searcher = Searcher(index, How(again=6, trust=0.5), judge=judge)
    asked = [{"query": one, "k": 10} for one in ("the email is", "", "my refund", "?", "the password " * 60)]

    together = searcher.predict(asked)

    assert searcher.predict([]) == []
    for x, hits in zip(asked, together, strict=True):
        (alone,) = searcher.predict([x])
        assert [one["id"] for one in hits] == [one["id"] for one in alone]
        assert [one["score"] for one in hits] == pytest.approx([one["score"] for one in alone], abs=0.02)


def test_a_search_keeps_its_second_reading_where_it_is_saved(judge, index, tmp_path):
    searcher = Searcher(index, How(again=6, trust=0.5), judge=judge)
    asked = [{"query": one} for one in ("refund", "", "?", "😀 中文", "the password is " * 300)]
    (tmp_path / "saved").mkdir()

    searcher.save(tmp_path / "saved")

    assert (tmp_path / "saved" / JUDGE).is_dir()
    assert Searcher.load(tmp_path / "saved").predict(asked) == searcher.predict(asked)
