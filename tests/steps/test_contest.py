"""The contest: who is dropped before learning all, who never starts, and what paying more would buy."""

import random
from types import SimpleNamespace

import pytest

from luodi import registry
from luodi.contracts import Artifact, Job
from luodi.steps import contest, paying, s3_select
from luodi.store import read_json, write_json, write_lines

QUEUES = {"card": ["card", "pin", "atm", "chip"], "refund": ["refund", "money", "back", "paid"]}


def job_of(root, *, n=60, succeed=None, **settings):
    """Return the job of a contest on n rows of two queues whose words differ."""
    rng = random.Random(n)
    for name in ("prepared", "out", "work"):
        (root / name).mkdir()
    rows = [
        {"x": " ".join([*rng.choices(QUEUES[y], k=3), f"number {i}"]), "y": y, "line": f"t.csv:{i}"}
        for i, y in enumerate(rng.choices(sorted(QUEUES), k=n + 40))
    ]
    write_lines(root / "prepared" / "train.jsonl", rows[:n])
    write_lines(root / "prepared" / "dev.jsonl", rows[n:])
    task = registry.task("text-classification")
    facts = {"rows": {"train": n, "dev": 40}}
    define = {"succeed": succeed or {}, "automate": None, "price": {"core_hour": 0.05}}

    def artifact(step, facts, path):
        return Artifact(step=step, key="", path=path, digest="", facts=facts, measured={})

    return Job(
        name="tickets",
        goal="",
        task_name="text-classification",
        task=task,
        options=task.Options(),
        settings=s3_select.Settings(n_resamples=50, **settings),
        seed=7,
        root=root,
        inputs={
            "prepare": artifact("prepare", facts, root / "prepared"),
            "define": artifact("define", define, root),
        },
        out=root / "out",
        work=root / "work",
    )


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    """A contest of two that learn in seconds, and what came of it."""
    job = job_of(tmp_path_factory.mktemp("held"), models=("majority", "tfidf-logreg"))
    return SimpleNamespace(job=job, outcome=s3_select.run(job))


def test_every_candidate_is_held_against_the_chosen_one_on_the_same_rows(held):
    candidates = {one["model"]: one for one in held.outcome.facts["candidates"]}

    loser = candidates["majority"]["gain"]
    assert held.outcome.facts["model"] == "tfidf-logreg"
    assert "gain" not in candidates["tfidf-logreg"]
    assert loser["gain"] == pytest.approx(candidates["majority"]["value"] - candidates["tfidf-logreg"]["value"])
    assert loser["low"] <= loser["gain"] <= loser["high"] < 0


def test_a_contest_that_was_interrupted_takes_what_it_finds(held):
    found = read_json(held.job.work / "tfidf-logreg" / "done.json")
    write_json(held.job.work / "tfidf-logreg" / "done.json", found | {"scales": found["scales"] | {"fit_s": 77.0}})

    again = contest.hold(contest.Contest(job=held.job, rungs=(), whole=True, remotes={}), [])
    job = held.job
    for one in ("out",):
        for file in (job.root / one).iterdir():
            if file.is_file():
                file.unlink()
    sample = contest.Sample(path=job.work / "sample-60.jsonl", n=60)
    once_more = contest.hold(contest.Contest(job=job, rungs=(sample,), whole=True, remotes={}), ["tfidf-logreg"])

    assert again == {}
    assert once_more["tfidf-logreg"].scales["fit_s"] == 77.0


def shown(root, name, right, *, usd_per_1k, n=60):
    """Return a candidate that answered the first so many of n rows rightly."""
    folder = root / name
    folder.mkdir()
    rows = [{"y": "a" if i % 2 else "b", "answer": ""} for i in range(n)]
    for i, row in enumerate(rows):
        row["answer"] = row["y"] if i < right else ("b" if row["y"] == "a" else "a")
    write_lines(folder / "dev.jsonl", rows)
    facts = {"model": name, "value": right / n, "refused": None}
    return contest.Shown(facts=facts, scales={"usd_per_1k": usd_per_1k}, folder=folder)


