"""All that one process serves: its scenarios, who may ask, what is counted."""

import asyncio
from collections.abc import Sequence
from functools import partial

from starlette.requests import Request

from luodi.ledger.ledger import Ledger
from luodi.serve.access import Access
from luodi.serve.counters import Counters
from luodi.serve.endpoint import Endpoint
from luodi.serve.limits import Hosts, Limits
from luodi.serve.problems import ProblemError


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
    ) -> None:
        assert endpoints, "nothing to serve"
        self.endpoints = {one.name: one for one in endpoints}
        assert len(self.endpoints) == len(endpoints), "two scenarios of one name"
        self.draining = False
        self.access, self.hosts, self.limits, self.counters = access, hosts, limits, counters
        self.ledger = ledger
        """Someone else opens and closes it."""
        for one in endpoints:
            one.watchers.append(partial(ledger.note, keep=one.bundle.about.get("record", "redacted")))

    def endpoint(self, http: Request) -> Endpoint:
        """Return the scenario that a request is for. Raises `ProblemError` (404)."""
        name = http.path_params.get("scenario")
        if name is None:
            assert len(self.endpoints) == 1, "a short path where several are served"
            return next(iter(self.endpoints.values()))
        if name not in self.endpoints:
            raise ProblemError(404, "no scenario of this name is served", fix="GET /v1 lists what there is")
        return self.endpoints[name]

    async def start(self) -> None:
        """Open every scenario, all at once, and begin to answer. Raises `SetupError` where one cannot be opened."""
        started = await asyncio.gather(*(one.start() for one in self.endpoints.values()), return_exceptions=True)
        for outcome in started:
            if isinstance(outcome, BaseException):
                await self.stop()
                raise outcome

    def drain(self) -> None:
        """Say from now on that this service takes no new requests, though it does answer those that come."""
        self.draining = True

    async def stop(self) -> None:
        """Stop answering; whoever still waits is cancelled."""
        await asyncio.gather(*(one.stop() for one in self.endpoints.values()))
