"""What a service does again and again beside answering."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from luodi.contracts import record

log = logging.getLogger(__name__)


@record
class Chore:
    """Something to do every so many seconds; a failure is logged, and the next turn comes."""

    seconds: float
    do: Callable[[], Awaitable[None]]

    async def run(self) -> None:
        """Do it until cancelled."""
        while True:
            await asyncio.sleep(self.seconds)
            try:
                await self.do()
            except Exception as error:  # noqa: BLE001 -- a chore must not end because it failed once
                log.warning("a chore failed", extra={"error": type(error).__name__})
