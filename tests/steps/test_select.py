"""The contest's choice: the cheapest that is good enough, otherwise the best."""

import pytest

from luodi.contracts import Artifact, Job
from luodi.steps.s3_select import Settings, _refusal, choose
from luodi.store import write_lines
from luodi.tasks import text_classification

METRIC = "classification.macro_f1"
TARGETS = {METRIC: 0.80, "cost.p95_ms": 50.0}


def candidate(name, value, *, low=None, promises=True):
    low = value - 0.02 if low is None else low
    metrics = {METRIC: {"value": value, "low": low, "high": value + 0.02}}
    return {"model": name, **metrics[METRIC], "metrics": metrics, "refused": None, "promises": promises}


def cost(usd_per_1k, *, p95_ms=10.0):
    return {"p50_ms": p95_ms / 2, "p95_ms": p95_ms, "size_mb": 1.0, "usd_per_1k": usd_per_1k}


PRICES = {"small": cost(0.001), "large": cost(0.1)}


@pytest.mark.parametrize(
    ("small", "chosen"),
    [
        pytest.param(candidate("small", 0.85), "small", id="cheap and good enough"),
        pytest.param(candidate("small", 0.81), "large", id="only its value reaches the target, not its lower bound"),
        pytest.param(candidate("small", 0.85, promises=False), "large", id="the asked precision is out of reach"),
    ],
)
def test_the_cheapest_whose_lower_bound_meets_the_targets_wins(small, chosen):
    best, why = choose([small, candidate("large", 0.90)], PRICES, TARGETS, METRIC)

    assert best["model"] == chosen
    assert why.startswith(f"{chosen}: the cheapest of 2")


def test_a_candidate_over_a_cost_target_is_not_good_enough():
    prices = {"small": cost(0.001), "large": cost(0.1, p95_ms=80.0)}

    best, _ = choose([candidate("small", 0.70), candidate("large", 0.90)], prices, TARGETS | {METRIC: 0.6}, METRIC)

    assert best["model"] == "small"


def test_a_later_candidate_goes_first_only_where_it_is_clearly_cheaper():
    pair = [candidate("small", 0.90), candidate("large", 0.90)]

    assert choose(pair, {"small": cost(0.02), "large": cost(0.01)}, TARGETS, METRIC)[0]["model"] == "small"
    assert choose(pair, {"small": cost(0.04), "large": cost(0.01)}, TARGETS, METRIC)[0]["model"] == "large"


def test_where_none_is_good_enough_the_best_wins():
    best, why = choose([candidate("small", 0.61), candidate("large", 0.60)], PRICES, TARGETS, METRIC)

    assert best["model"] == "small"
    assert "none was sure to meet the targets" in why


def test_of_two_equals_on_a_sample_the_richer_one_wins():
    pair = [candidate("small", 0.602), candidate("large", 0.600)]

    assert choose(pair, PRICES, TARGETS, METRIC, whole=False)[0]["model"] == "large"
    assert choose(pair, PRICES, TARGETS, METRIC, whole=True)[0]["model"] == "small"


@pytest.fixture
def job(tmp_path):
    """Return a function that makes the job of a contest over so many rows of two labels."""

    def make(n_train, **settings):
        write_lines(tmp_path / "sample.jsonl", [{"x": "where is my card", "y": "card"}])
        facts = {"rows": {"train": n_train}, "labels": ["card", "refund"]}
        prepared = Artifact(step="prepare", key="", path=tmp_path, digest="", facts=facts, measured={})
        about = {"name": "", "goal": "", "task_name": "text-classification", "task": text_classification, "seed": 7}
        return Job(**about, options=None, settings=Settings(**settings), root=tmp_path, inputs={"prepare": prepared},
                   out=tmp_path, work=tmp_path)  # fmt: skip

    return make


def test_a_model_for_few_labels_takes_part_while_they_are_few(job, tmp_path):
    few, many = (_refusal("encoder-few", job(n), tmp_path / "sample.jsonl") for n in (128, 130))

    assert few is None
    assert many == "it is for 64 rows a label or fewer, and here are 65"


def test_a_model_for_few_labels_takes_part_where_it_is_named(job, tmp_path):
    named = job(10_000, models=("tfidf-logreg", "encoder-few"))

    assert _refusal("encoder-few", named, tmp_path / "sample.jsonl") is None
