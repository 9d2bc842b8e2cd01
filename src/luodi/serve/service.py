"""All that one process serves: its scenarios, who may ask, what is counted."""

import asyncio
import contextlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from starlette.requests import Request

from luodi.errors import LuodiError
from luodi.ledger import retention
from luodi.ledger.entries import Served
from luodi.ledger.ledger import Ledger
from luodi.loop.queue import FLUSH_SECONDS
from luodi.serve.access import Access
from luodi.serve.chores import Chore
from luodi.serve.counters import Counters
from luodi.serve.endpoint import Endpoint
from luodi.serve.idempotency import Once
from luodi.serve.keybook import REFRESH_SECONDS
from luodi.serve.limits import Hosts, Limits
from luodi.serve.problems import ProblemError
from luodi.serve.releases import Releases
from luodi.serve.reviewing import queues
from luodi.serve.tracing import tracing

PRUNE_SECONDS = 600.0  # how often it is asked whether a day has gone by


class Service:
    """What the handler of a route is given."""

    def __init__(
        self,
        endpoints: Sequence[Endpoint],
        *,
        access: Access,
        hosts: Hosts,
        limits: Limits,
        counters: Counters,
        ledger: Ledger,
        home: Path,
    ) -> None:
        assert endpoints, "nothing to serve"
        self.endpoints = {one.name: one for one in endpoints}
        assert len(self.endpoints) == len(endpoints), "two scenarios of one name"
        self.draining = False
        self.once, self.tracing = Once(), tracing()
        self.access, self.hosts, self.limits, self.counters, self.ledger = access, hosts, limits, counters, ledger
        for one in endpoints:
            one.tracing = self.tracing
        self.memory: dict[str, Any] = {}
        """What routes remember between two calls, each under a name of its own."""
        self.releases = {one.name: Releases(one, ledger, home=home) for one in endpoints}
        self.queues = queues(endpoints, ledger)
        self.chores: list[Chore] = [
            *(Chore(seconds=FLUSH_SECONDS, do=one.flush) for one in self.queues),
            Chore(seconds=REFRESH_SECONDS, do=access.book.refresh),
            Chore(seconds=PRUNE_SECONDS, do=self.prune),
        ]
        """What is done again and again between `start` and `stop`."""
        self._running: list[asyncio.Task[None]] = []

    def endpoint(self, http: Request) -> Endpoint:
        """Return the scenario that a request is for. Raises `ProblemError` (404)."""
        name = http.path_params.get("scenario")
        if name is None:
            assert len(self.endpoints) == 1, "a short path where several are served"
            return next(iter(self.endpoints.values()))
        if name not in self.endpoints:
            raise ProblemError(404, "no scenario of this name is served", fix="GET /v1 lists what there is")
        return self.endpoints[name]

    async def prune(self) -> None:
        """Let go of what is too old, once a day."""
        if await self.ledger.aread(retention.is_due):
            keep_days = {one.name: one.keep_days for one in self.endpoints.values()}
            await asyncio.to_thread(retention.prune, self.ledger, keep_days, by="service")

    async def start(self) -> None:
        """Open every scenario, all at once, and begin to answer. Raises `SetupError` where one cannot be opened."""
        started = await asyncio.gather(*(one.start() for one in self.releases.values()), return_exceptions=True)
        for outcome in started:
            if isinstance(outcome, BaseException):
                await self.stop()
                raise outcome
        for one in self.endpoints.values():
            one.watchers.append(partial(self._note, one))
        self._running = [asyncio.create_task(one.run()) for one in self.chores]

    def _note(self, endpoint: Endpoint, served: Served) -> None:
        """Keep an answer as the champion's scenario says, which a release may have changed since the start."""
        self.ledger.note(served, keep=endpoint.record)

    def drain(self) -> None:
        """Say from now on that this service takes no new requests, though it does answer those that come."""
        self.draining = True

    async def stop(self) -> None:
        """Stop answering; whoever still waits is cancelled."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await asyncio.gather(*(one.stop() for one in self.releases.values()))
        with contextlib.suppress(LuodiError):
            await self.access.book.write_used()
            for queue in self.queues:
                await queue.flush()
        await asyncio.to_thread(self.ledger.close)
        await asyncio.to_thread(self.tracing.close)