@pytest.mark.parametrize(
    ("right", "usd_per_1k", "n", "dropped"),
    [
        pytest.param(20, 0.02, 500, True, id="it makes far more mistakes, and costs more"),
        pytest.param(20, 0.001, 500, False, id="it costs less"),
        pytest.param(48, 0.02, 500, False, id="on four times the rows it could catch up"),
        pytest.param(20, 0.02, 1, False, id="a sample so small says nothing about the large one"),
    ],
)
def test_a_slow_candidate_is_dropped_on_a_small_sample_only_where_it_cannot_catch_up(
    right, usd_per_1k, n, dropped, tmp_path
):
    job = job_of(tmp_path)
    rungs = (contest.Sample(path=tmp_path, n=500), contest.Sample(path=tmp_path, n=2_000))
    it = contest.Contest(job=job, rungs=rungs, whole=False, remotes={})
    one = shown(tmp_path, "one", right, usd_per_1k=usd_per_1k)
    best = shown(tmp_path, "best", 54, usd_per_1k=0.01)

    why = contest._hopeless(it, one, best, n)

    assert bool(why) is dropped
    if why:
        assert why.startswith("on 500 rows it made 0.") and "best 0.1" in why


@pytest.mark.parametrize(
    ("succeed", "settings", "why"),
    [
        pytest.param({"cost.p95_ms": 4.0}, {}, "9 ms, 4 ms asked (p95_ms)", id="too slow"),
        pytest.param({"cost.p95_ms": 5.0}, {}, None, id="too slow, but perhaps because others use the machine"),
        pytest.param({}, {"max_size_mb": 20.0}, "22 MB, 20 MB asked (size_mb)", id="too large"),
        pytest.param({"cost.size_mb": 21.0}, {"max_size_mb": 50.0}, "22 MB, 21 MB asked (size_mb)", id="the stricter"),
        pytest.param({"classification.accuracy": 0.9}, {}, None, id="nothing that an untrained network could miss"),
    ],
)
def test_a_network_that_cannot_keep_a_limit_is_refused_before_it_learns(succeed, settings, why, tmp_path):
    job = job_of(tmp_path, succeed=succeed, **settings)
    (job.work / "encoder-sketch").mkdir()
    write_json(job.work / "encoder-sketch" / "scales.json", {"p50_ms": 9.0, "p95_ms": 30.0, "size_mb": 22.0})
    rows = job.inputs["prepare"].path / "train.jsonl"
    it = contest.Contest(job=job, rungs=(contest.Sample(path=rows, n=60),), whole=True, remotes={})

    refused = contest.too_dear(it, "encoder")

    assert refused == (why and f"untrained it already takes {why}")
    assert contest.too_dear(it, "majority") is None
    assert s3_select._refused(it, ["majority", "encoder"]) == ({"encoder": refused} if why else {})
    assert s3_select._refused(it, ["encoder"]) == {}  # nobody else is there: the verdict will say it


def test_a_sample_holds_the_smaller_ones(tmp_path):
    write_lines(tmp_path / "train.jsonl", ({"x": f"t {i}", "y": "a", "line": f"t:{i}"} for i in range(50)))

    small, large, whole = contest.samples(tmp_path, tmp_path / "train.jsonl", [5, 20, 50], seed=1)

    lines = [set(one.path.read_text().splitlines()) for one in (small, large, whole)]
    assert [len(one) for one in lines] == [5, 20, 50]
    assert lines[0] < lines[1] < lines[2]


def candidates(gain, low, high):
    winner = {"model": "small", "value": 0.8}
    dear = {"model": "large", "value": 0.8 + gain, "gain": {"gain": gain, "low": low, "high": high}}
    return winner, [winner, dear]


@pytest.mark.parametrize(
    ("gain", "low", "high", "said"),
    [
        pytest.param(0.012, 0.004, 0.021, "buys +1.2 points (+0.4 to +2.1)", id="a sure gain"),
        pytest.param(0.01, -0.01, 0.03, "is not sure to help: +1.0 points (-1.0 to +3.0)", id="perhaps"),
        pytest.param(-0.03, -0.05, -0.01, "buys nothing: -3.0 points (-5.0 to -1.0)", id="a sure loss"),
    ],
)
def test_what_paying_more_would_buy_is_one_sentence(gain, low, high, said):
    offer = paying.more(*candidates(gain, low, high), {"small": {"usd_per_1k": 0.01}, "large": {"usd_per_1k": 0.04}})

    assert paying.said(offer) == f"paying 4 times as much (large, $0.04 per 1,000) {said}"


def test_there_is_no_offer_where_nothing_costs_more():
    prices = {"small": {"usd_per_1k": 0.04}, "large": {"usd_per_1k": 0.01}}

    assert paying.more(*candidates(0.1, 0.0, 0.2), prices) is None
