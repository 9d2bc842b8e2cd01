"""The batcher before a real worker process, in an event loop of its own."""

import asyncio
import sys
import time
from contextlib import asynccontextmanager

import pytest

from luodi.serve.batcher import Batcher, FullError
from luodi.serve.worker_frames import Scored, Unscored
from luodi.serve.worker_process import LostError, Worker

# Tells which texts came together; "sleep 0.1" takes a while, "die", "hang" and "raise" do as they say.
MODEL = """
import os, socket, sys, threading, time
from luodi.runtime.marked import Said
from luodi.serve import worker_frames
from luodi.serve.worker import Answering

def scores(xs):
    for x in xs:
        if x.startswith("sleep"):
            time.sleep(float(x.split()[1]))
        if x.startswith("die"):
            os.kill(os.getpid(), 9)
        if x == "hang":
            time.sleep(600)
        if x == "raise":
            raise ValueError(x)
    return [Said({"pid": float(os.getpid()), "n": float(len(xs)), "longest": float(max(map(len, xs)))}) for _ in xs]

pipe = socket.socket(fileno=os.dup(0))
answering = Answering(scores, pipe)
pipe.sendall(worker_frames.pack({"slots": 1}))
threading.Thread(target=answering.work, daemon=True).start()
with pipe.makefile("rb") as frames:
    while (frame := worker_frames.read(frames)) is not None:
        answering.take(frame[0])
os._exit(0)
"""


@asynccontextmanager
async def batching(tmp_path, *, hang_seconds=5.0, **changed):
    sizes = []
    worker = Worker(tmp_path, command=lambda folder: [sys.executable, "-c", MODEL], hang_seconds=hang_seconds)
    values = {"max_batch": 4, "max_wait_ms": 20, "max_waiting": 64, "seen": lambda n, waited: sizes.append(n)} | changed
    batcher = Batcher(worker, **values)
    batcher.start()
    await worker.start()
    try:
        yield batcher, sizes
    finally:
        batcher.stop()
        await worker.stop()


def soon(seconds=20.0):
    return time.monotonic() + seconds


async def ask(batcher, *xs, seconds=20.0):
    return await batcher.answer(xs, deadline=soon(seconds))


async def ask_each(batcher, *xs):
    return [one[0] for one in await asyncio.gather(*(ask(batcher, x) for x in xs))]


def of(outcomes, name):
    return [one.scores[name] for one in outcomes]


def test_an_x_alone_is_answered_at_once_and_a_crowd_in_batches(tmp_path):
    async def run():
        async with batching(tmp_path, max_wait_ms=60_000) as (batcher, sizes):
            await ask(batcher, "a")
            held = asyncio.create_task(ask(batcher, "sleep 0.1"))
            await asyncio.sleep(0.02)
            many = await ask(batcher, *("a" * n for n in range(1, 9)))
            await held
            return sizes, of(many, "longest")

    sizes, longest = asyncio.run(run())

    assert sizes[:2] == [1, 1] and sum(sizes) == 10 and max(sizes) <= 4
    assert all(n <= length for n, length in zip(range(1, 9), longest, strict=True))


def test_a_batch_gathers_until_the_one_before_it_is_nearly_done(tmp_path):
    async def run():
        async with batching(tmp_path, max_wait_ms=1) as (batcher, sizes):
            for _ in range(3):
                await ask(batcher, "sleep 0.4")
            tasks = [asyncio.create_task(ask(batcher, "sleep 0.4"))]
            for x in ("a", "b", "c"):
                await asyncio.sleep(0.05)
                tasks.append(asyncio.create_task(ask(batcher, x)))
            await asyncio.gather(*tasks)
            return sizes

    assert asyncio.run(run())[3:] == [1, 3]


def test_texts_of_like_length_go_together_and_the_oldest_goes_first(tmp_path):
    async def run():
        async with batching(tmp_path, max_wait_ms=0) as (batcher, _):
            held = asyncio.create_task(ask(batcher, "sleep 0.1"))
            await asyncio.sleep(0.02)
            ahead = asyncio.create_task(ask(batcher, "x"))  # takes the place ahead, so that the rest is still free
            await asyncio.sleep(0.02)
            texts = ["a" * 50, "b" * 5, "c" * 50, "d" * 5, "e" * 50, "f" * 5, "g" * 50, "h" * 5]
            order, made = [], []

            async def one(text):
                (outcome,) = await ask(batcher, text)
                order.append(text)
                made.append(outcome)

            await asyncio.gather(held, ahead, *map(one, texts))
            return order, of(made, "longest")

    order, longest = asyncio.run(run())

    assert {text[0] for text in order[:4]} == set("aceg")
    assert longest == [50.0] * 4 + [5.0] * 4


