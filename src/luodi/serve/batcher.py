"""Requests that arrive together are answered together, by one thread that does nothing else.

While a batch is computed, the next one forms. The queue is bounded, and who stops waiting leaves it.
"""

import asyncio
import contextlib
import logging
import queue
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

X = TypeVar("X")
P = TypeVar("P")

log = logging.getLogger(__name__)


class Failed:
    """Stands in the place of an answer that the model could not give."""


class FullError(Exception):
    """So many wait already that more would only wait in vain."""


class Batcher(Generic[X, P]):
    """Answers xs through `predict`, which runs in a thread of its own.

    `seen` is told the size of every batch. Between `start` and `stop` it belongs to one event loop.
    """

    def __init__(
        self,
        predict: Callable[[Sequence[X]], Sequence[P]],
        *,
        max_batch: int,
        max_wait_ms: float,
        max_waiting: int,
        seen: Callable[[int], None] = lambda n: None,
    ) -> None:
        self.predict, self.seen = predict, seen
        self.max_batch, self.max_wait_ms, self.max_waiting = max(1, max_batch), max_wait_ms, max_waiting
        self._waiting: deque[tuple[X, float, asyncio.Future[P | Failed]]] = deque()
        self._jobs: queue.SimpleQueue[tuple[list[X], asyncio.Future[list[P | Failed]]] | None] = queue.SimpleQueue()

    def start(self) -> None:
        """Begin to answer. Needs a running event loop."""
        self._loop = asyncio.get_running_loop()
        self._arrived = asyncio.Event()
        self._forming = self._loop.create_task(self._form())
        # A daemon, since a model that hangs must not keep the process from ending.
        self._thread = threading.Thread(target=self._work, name="luodi-model", daemon=True)
        self._thread.start()

    async def stop(self, *, patience_seconds: float = 1.0) -> None:
        """Stop answering; whoever still waits is cancelled."""
        self._forming.cancel()
        self._jobs.put(None)
        await asyncio.wait([self._forming])
        for _, _, future in self._waiting:
            future.cancel()
        await asyncio.to_thread(self._thread.join, patience_seconds)

    async def answer(self, xs: Sequence[X], *, timeout_s: float) -> list[P | Failed]:
        """Return one answer for each x, in order. Raises `FullError` at once, or `TimeoutError` in time."""
        futures = self._admit(xs)
        try:
            async with asyncio.timeout(timeout_s):
                return [await future for future in futures]
        finally:
            for future in futures:  # after a timeout, or when the client is gone: what has not begun never will
                future.cancel()

    def n_waiting(self) -> int:
        """Return how many xs wait for the model."""
        return len(self._waiting)

    def _admit(self, xs: Sequence[X]) -> list[asyncio.Future[P | Failed]]:
        if len(self._waiting) + len(xs) > self.max_waiting:
            self._waiting = deque(one for one in self._waiting if not one[2].done())
        if len(self._waiting) + len(xs) > self.max_waiting:
            raise FullError
        now = self._loop.time()
        futures: list[asyncio.Future[P | Failed]] = [self._loop.create_future() for _ in xs]
        self._waiting.extend((x, now, future) for x, future in zip(xs, futures, strict=True))
        self._arrived.set()
        return futures

    async def _form(self) -> None:
        while True:
            await self._gather()
            batch = self._take()
            if not batch:
                continue
            self.seen(len(batch))
            done: asyncio.Future[list[P | Failed]] = self._loop.create_future()
            self._jobs.put(([x for x, _ in batch], done))
            for (_, future), answer in zip(batch, await done, strict=True):
                if not future.done():
                    future.set_result(answer)

    async def _gather(self) -> None:
        """Wait for a first x, and then for more, until the batch is full or the first has waited long enough."""
        while not self._waiting:
            await self._arrival()
        until = self._waiting[0][1] + self.max_wait_ms / 1000
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(until):
                while 0 < len(self._waiting) < self.max_batch:
                    await self._arrival()

    async def _arrival(self) -> None:
        self._arrived.clear()
        await self._arrived.wait()

    def _take(self) -> list[tuple[X, asyncio.Future[P | Failed]]]:
        batch: list[tuple[X, asyncio.Future[P | Failed]]] = []
        while self._waiting and len(batch) < self.max_batch:
            x, _, future = self._waiting.popleft()
            if not future.done():
                batch.append((x, future))
        return batch

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            xs, done = job
            answers = each(self.predict, xs)
            with contextlib.suppress(RuntimeError):  # the loop has been closed: nobody waits any more
                self._loop.call_soon_threadsafe(_settle, done, answers)


def each(predict: Callable[[Sequence[X]], Sequence[P]], xs: Sequence[X]) -> list[P | Failed]:
    """Return an answer for each x. If a batch fails, its halves are tried, so that one x fails alone.

    >>> each(lambda xs: [1 / x for x in xs], [1, 2])
    [1.0, 0.5]
    """
    try:
        answers = list(predict(xs))
        assert len(answers) == len(xs), "the model left some out"
    except Exception as error:  # noqa: BLE001 -- whatever a model raises, its thread lives on
        if len(xs) == 1:
            # The type alone: a message might quote the text.
            log.error("prediction failed", extra={"error": type(error).__name__})  # noqa: TRY400
            return [Failed()]
        middle = len(xs) // 2
        return [*each(predict, xs[:middle]), *each(predict, xs[middle:])]
    return [*answers]


def _settle(future: asyncio.Future[Any], value: Any) -> None:
    if not future.done():
        future.set_result(value)
