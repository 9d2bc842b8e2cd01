"""Requests that arrive together are answered together: texts of like length, the one that waited longest among them,
and as many as cost least for each, as far as the worker's pace is known.

While batches are computed the next one forms, and it is handed over before they end. The queue is bounded; what nobody
waits for any more, or what would come too late, is never computed.
"""

import asyncio
import hashlib
import json
import time
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from math import ceil
from typing import Any

from luodi.serve.pace import Pace
from luodi.serve.worker_frames import Outcome, Unscored
from luodi.serve.worker_process import Flight, LostError, Worker

Each = Callable[[int, Outcome], None]
AHEAD = 1  # batches that wait in the worker, so that it never waits for us
MARGIN_SECONDS, MARGIN = 0.004, 0.2  # so long, or such a share of a batch's time, before one ends the next is sent
BATCH_BYTES = 4_500  # of a batch, padded: some 1,000 tokens; a larger one is little faster, and takes more memory
TOLD_AT_ONCE = 8  # answers of a batch; all at once would let a refusal wait until all of them are written
QUARANTINE_SECONDS = 600.0
MAX_QUARANTINED = 1_000
ALONE_SECONDS = 2.0  # for an x that may have hung a worker before; more, where batches are known to take long
ALONE_TIMES = 10
REACH = 100  # neighbors by length, to either side, that are looked at
BYTES_PER_SECOND = 500.0  # of padding, that are taken for each second that somebody waits


class FullError(Exception):
    """So many wait already that one more would wait in vain. `seconds` from now it might not."""

    def __init__(self, seconds: float) -> None:
        super().__init__("the queue is full")
        self.seconds = seconds


class Waiting:
    """An x in the queue."""

    __slots__ = ("arrived", "deadline", "flight", "future", "length", "n", "suspect", "taken", "x")

    def __init__(self, x: Any, n: int, deadline: float, future: "asyncio.Future[Outcome]") -> None:
        self.x, self.n, self.deadline, self.future = x, n, deadline, future
        self.length = size_of(x)
        self.arrived = time.monotonic()
        self.suspect = self.taken = False
        self.flight: Flight | None = None

    def done(self, outcome: Outcome) -> None:
        """Tell whoever waits, if somebody still does."""
        if not self.future.done():
            self.future.set_result(outcome)


