"""A reader learns from answers that people reviewed, and is compared on some that nobody learns from."""

import asyncio
import csv
import json
import random
import shutil
import time

import pytest
from tests.access.conftest import serving

from luodi import challenge_extract, runner
from luodi.bundle import ABOUT, open_bundle
from luodi.ledger.entries import Served, as_text
from luodi.ledger.ids import new_id
from luodi.ledger.ledger import open_ledger
from luodi.loop import desk, judged
from luodi.loop.queue import Queue
from luodi.scenario import load
from luodi.steps.reviewing import Review
from luodi.store import read_json, read_lines, write_json

N = 60


def passages():
    """Return passages of villages that the scenario has never read of, each with a question and its answer."""
    for n in range(N):
        yield (
            f"Upper {n}ford has {n + 3} inns. The brook is called B{n}.",
            f"How many inns has Upper {n}ford?",
            f"{n + 3} inns",
        )


def serve(ledger, bundle, asked):
    """Let a bundle answer as a service would, and people review: every third answer has none, says the owner."""
    queue = Queue("towns", "extract", Review(share=1.0), ledger, rng=random.Random(7))
    ids = []
    for question, passage in asked:
        request = bundle.task.Request(question=question, passage=passage)
        (response,) = bundle.answer([request])
        ids.append(new_id())
        served = Served(
            id=ids[-1], at=time.time(), scenario="towns", release="0" * 26, key="owner",
            request={"question": question, "passage": passage, "write": False},
            x=as_text(bundle.task.to_x(request, bundle.options)),
            response={"answer": response.answer, "start": response.start, "end": response.end, "others": []}, scores={},
            label=judged.RIGHT if response.answer else judged.NONE, confidence=response.score, margin=0.1,
            handed_over=True, truncated=False, latency_ms=1.0,
        )  # fmt: skip
        ledger.note(served, keep="full")
        queue.see(served)
    asyncio.run(queue.flush())
    return ids


@pytest.fixture
def reviewed(answered, tmp_path):
    """A copy of the finished run, and a ledger in which 60 answers were reviewed."""
    folder = tmp_path / "towns"
    shutil.copytree(answered.scenario.root, folder)
    bundle = open_bundle(runner.latest(load(folder))["deploy"].path)
    with open_ledger(folder / ".luodi") as ledger:
        rows = list(passages())
        ids = serve(ledger, bundle, [(question, passage) for passage, question, _ in rows])
        for n, (name, (*_, answer)) in enumerate(zip(ids, rows, strict=True)):
            label = judged.NONE if n % 3 == 0 else answer
            said = ledger.write_now(
                lambda one, name=name, label=label: desk.review(one, "towns", name, reviewer="owner", label=label)
            )
            assert said == ("decided", label)
    return folder


def test_what_was_reviewed_is_a_table_to_learn_from_and_a_third_is_kept_to_compare_on(reviewed, luodi):
    done = luodi("challenge", reviewed, "--json")
    report = json.loads(done.out)
    with (reviewed / "reviewed.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    assert done.code in {0, 1}
    assert [one["name"] for one in report["checks"]] == ["recent", "drawn", "exam", "targets"]
    assert report["learned_from"] == len(rows) and report["learned_from"] + report["compared_on"] == N
    assert 10 <= report["compared_on"] <= 30
    right = {passage: answer for passage, _, answer in passages()}
    assert {row["answers"] for row in rows} > {""}
    for row in rows:
        assert row["answers"] in {"", json.dumps([right[row["context"]]])}


def test_the_challenger_has_read_them_and_its_exam_is_the_champions(reviewed, luodi):
    before = list(read_lines(runner.latest(load(reviewed))["evaluate"].path / "exam.jsonl"))
    luodi("challenge", reviewed)

    (prepared,) = (reviewed / ".luodi" / "challenger" / "prepare").glob("*/train.jsonl")
    (exam,) = (reviewed / ".luodi" / "challenger" / "evaluate").glob("*/exam.jsonl")
    read = [row["request"]["passage"] for row in read_lines(prepared)]

    assert sum("inns" in one for one in read) > N / 2
    assert [one["request"] for one in read_lines(exam)] == [one["request"] for one in before]


def test_a_reader_without_anything_new_to_learn_is_not_said_to_be_better(reviewed):
    with open_ledger(reviewed / ".luodi") as ledger:
        done = challenge_extract.run(load(reviewed), ledger, actor="owner")

    checks = {one.name: one for one in done.checks}
    assert not done.beats and not checks["recent"].met  # the reader of words learns nothing from answers
    assert checks["exam"].met and checks["exam"].numbers["challenger"] == checks["exam"].numbers["champion"]


def test_nothing_reviewed_is_told(answered, tmp_path, luodi):
    folder = tmp_path / "towns"
    shutil.copytree(answered.scenario.root, folder)
    with open_ledger(folder / ".luodi"):
        pass

    done = luodi("challenge", folder)

    assert done.code == 2 and "nothing was reviewed that a challenger could learn from" in done.err


def test_people_say_over_http_which_words_are_right_and_others_are_refused(answered, tmp_path):
    bundle = tmp_path / "bundle"
    shutil.copytree(answered.artifacts["deploy"].path, bundle)
    write_json(bundle / ABOUT, read_json(bundle / ABOUT) | {"review": {"share": 1.0, "second": 0.0}})
    passage = "Kelso has forty bridges."
    with serving(tmp_path / "home", bundle) as server, server.client("data") as data, server.client() as client:
        asked = data.post("/predict", json={"question": "How many bridges has Kelso?", "passage": passage}).json()
        item = waits(client)
        refused = client.post("/reviews", json={"request_id": asked["id"], "label": "fifty"})
        kept = client.post("/reviews", json={"request_id": asked["id"], "label": "forty"})

    assert (item["request_id"], item["answer"], item["start"]) == (asked["id"], asked["answer"], asked["start"])
    assert refused.status_code == 422 and "out of the passage" in refused.json()["fix"]
    assert (kept.status_code, kept.json()) == (201, {"state": "decided", "label": "forty"})


def waits(client):
    """Return the one answer that waits, as soon as it does."""
    for _ in range(200):
        items = client.get("/queue").json()["items"]
        if items:
            return items[0]
        time.sleep(0.05)
    raise AssertionError("nothing waits")
