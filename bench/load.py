"""A load generator on bare sockets, so that it takes little of the cores that it shares with the server."""

import asyncio
import collections
import resource
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

Outcome = tuple[int, float]
"""Status, or 0 where the connection broke; seconds."""


@dataclass
class Tally:
    outcomes: list[Outcome] = field(default_factory=list)
    seconds: float = 0.0

    def statuses(self) -> dict[int, int]:
        return dict(sorted(collections.Counter(status for status, _ in self.outcomes).items()))

    def ms(self, share: float, *, status: int = 200) -> float:
        times = sorted(seconds for one, seconds in self.outcomes if one == status)
        return 1_000 * times[min(len(times) - 1, int(share * len(times)))] if times else float("nan")

    def rate(self, status: int = 200) -> float:
        return sum(one == status for one, _ in self.outcomes) / self.seconds


def post(path: str, body: bytes, token: str, *headers: str) -> bytes:
    """Return the bytes of a request."""
    lines = [f"POST {path} HTTP/1.1", "host: localhost", f"authorization: Bearer {token}", *headers]
    return "\r\n".join([*lines, f"content-length: {len(body)}", "", ""]).encode() + body


class Client(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.answer: asyncio.Future[int] | None = None
        self.received = bytearray()
        self.closing = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += data
        end = self.received.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self.received[:end]).lower()
        _, _, rest = head.partition(b"content-length:")
        size = int(rest.split(b"\r\n", 1)[0]) if rest else 0
        if len(self.received) >= end + 4 + size:
            self.closing = b"connection: close" in head
            self.received.clear()
            if self.answer is not None and not self.answer.done():
                self.answer.set_result(int(head[9:12]))

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        if self.answer is not None and not self.answer.done():
            self.answer.set_result(0)

    async def ask(self, request: bytes, *, port: int, seconds: float = 60.0) -> Outcome:
        """Send a request, over a new connection where this one is closed."""
        loop, started = asyncio.get_running_loop(), time.perf_counter()
        if self.closing and self.transport is not None:
            self.transport.close()
            self.transport = None
        try:
            if self.transport is None:
                self.closing = False
                await asyncio.wait_for(loop.create_connection(lambda: self, "127.0.0.1", port), seconds)
            self.answer = loop.create_future()
            assert self.transport is not None
            self.transport.write(request)
            status = await asyncio.wait_for(self.answer, seconds)
        except (OSError, TimeoutError):
            status = 0
            self.close()
        return status, time.perf_counter() - started

    def close(self) -> None:
        if self.transport is not None:
            self.transport.abort()
            self.transport = None


async def closed_loop(port: int, requests: Iterable[bytes], *, n_connections: int) -> Tally:
    """Send each request once, over so many connections that each wait for their answers."""
    queue, tally = iter(requests), Tally()
    started = time.perf_counter()

    async def one() -> None:
        client = Client()
        for request in queue:
            tally.outcomes.append(await client.ask(request, port=port))
        client.close()

    await asyncio.gather(*(one() for _ in range(n_connections)))
    tally.seconds = time.perf_counter() - started
    await asyncio.sleep(0.05)  # until the sockets are closed
    return tally


def open_many() -> None:
    """Let this process have as many sockets as it may."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard > 0 else 65_536, hard))


async def open_loop(
    port: int, requests: Iterator[bytes], *, per_second: float, seconds: float, n_connections: int = 2_048
) -> Tally:
    """Send so many requests a second whatever becomes of them, over connections that are kept and used again.

    Of the connections only as many are made as wait at a time: many where the machine stops for a moment, and all that
    was to be sent in it is sent at once.
    """
    open_many()
    tally, free, tasks = Tally(), [Client() for _ in range(n_connections)], set()
    started = time.perf_counter()

    async def one(client: Client, request: bytes) -> None:
        tally.outcomes.append(await client.ask(request, port=port))
        free.append(client)

    n, n_skipped = 0, 0
    while (now := time.perf_counter() - started) < seconds:
        while n < now * per_second:
            n += 1
            if not free:
                n_skipped += 1
                continue
            task = asyncio.ensure_future(one(free.pop(), next(requests)))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        await asyncio.sleep(0.002)
    tally.seconds = time.perf_counter() - started
    if tasks:
        await asyncio.wait(tasks, timeout=60)
    for client in free:
        client.close()
    await asyncio.sleep(0.05)
    assert n_skipped < 0.05 * n, f"{n_skipped} of {n} requests found no free connection"
    return tally


def show(rows: Sequence[tuple[str, str]]) -> None:
    """Print names and values in two columns."""
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        print(f"{name:<{width}}  {value}")
