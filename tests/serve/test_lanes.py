"""Releases beside each other: opened, promoted, tried on some calls, asked in the shadow."""

import asyncio
import json
import sys
import time
from contextlib import asynccontextmanager

import pytest
from tests.serve.conftest import WORKER, a_bundle

from luodi.bundle import read_bundle, reseal
from luodi.errors import SetupError
from luodi.ledger.ids import new_id
from luodi.serve.counters import Counters
from luodi.serve.endpoint import Answered, Endpoint
from luodi.serve.limits import Limits
from luodi.serve.problems import ProblemError


@asynccontextmanager
async def serving(path, seconds=0.0):
    endpoint = Endpoint(
        read_bundle(path),
        limits=Limits(),
        counters=Counters(),
        command=lambda folder: [sys.executable, "-c", WORKER, str(folder), str(seconds)],
    )
    await endpoint.start()
    try:
        yield endpoint
    finally:
        await endpoint.stop()


async def releases(endpoint, n):
    calls = [endpoint.answer([{"text": "a"}, {"text": "b"}]) for _ in range(n)]
    made = [{one.served.release for one in answers} for answers in await asyncio.gather(*calls)]
    assert all(len(one) == 1 for one in made), "an answer of two releases"
    return [one.pop() for one in made]


def test_a_promoted_release_answers_from_then_on_and_what_was_begun_is_finished_by_the_old_one(bundle_path):
    async def run():
        async with serving(bundle_path, seconds=0.1) as endpoint:
            first = endpoint.release
            lane = await endpoint.open_lane(new_id(), bundle_path)
            begun = asyncio.create_task(releases(endpoint, 5))
            await asyncio.sleep(0.05)
            old = await endpoint.promote(lane)
            after = await releases(endpoint, 5)
            before = await begun
            await old.close()
            assert old.worker.rss_mb() == 0
            return first, lane.release, set(before), set(after)

    first, second, before, after = asyncio.run(run())

    assert (before, after) == ({first}, {second})


def test_a_canary_answers_its_share_of_the_calls(bundle_path):
    async def run():
        async with serving(bundle_path) as endpoint:
            endpoint.canary = (lane := await endpoint.open_lane(new_id(), bundle_path), 0.3)
            chosen = [endpoint.lane_for(new_id()) is lane for _ in range(4_000)]
            return sum(chosen) / len(chosen), set(await releases(endpoint, 60)), {endpoint.release, lane.release}

    share, seen, both = asyncio.run(run())

    assert 0.26 < share < 0.34
    assert seen == both


def test_a_shadow_is_asked_after_the_answer_is_out_and_its_faults_are_nobodys(bundle_path, tmp_path):
    other = a_bundle(tmp_path / "other", threshold=0.9, promise={"precision": 0.97, "confidence": 0.95})

    async def run():
        async with serving(bundle_path) as endpoint:
            pairs = []
            endpoint.shadow = await endpoint.open_lane(new_id(), other)
            endpoint.shadow_watchers.append(lambda given, shadow: pairs.append((given, shadow)))
            (one, _) = await endpoint.answer([{"text": "a"}, {"text": "boom"}])
            assert not pairs
            while not pairs:
                await asyncio.sleep(0.01)
            return one, pairs

    one, [(given, shadow)] = asyncio.run(run())

    assert isinstance(one, Answered) and given == one.served
    assert (given.id, given.handed_over) == (shadow.id, False)
    assert shadow.handed_over and shadow.release != given.release


def broken_model(path):
    (path / "model" / "session.json").write_text('{"engine": "engine_constant"}')


def other_answers(path):
    (path / "model" / "session.json").write_text('{"engine": "engine_constant", "scores": {"refund": 1.0}}')


def no_examples(path):
    (path / "examples.jsonl").write_text("")


@pytest.mark.parametrize("broken", [broken_model, other_answers, no_examples])
def test_a_broken_candidate_is_refused_and_nothing_else_changes(bundle_path, tmp_path, broken):
    path = a_bundle(tmp_path / "candidate")
    broken(path)
    reseal(path)

    async def run():
        async with serving(bundle_path) as endpoint:
            with pytest.raises(SetupError) as error:
                await endpoint.open_lane(new_id(), path)
            assert await releases(endpoint, 1) == [endpoint.release]
            return error.value

    assert asyncio.run(run()).fix


def test_a_text_whose_end_nobody_saw_is_told(bundle_path):
    async def run():
        async with serving(bundle_path) as endpoint:
            whole, cut = await endpoint.answer([{"text": "a" * 1_000}, {"text": "a" * 1_001}])
            figures = endpoint.figures.counters.text().decode()
            return whole, cut, figures

    whole, cut, figures = asyncio.run(run())

    assert (whole.served.truncated, cut.served.truncated) == (False, True)
    assert "truncated" not in whole.body and cut.body["truncated"] is True
    assert 'luodi_truncated_total{scenario="tickets"} 1.0' in figures
    json.dumps(cut.body)


MASKING = {"clean": None, "personal": "mask", "lines": [], "kinds": []}


def test_requests_are_masked_in_a_thread_as_the_bundle_masks_them(tmp_path):
    path = a_bundle(tmp_path / "masking", wash=MASKING)
    text = "My name is Anna Schmidt, write to anna@example.com"

    async def run():
        async with serving(path) as endpoint:
            made = await asyncio.gather(*(endpoint.answer([{"text": text}, {"txt": "a"}]) for _ in range(8)))
            return made, endpoint.washing.n

    made, n = asyncio.run(run())

    bundle = read_bundle(path)
    expected = bundle.task.to_x(bundle.clean(bundle.task.Request(text=text)), bundle.options)
    assert "anna@example.com" not in expected
    assert {one.served.x for one, _ in made} == {expected}
    assert {other.status for _, other in made} == {400}
    assert n == 0


def test_what_cannot_be_masked_in_time_is_told_so_and_not_kept(tmp_path):
    async def run():
        async with serving(a_bundle(tmp_path / "masking", wash=MASKING)) as endpoint:
            with pytest.raises(ProblemError) as late:
                await endpoint.answer([{"text": "write to anna@example.com"}], deadline=time.monotonic())
            return late.value.problem.status, endpoint.washing.n

    assert asyncio.run(run()) == (504, 0)
