"""Ctrl-C, for good: an interrupt that a library swallows, or takes for a failure, stays an interrupt."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

AGAIN_SECONDS = 2.0  # longer than tidying up takes, shorter than anybody's patience


@contextmanager
def raised_until_heard() -> Iterator[None]:
    """Raise `KeyboardInterrupt` at Ctrl-C, and again until it arrives here.

    Libraries catch whatever there is while they load others, and the command would go on as if nobody had asked;
    C extensions make an `ImportError` of it.
    """
    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield  # what is deaf to Ctrl-C, as a job of a shell in the background, stays so
        return
    before = signal.getsignal(signal.SIGALRM)

    def stop(_number: int, _frame: FrameType | None) -> NoReturn:
        signal.signal(signal.SIGALRM, stop)
        signal.setitimer(signal.ITIMER_REAL, AGAIN_SECONDS)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, stop)
    try:
        yield
    except Exception as error:
        if signal.getsignal(signal.SIGALRM) is stop:
            raise KeyboardInterrupt from error
        raise
    finally:
        if signal.getsignal(signal.SIGALRM) is stop:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        if signal.getsignal(signal.SIGINT) is stop:
            signal.signal(signal.SIGINT, signal.default_int_handler)