def test_what_has_not_begun_when_its_time_is_up_or_its_client_gone_is_never_computed(tmp_path):
    async def run():
        async with batching(tmp_path, max_wait_ms=0) as (batcher, sizes):
            held = asyncio.create_task(ask(batcher, "sleep 0.6"))
            await asyncio.sleep(0.02)
            with pytest.raises(TimeoutError):
                await ask(batcher, "late", seconds=0.02)
            gone = asyncio.create_task(ask(batcher, "gone"))
            await asyncio.sleep(0.02)
            gone.cancel()
            await held
            await ask(batcher, "last")
            return sizes

    assert asyncio.run(run()) == [1, 1]


def test_a_full_queue_refuses_at_once_and_forgets_those_who_left(tmp_path):
    async def run():
        async with batching(tmp_path, max_batch=1, max_wait_ms=0, max_waiting=2) as (batcher, _):
            held = [asyncio.create_task(ask(batcher, "sleep 0.2")) for _ in range(2)]
            await asyncio.sleep(0.02)
            waiting = asyncio.create_task(ask(batcher, "b", "c"))
            await asyncio.sleep(0)
            with pytest.raises(FullError):
                await ask(batcher, "d")
            waiting.cancel()
            await asyncio.wait([waiting])
            made = await ask(batcher, "e")
            await asyncio.gather(*held)
            return made

    assert isinstance(asyncio.run(run())[0], Scored)


def test_a_full_queue_keeps_those_who_wait_when_others_left_after_they_were_handed_over(tmp_path):
    async def run():
        async with batching(tmp_path, max_wait_ms=0, max_waiting=2) as (batcher, _):
            held = asyncio.create_task(ask(batcher, "sleep 0.2"))
            await asyncio.sleep(0.02)
            gone = asyncio.create_task(ask(batcher, "a", "b"))  # one batch, in the worker's hands already
            await asyncio.sleep(0.02)
            gone.cancel()
            await asyncio.wait([gone])
            waiting = asyncio.create_task(ask(batcher, "c", "d"))
            await asyncio.sleep(0)
            with pytest.raises(FullError):
                await ask(batcher, "e")
            await held
            return await waiting

    assert all(isinstance(one, Scored) for one in asyncio.run(run()))


def test_a_batch_may_be_given_less_time_than_the_worker_allows(tmp_path):
    async def run():
        async with batching(tmp_path, hang_seconds=3_600) as (batcher, _):
            flight = batcher.worker.send([(1, "hang", soon(3_600))], patience_seconds=0.1)
            with pytest.raises(LostError) as lost:
                await asyncio.wait_for(flight.answer, 60)
            return lost.value.begun

    assert asyncio.run(run())


def test_who_cannot_be_answered_in_time_is_refused_at_once_and_told_when(tmp_path):
    async def run():
        async with batching(tmp_path, max_batch=1, max_wait_ms=0) as (batcher, _):
            await ask(batcher, "sleep 0.3")  # now it knows how slow the model is
            waiting = [asyncio.create_task(ask(batcher, "sleep 0.3")) for _ in range(4)]
            await asyncio.sleep(0.02)
            with pytest.raises(FullError) as full:
                await ask(batcher, "sleep 0.3", seconds=0.2)
            await asyncio.gather(*waiting)
            return full.value.seconds

    assert 0.5 < asyncio.run(run()) < 5


def test_only_the_failing_ones_of_a_batch_fail(tmp_path):
    async def run():
        async with batching(tmp_path) as (batcher, _):
            return await ask(batcher, "a", "raise", "b", "raise", "c")

    assert [one is Unscored.FAILED for one in asyncio.run(run())] == [False, True, False, True, False]


@pytest.mark.parametrize("word", ["die", "hang"])
def test_what_ends_the_worker_twice_is_refused_and_all_else_is_answered(tmp_path, word):
    async def run():
        async with batching(tmp_path, hang_seconds=0.4) as (batcher, _):
            before = of(await ask(batcher, "a"), "pid")
            made = await ask_each(batcher, "b", word, "c", "d", "e", "f")
            again = await ask(batcher, word)
            return before, made, again, of(await ask(batcher, "g"), "pid")

    before, made, again, after = asyncio.run(run())

    assert [one is Unscored.DEADLY for one in made] == [False, True, False, False, False, False]
    assert again == [Unscored.DEADLY]
    assert before != after


def test_a_worker_that_was_killed_from_outside_costs_nobody_an_answer(tmp_path):
    async def run():
        async with batching(tmp_path) as (batcher, _):
            tasks = [asyncio.create_task(ask(batcher, f"sleep 0.0{n}")) for n in range(1, 9)]
            await asyncio.sleep(0.03)
            batcher.worker._process.kill()
            return [one for made in await asyncio.gather(*tasks) for one in made]

    assert all(isinstance(one, Scored) for one in asyncio.run(run()))