class Batcher:
    """Answers xs through a worker. Between `start` and `stop` it belongs to one event loop.

    `seen` is told of every batch that was computed: its size, and the seconds that its oldest x had waited.
    """

    def __init__(
        self,
        worker: Worker,
        *,
        max_batch: int,
        max_wait_ms: float,
        max_waiting: int,
        seen: Callable[[int, float], None] = lambda n, waited: None,
    ) -> None:
        self.worker, self.seen = worker, seen
        self.max_batch, self.max_wait_ms, self.max_waiting = max(1, max_batch), max_wait_ms, max_waiting
        self._by_age: deque[Waiting] = deque()
        self._by_length: list[tuple[int, int, Waiting]] = []
        self._n_bytes = 0
        self._suspects: deque[Waiting] = deque()
        self._quarantine: dict[bytes, float] = {}
        self._n = 0
        self.pace = Pace()
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin to answer. Needs a running event loop."""
        self._loop = asyncio.get_running_loop()
        self.worker.changed = self._pump

    def stop(self) -> None:
        """Stop answering; whoever still waits is cancelled."""
        self.worker.changed = lambda: None
        if self._timer is not None:
            self._timer.cancel()
        for one in (*self._by_age, *self._suspects):
            one.future.cancel()
        self._by_age.clear()
        self._by_length.clear()
        self._n_bytes = 0
        self._suspects.clear()

    async def answer(
        self, xs: Sequence[Any], *, deadline: float, urgent: bool = False, each: Each | None = None
    ) -> list[Outcome]:
        """Return one outcome for each x, in order; `deadline` is a time of `time.monotonic`.

        `each` is told the place and the outcome of every x as soon as it is there. Raises `FullError` at once, unless
        it is urgent, or `TimeoutError` in time.
        """
        waiting = self._admit(xs, deadline, urgent=urgent)
        if each is not None:
            for n, one in enumerate(waiting):
                one.future.add_done_callback(partial(_pass_on, each, n))
        try:
            async with asyncio.timeout_at(self._loop.time() + deadline - time.monotonic()):
                return [await one.future for one in waiting]
        finally:
            for one in waiting:  # after a timeout, or when the client is gone: what has not begun never will
                if one.future.cancel() and one.flight is not None:
                    self.worker.drop(one.flight, one.n)

    def n_waiting(self) -> int:
        """Return how many xs wait to be handed to the worker."""
        return len(self._by_length) + len(self._suspects)

    def idle(self) -> bool:
        """Say whether nobody waits for anything."""
        return not self.n_waiting() and not self.worker.n_flights

    def forecast(self) -> float:
        """Return in how many seconds one more x would be answered, with batches as slow as the last ones."""
        away = self.worker.n_flights * self.pace.mean_seconds
        if n := len(self._by_length):
            mean = self._n_bytes / n
            size = self._size([mean] * min(n + 1, self.max_batch))
            away += ceil((n + 1) / size) * self.pace.seconds(size * mean)  # its own batch too
        return away / self.worker.slots

    def check(self, n: int, deadline: float) -> None:
        """Raise `FullError` where n more xs cannot be taken, or not be answered in time."""
        if self.n_waiting() + n > self.max_waiting:
            self._forget_the_gone()
        seconds = self.forecast()
        late = time.monotonic() + seconds > deadline and self.n_waiting() > 0
        if late or self.n_waiting() + n > self.max_waiting:
            raise FullError(seconds)

    def _admit(self, xs: Sequence[Any], deadline: float, *, urgent: bool) -> list[Waiting]:
        if not urgent:
            self.check(len(xs), deadline)
        made = []
        for x in xs:
            self._n += 1
            one = Waiting(x, self._n, deadline, self._loop.create_future())
            made.append(one)
            if self._quarantine and self._quarantined(x):
                one.done(Unscored.DEADLY)
            else:
                self._by_age.append(one)
                self._insert(one)
        self._pump()
        return made

    def _forget_the_gone(self) -> None:
        for one in [one for one in self._by_age if one.future.done() and not one.taken]:
            self._remove(one)
        self._by_age = deque(one for one in self._by_age if not one.taken)

    def _insert(self, one: Waiting) -> None:
        insort(self._by_length, (one.length, one.n, one))
        self._n_bytes += one.length

    def _remove(self, one: Waiting) -> None:
        one.taken = True
        del self._by_length[bisect_left(self._by_length, (one.length, one.n))]
        self._n_bytes -= one.length

    def _pump(self) -> None:
        """Hand over all that it is time for."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self.worker.up:
            away = self.worker.n_flights
            while self._suspects and self._suspects[0].future.done():
                self._suspects.popleft()
            if self._suspects:
                if not away:  # alone, so that it is known who did it
                    patience = max(ALONE_SECONDS, ALONE_TIMES * self.pace.mean_seconds)
                    self._hand_over([self._suspects.popleft()], min(patience, self.worker.hang_seconds))
                return
            if away >= self.worker.slots + AHEAD or not self._oldest():
                return
            wait = self._patience(away)
            if wait > 0:
                self._timer = self._loop.call_later(wait, self._pump)
                return
            self._hand_over(self._take())

    def _patience(self, away: int) -> float:
        """Return how many seconds the next batch may still gather, while so many are away."""
        expected = self.pace.mean_seconds
        if expected and away >= self.worker.slots:  # it would only lie there: formed later, it is filled better
            return self.worker.seconds_left(expected) - max(MARGIN_SECONDS, MARGIN * expected)
        if away and len(self._by_length) < self.max_batch:
            return self._by_age[0].arrived + self.max_wait_ms / 1_000 - time.monotonic()
        return 0.0

    def _oldest(self) -> Waiting | None:
        """Return who has waited longest, of those that somebody still waits for and that can be in time."""
        now = time.monotonic()
        while self._by_age:
            one = self._by_age[0]
            if not one.taken and not one.future.done() and one.deadline > now:
                return one
            self._by_age.popleft()
            if not one.taken:
                self._remove(one)
        return None

    def _take(self) -> list[Waiting]:
        """Return the oldest with those whose lengths are nearest to its own; each millisecond waited brings one nearer.

        As many as cost least for each.
        """
        oldest, queue, now = self._by_age.popleft(), self._by_length, time.monotonic()
        place = bisect_left(queue, (oldest.length, oldest.n))
        around = [one for _, _, one in queue[max(0, place - REACH) : place + REACH + 1]]
        around.sort(key=lambda one: (one is not oldest, far(one, oldest.length, now)))
        n = self._size([one.length for one in around[: self.max_batch]])
        for one in around[:n]:
            self._remove(one)
        return [one for one in around[:n] if not one.future.done()]

    def _size(self, lengths: Sequence[float]) -> int:
        """Return how many of the first so long xs to take: all, or a power of two (networks fill up to one)."""
        best, longest, before = (float("inf"), 1), 0.0, 0
        for n in [1 << k for k in range(len(lengths).bit_length())] + [len(lengths)]:
            longest, before = max(longest, *lengths[before:n], 0.0), n
            n_bytes = (1 << (n - 1).bit_length()) * longest
            if n > 1 and n_bytes > BATCH_BYTES:
                break
            best = min(best, (self.pace.seconds(n_bytes) / n, n))
        return best[1]

    def _hand_over(self, batch: list[Waiting], patience_seconds: float | None = None) -> None:
        now = time.monotonic()
        flight = self.worker.send([(one.n, one.x, one.deadline) for one in batch], patience_seconds=patience_seconds)
        for one in batch:
            one.flight = flight
        waited = now - min(one.arrived for one in batch)
        flight.answer.add_done_callback(lambda answer: self._landed(batch, flight, waited))

    def _landed(self, batch: list[Waiting], flight: Flight, waited: float) -> None:
        if flight.answer.cancelled():
            return
        error = flight.answer.exception()
        if error is not None:
            assert isinstance(error, LostError)
            self._lost(batch, begun=error.begun)
        else:
            assert flight.begun_at is not None
            outcomes = flight.answer.result()
            if n := len(outcomes) - outcomes.count(Unscored.LATE):
                padded = (1 << (n - 1).bit_length()) * max(one.length for one in batch)
                self.pace.learn(padded, time.monotonic() - flight.begun_at)
                self.seen(n, waited)
            self._tell(list(zip(batch, outcomes, strict=True)))
        self._pump()

    def _tell(self, answered: list[tuple[Waiting, Outcome]]) -> None:
        """Tell a few, and the others once those are answered and whoever came meanwhile was heard."""
        for one, outcome in answered[:TOLD_AT_ONCE]:
            one.done(outcome)
        if len(answered) > TOLD_AT_ONCE:
            self._loop.call_soon(self._tell, answered[TOLD_AT_ONCE:])

    def _lost(self, batch: list[Waiting], *, begun: bool) -> None:
        """Try what was on its way once more; what may have ended the worker, each by itself."""
        for one in batch:
            if begun and one.suspect:
                self._quarantine[digest(one.x)] = time.monotonic() + QUARANTINE_SECONDS
                while len(self._quarantine) > MAX_QUARANTINED:
                    del self._quarantine[next(iter(self._quarantine))]
                one.done(Unscored.DEADLY)
            elif begun or one.suspect:
                one.suspect = True
                self._suspects.append(one)
            else:
                one.taken = False
                self._insert(one)
                self._by_age.appendleft(one)

    def _quarantined(self, x: Any) -> bool:
        until = self._quarantine.get(digest(x), 0.0)
        return until > time.monotonic()


def _pass_on(each: Each, n: int, future: "asyncio.Future[Outcome]") -> None:
    if not future.cancelled():
        each(n, future.result())


def far(one: Waiting, length: int, now: float) -> float:
    """Return how badly an x fits into a batch of such a length, in bytes of padding less what its waiting is worth."""
    return abs(one.length - length) - BYTES_PER_SECOND * (now - one.arrived)


def size_of(x: Any) -> int:
    """Return what an x costs, in bytes: of a text, nearly as good a measure as its tokens, in any script.

    >>> size_of("card"), size_of("银行卡"), size_of({"user": "u1"})
    (4, 9, 1)
    """
    if not isinstance(x, str):
        return 1
    return len(x) if x.isascii() else len(x.encode("utf-8", "surrogatepass"))


def digest(x: Any) -> bytes:
    """Return what an x is remembered by."""
    return hashlib.blake2b(json.dumps(x, sort_keys=True).encode(), digest_size=16).digest()
