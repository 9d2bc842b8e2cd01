"""Batches of rows through worker processes, in order: our own processes, plain JSON between them, no pickle."""

import json
import os
import struct
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict, fields
from queue import SimpleQueue
from typing import IO

from luodi import child
from luodi.contracts import Reject
from luodi.steps.rows import Batch, Made, Plan, Row, Shape, Worker

LARGE = 20_000_000  # bytes of data from which further processes pay for their start
AHEAD = 2  # batches on their way per process
ENDED = "a worker process has ended"
_FRAME = struct.Struct(">QQQ")
NAMES = tuple(one.name for one in fields(Made))

Work = tuple[Shape, list[Row]]


def work(plan: Plan, batches: Iterator[Work], *, n_bytes: int) -> Iterator[tuple[Work, Batch]]:
    """Yield each batch with what became of it, in order; in other processes where there is much to do."""
    n = min(os.cpu_count() or 1, 8)
    if n == 1 or n_bytes < LARGE:
        worker = Worker(plan)
        yield from ((batch, worker.work(*batch)) for batch in batches)
        return
    with _processes(plan, n) as free, ThreadPoolExecutor(n) as threads:
        waiting: deque[tuple[Work, Future[Batch]]] = deque()
        for batch in batches:
            waiting.append((batch, threads.submit(_ask, free, batch)))
            if len(waiting) > AHEAD * n:
                first, done = waiting.popleft()
                yield first, done.result()
        while waiting:
            first, done = waiting.popleft()
            yield first, done.result()


@contextmanager
def _processes(plan: Plan, n: int) -> Iterator["SimpleQueue[subprocess.Popen[bytes]]"]:
    """Start n workers; each knows the plan from its first frame, and ends when its input does."""
    free: SimpleQueue[subprocess.Popen[bytes]] = SimpleQueue()
    processes = []
    try:
        for _ in range(n):
            process = subprocess.Popen(
                child.command("luodi.steps.crew"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=1 << 16
            )
            processes.append(process)
            assert process.stdin
            _send(process.stdin, json.dumps(asdict(plan)).encode())
            free.put(process)
        yield free
    finally:
        for process in processes:
            assert process.stdin and process.stdout
            process.kill()
            process.wait()
            process.stdout.close()
            with suppress(BrokenPipeError):  # closing flushes what a dead process will not read
                process.stdin.close()


def _ask(free: "SimpleQueue[subprocess.Popen[bytes]]", batch: Work) -> Batch:
    shape, rows = batch
    process = free.get()
    assert process.stdin and process.stdout
    plain = [(line, values.reason if isinstance(values, Reject) else values) for line, values in rows]
    try:
        _send(process.stdin, json.dumps([asdict(shape), plain], ensure_ascii=False).encode("utf-8", "surrogatepass"))
        head, lines, signatures = _receive(process.stdout)
    except BrokenPipeError:
        raise EOFError(ENDED) from None
    finally:
        free.put(process)  # a dead one too: whoever waits for it must learn that it is
    made, rejected, receipts = json.loads(head)
    return Batch(
        made=[Made(**dict(zip(NAMES, row, strict=True))) for row in made],
        lines=lines,
        rejected=[(line, reason) for line, reason in rejected],
        receipts=receipts,
        signatures=signatures,
    )


def _send(pipe: IO[bytes], *parts: bytes) -> None:
    parts = (*parts, b"", b"")[:3]
    pipe.write(_FRAME.pack(*map(len, parts)))
    for part in parts:
        pipe.write(part)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> list[bytes]:
    head = pipe.read(_FRAME.size)
    if len(head) < _FRAME.size:
        raise EOFError(ENDED)
    return [pipe.read(size) for size in _FRAME.unpack(head)]


def main() -> None:
    """Answer frames from standard input until it ends."""
    given, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever a library says must not end up in a frame
    worker = Worker(Plan(**json.loads(_receive(given)[0])))
    while True:
        try:
            shape, rows = json.loads(_receive(given)[0])
        except EOFError:
            return
        understood = Shape(file=shape["file"], fields=tuple(shape["fields"]), extras=tuple(shape["extras"]))
        batch = worker.work(understood, [(line, _values(values)) for line, values in rows])
        made = [[getattr(row, name) for name in NAMES] for row in batch.made]
        head = json.dumps([made, batch.rejected, batch.receipts], ensure_ascii=False)
        _send(answers, head.encode("utf-8", "surrogatepass"), batch.lines, batch.signatures)


def _values(values: str | list[object]) -> tuple[object, ...] | Reject:
    """Undo what JSON does to tuples and to a reason."""
    if isinstance(values, str):
        return Reject(reason=values)
    return tuple(tuple(one) if isinstance(one, list) else one for one in values)


if __name__ == "__main__":
    main()
