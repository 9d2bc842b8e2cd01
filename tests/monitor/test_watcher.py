import asyncio
import json
import random
import time

import pytest
from sqlalchemy import insert

from luodi.ledger.ledger import open_ledger
from luodi.ledger.tables import QUEUE
from luodi.monitor import alarms, watcher
from luodi.monitor.watcher import Watcher

PROMISE = {"precision": 0.9, "threshold": 0.75}


@pytest.fixture
def bundle(about, tmp_path):
    (tmp_path / "watch.json").write_text(json.dumps(about))
    return tmp_path


@pytest.fixture
def ledger(tmp_path):
    with open_ledger(tmp_path / "home") as one:
        yield one


def watching(ledger, bundle, **about):
    made = Watcher("letters", ledger, home=bundle / "home")
    made.follow("r1", bundle, {"promise": PROMISE, "watch": {"mail_to": "ops@example.com"}} | about)
    return made


async def feed(one, served, rng, n, topic=None):
    for _ in range(n):
        answer = served(rng, topic)
        one.ledger.note(answer, keep="redacted")
        one.see(answer)
    await one.look(at_once=True)


def test_an_alarm_is_written_told_explained_and_ends_by_itself(ledger, bundle, served):
    async def main():
        one, rng = watching(ledger, bundle), random.Random(1)
        await feed(one, served, rng, 500, "strange")
        during = ledger.read(lambda two: alarms.recent(two, "letters"))
        await one.stop()
        told = ledger.read(lambda two: watcher.health(two, "letters"))
        again = watching(ledger, bundle)  # a restart goes on with the same alarms
        await feed(again, served, rng, 6_000)
        after = ledger.read(lambda two: alarms.recent(two, "letters"))
        await again.stop()
        return during, told, after

    during, told, after = asyncio.run(main())

    assert {"words", "unknown"} <= {one["number"] for one in during}
    assert told["state"] == "look" and told["texts"] and {"text", "why", "id"} == set(told["texts"][0])
    assert len(after) == len(during) and all(one["ended_at"] for one in after)
    assert len(list((bundle / "home" / "mail").glob("*.eml"))) == 2 * len(during)


@pytest.mark.parametrize(("reason", "state"), [("sampled", "stop"), ("low_margin", "fine")])
def test_a_promise_is_broken_only_by_reviews_of_a_random_sample(ledger, bundle, served, reason, state):
    rng = random.Random(2)
    answers = [served(rng, "refund", handed_over=False) for _ in range(300)]

    def work(connection):
        for n, one in enumerate(answers):
            label = one.label if n % 2 else "repair"
            values = {"request_id": one.id, "scenario": "letters", "at": time.time(), "reason": reason, "priority": 0.0}
            values |= {"state": "decided", "label": label, "decided_at": time.time()}
            connection.execute(insert(QUEUE).values(**values))

    async def main():
        for one in answers:
            ledger.note(one, keep="redacted")
        ledger.write_now(work)
        one = watching(ledger, bundle)
        await one.look(at_once=True)
        await one.stop()
        return {number.name: number for number in one.numbers()}["promise"]

    found = asyncio.run(main())

    assert found.state == state
    assert found.interval is None if state == "fine" else found.interval[1] < 0.9


def test_hours_are_kept_and_only_the_last_holds_what_a_restart_needs(ledger, bundle, served):
    async def main():
        one = watching(ledger, bundle)
        one.hour.start -= alarms.HOUR
        await feed(one, served, random.Random(3), 30)
        await one.stop()

    asyncio.run(main())
    rows = ledger.read(lambda one: alarms.last_window(one, "letters"))

    assert rows["figures"]["requests"] == 30 and "live" in rows["figures"]
    assert ledger.read(lambda one: alarms.per_week(one, "letters")) == 30


def test_alarms_of_other_scenarios_are_left_alone(ledger, bundle, served):
    ledger.write_now(lambda one: alarms.add(one, "another", "words", "look", {}))

    async def main():
        one = watching(ledger, bundle)
        await feed(one, served, random.Random(4), 50)
        await one.stop()

    asyncio.run(main())

    assert ledger.read(lambda one: alarms.recent(one, "another"))[0]["ended_at"] is None
