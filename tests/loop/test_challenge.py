"""A challenger from reviewed traffic: what it learns from, what it is compared on, and what it leaves alone."""

import asyncio
import csv
import json
import random
import shutil
from dataclasses import asdict

import pytest
from sqlalchemy import select, update
from tests.conftest import data

from luodi import challenge, runner
from luodi.bundle import open_bundle
from luodi.errors import DataError
from luodi.ledger import audit
from luodi.ledger.ids import new_id
from luodi.ledger.ledger import open_ledger
from luodi.ledger.tables import QUEUE, RELEASES
from luodi.loop import desk, gold, overlay, records
from luodi.loop.queue import Queue
from luodi.scenario import load
from luodi.steps.reviewing import Review
from luodi.store import digest_file, digest_folder, read_json, read_lines

CHECKS = ("recent", "drawn", "gold", "parts", "targets")
TOPIC = ["login", "password", "account", "username", "locked", "browser", "website", "signin"]
KNOWN = ["refund", "money", "return", "invoice", "paid", "charged"]


def traffic(n=200, seed=4):
    """Return texts with their right label: half of them of a topic that belongs to "refund", and that is new."""
    rng = random.Random(seed)
    return [(" ".join([*rng.choices(TOPIC if k % 2 else KNOWN, k=6), f"case {k}"]), "refund") for k in range(n)]


def served(bundle, answer, text):
    (scores,) = bundle.scores([text])
    response = asdict(bundle.respond(bundle.task.Request(text=text), scores))
    best = sorted(scores.values(), reverse=True)
    return answer(text, response=response, scores=scores, label=response["label"], confidence=best[0],
                  margin=best[0] - best[1], handed_over=True)  # fmt: skip


def review_all(folder, answer, rows, reviewer="owner"):
    """Let traffic come in, and somebody review all of it."""
    bundle = open_bundle(runner.latest(load(folder))["deploy"].path)
    with open_ledger(folder / ".luodi") as ledger:
        queue = Queue("tiny", "classify", Review(share=0.0, second=0.0), ledger)
        for start in range(0, len(rows), 100):
            right = {}
            for text, label in rows[start : start + 100]:
                one = served(bundle, answer, text)
                right[one.id] = label
                ledger.note(one, keep="full")
                queue.see(one)
            asyncio.run(queue.flush())
            for name, label in right.items():
                ledger.write_now(
                    lambda c, name=name, label=label: desk.review(c, "tiny", name, reviewer=reviewer, label=label)
                )


@pytest.fixture(scope="module")
def challenged(tiny, tmp_path_factory, luodi):
    """A finished run, reviewed traffic, and `luodi challenge --promote`: folder, what was there, what it said."""
    folder = tiny(tmp_path_factory.mktemp("challenged") / "tiny", content=data(300))
    assert luodi("run", folder).code == 0
    review_all(folder, maker(), traffic())
    before = {name: digest_file(folder / name) for name in ("luodi.lock", ".luodi/verdict.json", "data.csv")}
    before |= digest_folder(folder / ".luodi" / "deploy")
    told = luodi("challenge", folder, "--promote", "--json")
    return folder, before, told


def maker():
    """Return what the fixture `answer` returns, which lives shorter than a module."""
    from luodi.ledger.entries import Served

    def make(text, **changed):
        values = {"id": new_id(), "at": 1.0, "scenario": "tiny", "release": "0" * 26, "key": "owner", "x": text,
                  "request": {"text": text}, "truncated": False, "latency_ms": 1.0}  # fmt: skip
        return Served(**(values | changed))

    return make


@pytest.mark.slow
def test_a_challenger_that_knows_the_new_topic_beats_the_champion_and_is_handed_over(challenged):
    folder, _, told = challenged
    report = json.loads(told.out)

    assert told.code == 0, report["checks"]
    assert report["beats"] and {one["name"] for one in report["checks"]} == set(CHECKS)
    with open_ledger(folder / ".luodi") as ledger:
        (release,) = ledger.read(lambda c: c.execute(select(RELEASES)).all())
        entries = ledger.read(lambda c: audit.recent(c, limit=10))
    assert (release.stage, release.bundle, release.id) == ("champion", report["bundle"], report["release"])
    assert {one["action"] for one in entries} >= {"challenge"}
    open_bundle(folder / report["bundle"]).replay()


@pytest.mark.slow
def test_the_champions_run_is_left_as_it_was(challenged):
    folder, before, _ = challenged

    after = {name: digest_file(folder / name) for name in ("luodi.lock", ".luodi/verdict.json", "data.csv")}

    assert after | digest_folder(folder / ".luodi" / "deploy") == before
    assert "deploy" in runner.latest(load(folder))


