"""A release that is ready to answer: its bundle, a process that has it open, and the queue before that."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from luodi.bundle import RENEW, Bundle, read_bundle
from luodi.contracts import Reject
from luodi.errors import SetupError
from luodi.serve.batcher import Batcher, Each
from luodi.serve.counters import Figures
from luodi.serve.limits import Limits
from luodi.serve.worker_frames import Outcome, Scored
from luodi.serve.worker_process import Command, LostError, Worker, command_of

CLOSING_SECONDS = 30.0


class Lane:
    """One release of a scenario. Between `open_lane` and `close` it belongs to one event loop."""

    def __init__(self, release: str, bundle: Bundle, worker: Worker, batcher: Batcher) -> None:
        self.release, self.bundle, self.worker, self.batcher = release, bundle, worker, batcher

    async def scores(
        self, xs: Sequence[Any], *, deadline: float, urgent: bool = False, each: Each | None = None
    ) -> list[Outcome]:
        """Return an outcome for each x; `each` and errors are those of `Batcher.answer`."""
        return await self.batcher.answer(xs, deadline=deadline, urgent=urgent, each=each) if xs else []

    async def close(self, *, patience_seconds: float = CLOSING_SECONDS) -> None:
        """Answer those who wait, then end the process and give its memory back."""
        until = time.monotonic() + patience_seconds
        while not self.batcher.idle() and time.monotonic() < until:
            await asyncio.sleep(0.02)
        self.batcher.stop()
        await self.worker.stop()


async def open_lane(
    release: str, bundle: Bundle | Path, *, limits: Limits, figures: Figures, command: Command = command_of
) -> Lane:
    """Open a release and let it answer its own examples. Raises `SetupError` where anything is wrong with it."""
    if isinstance(bundle, Path):
        bundle = await asyncio.to_thread(read_bundle, bundle)
    worker = Worker(bundle.path, command=command, hang_seconds=max(limits.hang_seconds, bundle.patience_seconds))
    batcher = Batcher(
        worker,
        max_batch=bundle.max_batch,
        max_wait_ms=bundle.max_wait_ms,
        max_waiting=limits.max_waiting,
        seen=figures.batch,
    )
    await worker.start()
    worker.restarted = figures.restart
    try:
        await _replay(bundle, worker)
    except BaseException:
        await worker.stop()
        raise
    batcher.start()
    return Lane(release, bundle, worker, batcher)


async def _replay(bundle: Bundle, worker: Worker) -> None:
    requests = [bundle.clean(one) for one in bundle.example_requests()]
    where = str(bundle.path)
    if any(isinstance(one, Reject) for one in requests):
        raise SetupError("the bundle rejects one of its own examples", where=where, fix=RENEW)
    try:
        outcomes = await worker.scores([bundle.task.to_x(one, bundle.options) for one in requests])
    except LostError:
        raise SetupError("the bundle's process ended when it was asked", where=where, fix=RENEW) from None
    for n, one in enumerate(outcomes, start=1):
        if not isinstance(one, Scored):
            raise SetupError(f"the bundle cannot answer its own example {n}", where=where, fix=RENEW)
    bundle.compare([bundle.respond(a, b.scores) for a, b in zip(requests, outcomes, strict=True)])  # type: ignore[union-attr]
