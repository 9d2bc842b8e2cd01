"""An endpoint's connections, in an event loop and a thread of their own, for code that waits for answers."""

import asyncio
import threading
import weakref
from collections.abc import Coroutine
from typing import Any, TypeVar

from luodi.runtime.asking import Asker

T = TypeVar("T")


class Caller:
    """Runs what asks; any thread may. The thread begins with the first question, and ends with the caller."""

    def __init__(self, asker: Asker) -> None:
        self.asker = asker
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = threading.Lock()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do it in the event loop that holds our connections, and return what came of it."""
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=_turn, args=(self._loop,), name="luodi-remote", daemon=True).start()
                asyncio.run_coroutine_threadsafe(_opened(self.asker), self._loop).result()
                self._finalizer = weakref.finalize(self, _close, self.asker, self._loop)
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def close(self) -> None:
        """Close all connections; the next question opens new ones."""
        with self._lock:
            if self._loop is not None:
                self._finalizer()
                self._loop = None


def _turn(loop: asyncio.AbstractEventLoop) -> None:
    loop.run_forever()
    loop.close()


async def _opened(asker: Asker) -> None:
    asker.open()


def _close(asker: Asker, loop: asyncio.AbstractEventLoop) -> None:
    asyncio.run_coroutine_threadsafe(asker.close(), loop).result(5)
    loop.call_soon_threadsafe(loop.stop)
