"""Our own modules in processes of their own, which end when this one does, however it ends."""

import ctypes
import os
import struct
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from queue import SimpleQueue
from typing import IO, TypeVar

T = TypeVar("T")
R = TypeVar("R")
Frames = list[bytes]

AHEAD = 2  # pieces of work on their way per process
ENDED = "a worker process has ended"
_COUNT = struct.Struct(">Q")

PR_SET_PDEATHSIG, SIGKILL = 1, 9  # prctl(2): the signal to get when the parent dies; Linux only
START = f"""
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent hears it, and ends us
import os, runpy, sys
parent, module = int(sys.argv.pop(1)), sys.argv.pop(1)
if sys.platform == "linux":
    import ctypes
    ctypes.CDLL(None).prctl({PR_SET_PDEATHSIG}, {SIGKILL})
    if os.getppid() != parent:
        sys.exit("the parent is gone")
runpy.run_module(module, run_name="__main__", alter_sys=True)
"""


def command(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module, as `python -m` would, but blind to modules in the working folder."""
    return [sys.executable, "-P", "-c", START, str(os.getpid()), module, *arguments]


def end_with_parent() -> None:
    """Have this process killed when the one that started it dies; only Linux can."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, SIGKILL)


@contextmanager
def crew(module: str, n: int, *first: bytes) -> Iterator[Callable[..., Frames]]:
    """Start n processes of a module and send each the same first frames; yield what asks whichever of them is free.

    To ask is safe from several threads. Raises `EOFError` where a process has ended. No pickle: frames are bytes.
    """
    free: SimpleQueue[subprocess.Popen[bytes]] = SimpleQueue()
    processes = []

    def ask(*parts: bytes) -> Frames:
        process = free.get()
        assert process.stdin and process.stdout
        try:
            send(process.stdin, *parts)
            return receive(process.stdout)
        except BrokenPipeError:
            raise EOFError(ENDED) from None
        finally:
            free.put(process)  # a dead one too: whoever waits for it must learn that it is

    try:
        for _ in range(n):
            process = subprocess.Popen(command(module), stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=1 << 16)
            processes.append(process)
            assert process.stdin
            with suppress(BrokenPipeError):  # it ended at once: the first to ask is told
                send(process.stdin, *first)
            free.put(process)
        yield ask
    finally:
        for process in processes:
            assert process.stdin and process.stdout
            process.kill()
            process.wait()
            process.stdout.close()
            with suppress(BrokenPipeError):  # closing flushes what a dead process will not read
                process.stdin.close()


def in_order(work: Callable[[T], R], things: Iterable[T], n: int) -> Iterator[tuple[T, R]]:
    """Yield each thing with what became of it, in order, worked on by n threads; few are held at a time."""
    with ThreadPoolExecutor(n) as threads:
        waiting: deque[tuple[T, Future[R]]] = deque()
        for thing in things:
            waiting.append((thing, threads.submit(work, thing)))
            if len(waiting) > AHEAD * n:
                first, done = waiting.popleft()
                yield first, done.result()
        while waiting:
            first, done = waiting.popleft()
            yield first, done.result()


def send(pipe: IO[bytes], *parts: bytes) -> None:
    """Write frames."""
    pipe.write(_COUNT.pack(len(parts)) + b"".join(_COUNT.pack(len(part)) for part in parts))
    for part in parts:
        pipe.write(part)
    pipe.flush()


def receive(pipe: IO[bytes]) -> Frames:
    """Read frames. Raises `EOFError` where there are none."""
    sizes = [_number(pipe) for _ in range(_number(pipe))]
    found = [pipe.read(size) for size in sizes]
    if [len(one) for one in found] != sizes:
        raise EOFError(ENDED)
    return found


def _number(pipe: IO[bytes]) -> int:
    head = pipe.read(_COUNT.size)
    if len(head) < _COUNT.size:
        raise EOFError(ENDED)
    return int(_COUNT.unpack(head)[0])


def frames() -> tuple[IO[bytes], IO[bytes]]:
    """Return where a process of a crew reads and writes frames; what a library prints goes elsewhere."""
    pair = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr
    return pair
