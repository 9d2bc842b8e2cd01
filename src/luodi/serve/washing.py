"""Requests are washed in a thread where that takes long, as the search for names does, so that the loop can go on."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
LEARNING = 0.2  # how much the newest call counts in what is known of the speed


class Washing:
    """One thread, one call after the other. It belongs to one event loop."""

    def __init__(self) -> None:
        self.n = 0
        """Texts that are being washed or wait for it."""
        self._seconds = 0.0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="luodi-wash")

    def forecast(self) -> float:
        """Return the seconds until all is washed that waits now."""
        return self.n * self._seconds

    async def do(self, work: Callable[[], T], n: int, *, due: float) -> T:
        """Wash n texts. Raises `TimeoutError` at `due`, a time of `time.monotonic`; what has not begun never will."""

        def timed() -> T:
            started = time.perf_counter()
            made = work()
            self._seconds += (LEARNING if self._seconds else 1.0) * (
                (time.perf_counter() - started) / n - self._seconds
            )
            return made

        self.n += n
        try:
            async with asyncio.timeout(due - time.monotonic()):
                return await asyncio.get_running_loop().run_in_executor(self._thread, timed)
        finally:
            self.n -= n

    def stop(self) -> None:
        """Let go of the thread."""
        self._thread.shutdown(wait=False, cancel_futures=True)
