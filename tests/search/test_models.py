"""Every candidate of the search keeps its contract: it answers all, saves, exports, and needs no training framework."""

import json
import subprocess
import sys

import pytest

from luodi import registry
from luodi.contracts import Recipe
from luodi.runtime.session import open_session
from luodi.store import read_pairs
from luodi.testing import FRESH, ORDINARY, TRAINING
from luodi.train.corpus import Lesson

HARD = [{"query": one} for one in ("", "?", "word " * 2_000, "😀🇨🇳", "中文，混 English", "\u202e\x07")]


def ids(answers):
    return [[one["id"] for one in hits] for hits in answers]


@pytest.mark.parametrize(
    "name",
    ["search-bm25", *(pytest.param(f"search-{one}", marks=pytest.mark.slow) for one in
                      ("dense", "hybrid", "adapted", "light", "reranked"))],
)  # fmt: skip
def test_a_search_keeps_its_contract(library, tmp_path, name):
    prepared = library.artifacts["prepare"].path
    lesson, dev = Lesson.load(prepared), read_pairs(prepared / "dev.jsonl")
    kind = registry.model(name)
    model, work = kind(), tmp_path / "work"
    work.mkdir()

    json.dumps(model.fit(lesson, dev, recipe=Recipe(max_minutes=0.2, epochs=1), work=work))

    xs = [x for x, _ in dev]
    before = model.predict(xs)
    assert all(before) and len(model.predict(HARD)) == len(HARD) and model.predict([]) == []
    (tmp_path / "exported").mkdir()
    model.export(tmp_path / "exported")
    assert ids(kind.load(tmp_path / "exported").predict(xs)) == ids(before)
    assert ids(open_session(tmp_path / "exported").predict(xs)) == ids(before)
    given = json.dumps([str(tmp_path / "exported"), xs])
    done = subprocess.run([sys.executable, "-c", FRESH], input=given, capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout)
    assert not set(TRAINING) & {one.split(".")[0] for one in answer["modules"]}
    assert ids(answer["scores"]) == ids(before)
    assert all(one.suffix in ORDINARY for one in (tmp_path / "exported").rglob("*") if one.is_file())


def test_scores_fall_and_no_passage_stands_twice(library):
    session = open_session(library.artifacts["deploy"].path / "model")

    (hits,) = session.predict([{"query": "gift cards money spades shop", "k": 50}])

    scores = [one["score"] for one in hits]
    assert scores == sorted(scores, reverse=True) and len(set(ids([hits])[0])) == len(hits)
