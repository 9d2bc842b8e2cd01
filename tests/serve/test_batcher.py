"""The batcher by itself, in an event loop of its own."""

import asyncio
import threading
import time
from contextlib import asynccontextmanager

import pytest

from luodi.serve.batcher import Batcher, Failed, FullError, each


@asynccontextmanager
async def batching(predict, **changed):
    sizes = []
    values = {"max_batch": 4, "max_wait_ms": 20, "max_waiting": 8, "seen": sizes.append} | changed
    batcher = Batcher(predict, **values)
    batcher.start()
    try:
        yield batcher, sizes
    finally:
        await batcher.stop()


def double(xs):
    return [2 * x for x in xs]


def test_answers_come_back_in_order_whatever_the_batches():
    async def ask():
        async with batching(double) as (batcher, sizes):
            one, many = await asyncio.gather(
                batcher.answer([1], timeout_s=5), batcher.answer([2, 3, 4, 5, 6], timeout_s=5)
            )
            return one, many, sizes

    assert asyncio.run(ask()) == ([2], [4, 6, 8, 10, 12], [4, 2])


def test_a_full_batch_does_not_wait():
    async def ask():
        async with batching(double, max_wait_ms=60_000) as (batcher, _):
            return await batcher.answer([1, 2, 3, 4], timeout_s=5)

    assert asyncio.run(ask()) == [2, 4, 6, 8]


def test_the_model_runs_in_one_thread_that_is_not_the_event_loop():
    async def ask():
        async with batching(lambda xs: [threading.current_thread().name for _ in xs]) as (batcher, _):
            return {name for _ in range(3) for name in await batcher.answer([1, 2], timeout_s=5)}

    assert asyncio.run(ask()) == {"luodi-model"}


def test_the_next_batch_forms_while_one_is_computed():
    def slow(xs):
        time.sleep(0.1)
        return xs

    async def ask():
        async with batching(slow, max_wait_ms=1) as (batcher, sizes):
            first = asyncio.create_task(batcher.answer([0], timeout_s=5))
            await asyncio.sleep(0.05)
            rest = [asyncio.create_task(batcher.answer([n], timeout_s=5)) for n in range(1, 4)]
            await asyncio.gather(first, *rest)
            return sizes

    assert asyncio.run(ask()) == [1, 3]


def test_what_has_not_begun_when_its_time_is_up_is_never_computed():
    computed = []

    def slow(xs):
        computed.extend(xs)
        time.sleep(0.1)
        return xs

    async def ask():
        async with batching(slow, max_wait_ms=0) as (batcher, _):
            first = asyncio.create_task(batcher.answer(["first"], timeout_s=5))
            await asyncio.sleep(0.02)
            with pytest.raises(TimeoutError):
                await batcher.answer(["late"], timeout_s=0.02)
            await first
            return await batcher.answer(["last"], timeout_s=5)

    assert asyncio.run(ask()) == ["last"]
    assert computed == ["first", "last"]


def test_a_full_queue_refuses_at_once_and_forgets_those_who_left():
    release = threading.Event()

    def held(xs):
        release.wait(5)
        return xs

    async def ask():
        async with batching(held, max_batch=1, max_wait_ms=0, max_waiting=2) as (batcher, _):
            first = asyncio.create_task(batcher.answer([0], timeout_s=5))
            await asyncio.sleep(0.02)
            waiting = asyncio.create_task(batcher.answer([1, 2], timeout_s=5))
            await asyncio.sleep(0)
            with pytest.raises(FullError):
                await batcher.answer([3], timeout_s=5)
            waiting.cancel()
            await asyncio.wait([waiting])
            last = asyncio.create_task(batcher.answer([4], timeout_s=5))
            await asyncio.sleep(0)
            release.set()
            return await first + await last

    assert asyncio.run(ask()) == [0, 4]


def test_only_the_failing_ones_of_a_batch_fail():
    def picky(xs):
        if 0 in xs:
            raise ZeroDivisionError
        return xs

    answers = each(picky, [1, 2, 0, 3, 0])

    assert [isinstance(answer, Failed) for answer in answers] == [False, False, True, False, True]
    assert [answer for answer in answers if not isinstance(answer, Failed)] == [1, 2, 3]


def test_a_failing_text_is_not_written_to_the_log(caplog):
    def quoting(xs):
        raise ValueError(f"cannot read {xs[0]}")

    each(quoting, ["a secret"])

    assert "prediction failed" in caplog.text
    assert "secret" not in caplog.text + str([vars(one) for one in caplog.records])


def test_a_model_that_leaves_an_answer_out_has_failed():
    (answer,) = each(lambda xs: [], [1])

    assert isinstance(answer, Failed)
