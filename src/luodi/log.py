"""What a person sees while waiting: progress bars on a terminal, silence elsewhere."""

import os
import sys
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

T = TypeVar("T")


def progress(things: Iterable[T], *, total: int, doing: str) -> Iterator[T]:
    """Yield the things, with a bar on standard error while a person is watching."""
    bar = bar_for(total=total, doing=doing)
    for thing in things:
        yield thing
        bar.update(1)
    bar.close()


def bar_for(*, total: int, doing: str, at: int = 0) -> Any:
    """Return a bar with `update(n)` and `close()`; it draws nothing when no person is watching."""
    if not watched():
        return _Silent()
    from tqdm import tqdm

    return tqdm(total=total, initial=at, desc=f"  {doing}", leave=False, unit="", delay=1.0, mininterval=0.5)


def watched() -> bool:
    """Say whether a person is likely to see standard error."""
    return sys.stderr.isatty() and not os.environ.get("LUODI_QUIET")


class _Silent:
    def update(self, n: int) -> None: ...
    def close(self) -> None: ...