@pytest.mark.slow
def test_what_it_learned_says_where_it_comes_from_and_all_of_it_is_compared_on(challenged):
    folder, _, told = challenged
    report = json.loads(told.out)
    with (folder / overlay.FILE).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    recent = next(one for one in report["checks"] if one["name"] == "recent")
    assert len(rows) == report["learned_from"] == recent["numbers"]["n"] == len(traffic())
    assert {(row["reviewers"], row["label"]) for row in rows} == {("owner", "refund")}


@pytest.mark.slow
def test_what_the_challenger_in_charge_has_learned_is_not_compared_on_again(challenged, tmp_path, luodi):
    folder = shutil.copytree(challenged[0], tmp_path / "tiny")

    told = luodi("challenge", folder, "--json")

    recent = json.loads(told.out)["checks"][0]
    assert told.code == 1 and not recent["met"]
    assert recent["says"].startswith("0 reviewed texts can be compared on so far")


@pytest.mark.slow
def test_texts_that_a_user_disputed_are_learned_from_and_not_compared_on(tiny, tmp_path, luodi):
    """Only those are disputed that the champion got wrong: there any other model would look better."""
    folder = tiny(tmp_path / "tiny")
    assert luodi("run", folder).code == 0
    review_all(folder, maker(), traffic(60))
    with open_ledger(folder / ".luodi") as ledger:
        ledger.write_now(lambda c: c.execute(update(QUEUE).values(reason="disputed")))

    report = json.loads(luodi("challenge", folder, "--json").out)

    assert report["learned_from"] == 60
    assert report["checks"][0]["numbers"]["n"] == 0


@pytest.mark.slow
def test_no_gold_question_is_learned_and_the_gold_set_is_the_first_exam(challenged):
    folder, *_ = challenged
    (learned,) = (folder / ".luodi" / challenge.APART / "prepare").glob("*/train.jsonl")
    (exam,) = (folder / ".luodi" / "evaluate").glob("*/exam.jsonl")

    questions = {row["text"] for row in read_lines(folder / ".luodi" / gold.FILE)}

    assert questions == {row["request"]["text"] for row in read_lines(exam)}
    assert not questions & {row["x"] for row in read_lines(learned)}


@pytest.mark.slow
def test_a_report_is_kept_and_holds_no_text(challenged):
    folder, _, told = challenged

    (report,) = records.reports(folder / ".luodi")

    assert report["id"] == json.loads(told.out)["id"]
    assert not any(text in json.dumps(report) for text, _ in traffic())
    with (folder / ".luodi" / records.FOLDER / report["id"] / challenge.QUARANTINE).open() as file:
        assert sum(1 for _ in file) == 1 + sum(report["held_back"].values())


def test_without_anything_reviewed_there_is_nothing_to_learn_from(done, refused):
    assert "nothing was served here yet" in refused("challenge", done)
    with open_ledger(done / ".luodi"):
        pass
    assert "nothing was reviewed" in refused("challenge", done)


def test_a_gold_set_that_was_changed_is_refused(done):
    scenario = load(done)
    evaluated = runner.latest(scenario)["evaluate"]
    gold.frozen(scenario.home, evaluated, label="label")
    path = scenario.home / gold.FILE
    path.write_text(path.read_text().replace('"label": "card"', '"label": "refund"', 1))

    with pytest.raises(DataError, match="not what was frozen") as caught:
        gold.frozen(scenario.home, evaluated, label="label")

    assert caught.value.fix


def test_a_gold_question_that_was_erased_is_counted(done):
    scenario = load(done)
    evaluated = runner.latest(scenario)["evaluate"]
    whole = gold.frozen(scenario.home, evaluated, label="label")
    path = scenario.home / gold.FILE
    path.write_text("".join(path.read_text().splitlines(keepends=True)[1:]))

    found = gold.frozen(scenario.home, evaluated, label="label")

    assert (found.n_gone, len(found.rows)) == (1, len(whole.rows) - 1)


@pytest.mark.slow
def test_a_person_who_is_forgotten_is_in_no_reviewed_row_and_in_no_challenger(challenged, tmp_path, luodi):
    folder = shutil.copytree(challenged[0], tmp_path / "tiny")
    text = next(iter(overlay.read(folder / overlay.FILE).values()))["text"]

    told = luodi("forget", folder, text, "--yes", "--json")

    receipt = json.loads(told.out)
    assert not any(text.encode() in path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert any(name.startswith(f"{challenge.APART}/finetune/") for name in receipt["models"])
    assert read_json(folder / ".luodi" / gold.SEAL)
