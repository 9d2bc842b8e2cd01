"""A trial: what a candidate leaves behind, and how a user's mistake gets out of its process."""

import json
import subprocess
import sys
from dataclasses import asdict

import pytest

from luodi.contracts import Recipe
from luodi.runtime.session import open_session
from luodi.steps import trial
from luodi.store import read_json, read_lines, write_lines

PAIRS = [("my refund", "billing"), ("my password", "login"), ("a refund", "billing"), ("the password", "login")]


@pytest.fixture
def order(tmp_path):
    for part in ("train", "dev"):
        write_lines(tmp_path / f"{part}.jsonl", ({"x": x, "y": y} for x, y in PAIRS))
    paths = {name: str(tmp_path / f"{name}.jsonl") for name in ("train", "dev")}
    return trial.Order(model="tfidf-logreg", folder=str(tmp_path), recipe=Recipe(seed=3), **paths)


def test_a_trial_leaves_predictions_a_model_and_an_exported_session(order, tmp_path):
    trial.main(order)

    rows, result = list(read_lines(tmp_path / "dev.jsonl")), read_json(tmp_path / "result.json")
    assert [row["answer"] for row in rows] == [y for _, y in PAIRS]
    assert rows[0]["scores"] == pytest.approx(open_session(tmp_path / "session").predict(["my refund"])[0])
    assert result["seconds"] >= 0
    assert result["facts"]["features"] > 0


def test_a_users_mistake_leaves_the_process_with_its_three_parts(order, tmp_path):
    file = tmp_path / "order.json"
    file.write_text(json.dumps(asdict(order) | {"model": "tfidf-logrec"}), encoding="utf-8")

    done = subprocess.run(
        [sys.executable, "-m", "luodi.steps.trial", str(file)], capture_output=True, text=True, check=False
    )

    assert done.returncode == trial.USER_ERROR
    assert json.loads(done.stdout)["fix"] == "did you mean 'tfidf-logreg'?"


@pytest.mark.parametrize(
    ("y", "answer"),
    [pytest.param("a", "b", id="one label"), pytest.param(frozenset("a"), ["a", "b"], id="any labels")],
)
def test_an_answer_has_the_form_of_the_gold_one(y, answer):
    scores = {"a": 0.5, "b": 0.6, "c": 0.1}

    assert trial.best(y, scores) == answer
    assert trial.answer(trial.plain(y)) == y
