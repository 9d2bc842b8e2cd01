"""A call that is sent again with its `Idempotency-Key` gets the answer of the first time.

Answers are kept in memory, so many and so long: what a client sends again after seconds is what this is for.
"""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable

from starlette.datastructures import Headers
from starlette.responses import Response

from luodi.contracts import record
from luodi.serve.problems import ProblemError

HEADER, REPLAYED = "Idempotency-Key", "Idempotent-Replayed"
MAX_CHARACTERS = 200
MAX_ENTRIES = 10_000
MAX_BYTES = 50_000_000
KEPT_SECONDS = 3_600.0


@record
class Entry:
    """A call, and what it was or will be answered."""

    body: bytes
    """Its hash."""
    at: float
    answer: "asyncio.Future[Response]"


def key_of(headers: Headers) -> str | None:
    """Return the key that a client sent, if any. Raises `ProblemError` (400) for one that cannot be one."""
    given = headers.get(HEADER)
    if given is None or (0 < len(given) <= MAX_CHARACTERS and given.isascii() and given.isprintable()):
        return given
    fix = f"send 1 to {MAX_CHARACTERS} ASCII characters, a new random text for each call"
    raise ProblemError(400, f"the header {HEADER} is no key", fix=fix)


class Once:
    """Remembers answers by who asked what under which key."""

    def __init__(self) -> None:
        self._entries: dict[tuple[str, ...], Entry] = {}
        self._n_bytes = 0

    async def answer(self, name: tuple[str, ...], body: bytes, make: Callable[[], Awaitable[Response]]) -> Response:
        """Return the answer to a call: made now, or that of the first time. Only good answers are remembered.

        Raises `ProblemError` (409) where the key came with another body before.
        """
        self._forget()
        hashed = hashlib.blake2b(body, digest_size=16).digest()
        known = self._entries.get(name)
        if known is not None and known.body != hashed:
            fix = "send a new key with a new body"
            raise ProblemError(409, f"this {HEADER} came with another body before", fix=fix)
        if known is not None:
            made = await asyncio.shield(known.answer)
            if made.status_code == 200:
                made.headers[REPLAYED] = "true"
            return made
        entry = Entry(body=hashed, at=time.monotonic(), answer=asyncio.get_running_loop().create_future())
        self._entries[name] = entry
        try:
            made = await make()
        except BaseException as error:
            del self._entries[name]
            if isinstance(error, ProblemError):
                entry.answer.set_exception(error)
                entry.answer.exception()  # whoever waits for the same is told the same; nobody may
            else:
                entry.answer.cancel()
            raise
        entry.answer.set_result(made)
        if made.status_code == 200:
            self._n_bytes += len(made.body)
        else:
            del self._entries[name]
        return made

    def _forget(self) -> None:
        """Let go of what is old or too much, oldest first."""
        until = time.monotonic() - KEPT_SECONDS
        while self._entries:
            first = next(iter(self._entries))
            entry = self._entries[first]
            few = len(self._entries) < MAX_ENTRIES and self._n_bytes < MAX_BYTES
            if (few and entry.at > until) or not entry.answer.done():
                return
            self._n_bytes -= len(entry.answer.result().body)
            del self._entries[first]
