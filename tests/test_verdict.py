"""Met or not met: qualities by their lower bound, costs by their value, automation by its promise."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi import verdict
from luodi.contracts import Artifact

F1, P95 = "classification.macro_f1", "cost.p95_ms"
SCALES = {"p50_ms": 1.0, "p95_ms": 20.0, "size_mb": 3.0, "memory_mb": 90.0, "usd_per_1k": 0.001}


def judge(*, f1=(0.85, 0.80, 0.90), promise=None, **asked):
    """Judge an exam in which macro F1 was (value, low, high)."""
    value, low, high = f1
    exam = {"model": "majority", "metrics": {F1: {"value": value, "low": low, "high": high}}, "promise": promise}
    defined = {"succeed": {}, "automate": None} | asked
    made = {"define": (defined, {}), "evaluate": (exam, {}), "deploy": ({}, SCALES)}
    same = {"key": "", "path": Path(), "digest": ""}
    return verdict.judge({step: Artifact(step=step, facts=a, measured=b, **same) for step, (a, b) in made.items()})


def promised(threshold: float | None):
    return {"precision": 0.95, "threshold": threshold, "measured": 0.97 if threshold else None, "share": 0.6}


@pytest.mark.parametrize(
    ("asked", "met"),
    [
        pytest.param(0.79, True, id="below the lower bound"),
        pytest.param(0.80, True, id="the lower bound itself"),
        pytest.param(0.81, False, id="between lower bound and value"),
        pytest.param(0.86, False, id="above the value"),
    ],
)
def test_a_quality_is_met_only_if_the_lower_end_of_its_interval_meets_it(asked, met):
    judged = judge(succeed={F1: asked})

    assert judged.met is met
    assert judged.checks[0].met is met


@pytest.mark.parametrize(
    ("asked", "met"), [pytest.param(20.0, True, id="just"), pytest.param(19.9, False, id="not quite")]
)
def test_a_cost_is_met_if_it_stays_at_or_below_its_number(asked, met):
    assert judge(succeed={P95: asked}).met is met


@given(low=st.floats(0, 1), asked=st.floats(0, 1), cost=st.floats(0, 100))
def test_a_verdict_is_met_exactly_if_all_of_its_checks_are(low, asked, cost):
    judged = judge(f1=(1.0, low, 1.0), succeed={F1: asked, P95: cost})

    assert judged.met is (low >= asked and cost >= SCALES["p95_ms"])
    assert judged.met is all(check.met for check in judged.checks)
    assert judged.met is ("missed: " not in judged.sentence)


def test_without_a_target_nothing_is_met_or_missed():
    judged = judge()

    assert (judged.met, judged.word, judged.checks) == (None, "NO TARGETS", ())


def test_a_precision_that_can_be_promised_is_met():
    judged = judge(automate={"precision": 0.95, "confidence": 0.95}, promise=promised(0.7))

    assert (judged.met, judged.checks[0].kind, judged.checks[0].value) == (True, "automation", 0.97)
    assert "answers 60% alone at 95% precision or better" in judged.sentence


def test_a_precision_that_cannot_be_promised_is_not_met():
    judged = judge(automate={"precision": 0.95, "confidence": 0.95}, promise=promised(None))

    assert (judged.met, judged.word) == (False, "NOT MET")
    assert "can promise 95% precision for no share of the requests" in judged.sentence


def test_a_metric_that_was_not_measured_is_not_met():
    (check,) = judge(succeed={"tagging.micro_f1": 0.1}).checks

    assert (check.met, check.value) == (False, None)


def test_the_sentence_says_what_was_missed():
    judged = judge(succeed={F1: 0.99, P95: 1000})

    assert judged.sentence.startswith("majority, macro F1 0.850 (0.800–0.900), ")
    assert "F1" in judged.sentence.partition("missed: ")[2]


@pytest.mark.parametrize(
    ("targets", "code", "word"),
    [
        pytest.param('succeed = { "classification.macro_f1" = 0.1 }', 0, "MET ", id="met"),
        pytest.param("succeed = {}", 0, "NO TARGETS", id="nothing asked"),
        pytest.param('succeed = { "cost.p95_ms" = 0.0000001 }', 1, "NOT MET", id="not met"),
        pytest.param('succeed = { "cost.p95_sm" = 1 }', 2, None, id="to be mended"),
    ],
)
def test_the_exit_code_is_the_verdict(done, luodi, targets, code, word):
    text = (done / "scenario.toml").read_text().replace(', "tfidf-logreg"', "")
    (done / "scenario.toml").write_text("\n".join(targets if "succeed" in line else line for line in text.splitlines()))

    told = luodi("run", done)

    assert told.code == code
    assert word is None or f"verdict   {word}" in told.out


def test_the_verdict_is_kept_for_machines(finished):
    kept = json.loads((finished / ".luodi" / "verdict.json").read_text())

    assert kept["met"] is True
    assert [check["kind"] for check in kept["checks"]] == ["quality", "cost"]
