"""A ledger, answers as a service gives them, and people who review."""

import asyncio
import random
import time
from dataclasses import replace

import pytest

from luodi.ledger.entries import Served
from luodi.ledger.ids import new_id
from luodi.ledger.ledger import open_ledger
from luodi.loop import desk
from luodi.loop.queue import Queue
from luodi.steps.reviewing import Review

NEVER = Review(share=0.0, margin=0.0, second=0.0)


@pytest.fixture
def ledger(tmp_path):
    with open_ledger(tmp_path / "home") as one:
        yield one


@pytest.fixture
def answer():
    """Return a function that makes an answer."""

    def make(text, **changed):
        served = Served(
            id=new_id(),
            at=time.time(),
            scenario="tiny",
            release="0" * 26,
            key="owner",
            request={"text": text},
            x=text,
            response={"label": "card"},
            scores={"card": 0.7, "refund": 0.3},
            label="card",
            confidence=0.7,
            margin=0.4,
            handed_over=False,
            truncated=False,
            latency_ms=1.0,
        )
        return replace(served, **changed)

    return make


@pytest.fixture
def see(ledger):
    """Return a function that lets a queue see answers, which the ledger keeps."""

    def all_of(answers, rules=NEVER, *, keep="full", queue=None):
        queue = queue or Queue("tiny", "classify", rules, ledger, rng=random.Random(7))
        for one in answers:
            ledger.note(one, keep=keep)
            queue.see(one)
        asyncio.run(queue.flush())
        return queue

    return all_of


@pytest.fixture
def waiting(ledger):
    """Return a function that lists what waits for somebody."""

    def items(reviewer="owner", **more):
        told = {"reviewer": reviewer, "is_admin": reviewer == "owner", "limit": 500} | more
        return ledger.read(lambda connection: desk.listing(connection, "tiny", **told))["items"]

    return items


@pytest.fixture
def say(ledger):
    """Return a function with which somebody reviews."""

    def one(request_id, label, reviewer="owner"):
        return ledger.write_now(lambda c: desk.review(c, "tiny", request_id, reviewer=reviewer, label=label))

    return one
