"""Batches of rows through worker processes, in order: our own processes, plain JSON between them, no pickle."""

import gc
import json
import os
import struct
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict
from queue import SimpleQueue
from typing import IO, Any

from luodi import child
from luodi.contracts import Reject
from luodi.steps.rows import Batch, Plan, Row, Shape, Worker

LARGE = 20_000_000  # bytes of data from which further processes pay for their start
AHEAD = 2  # batches on their way per process
ENDED = "a worker process has ended"
CELL, ROW = "\x1f", "\x1e"
_COUNT = struct.Struct(">Q")

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


def _ask(free: "SimpleQueue[subprocess.Popen[bytes]]", work: Work) -> Batch:
    process = free.get()
    assert process.stdin and process.stdout
    try:
        _send(process.stdin, *_packed(*work))
        return _batch(_receive(process.stdout))
    except BrokenPipeError:
        raise EOFError(ENDED) from None
    finally:
        free.put(process)  # a dead one too: whoever waits for it must learn that it is


def _packed(shape: Shape, rows: list[Row]) -> tuple[bytes, bytes]:
    """Return the rows as bytes: texts joined by two separators where no text holds one, which is nearly always."""
    lines = [line for line, _ in rows]
    good = [values for _, values in rows if not isinstance(values, Reject)]
    bad = [(n, values.reason) for n, (_, values) in enumerate(rows) if isinstance(values, Reject)]
    plain = all(isinstance(one, str) for values in good for one in values)
    joined = ROW.join([CELL.join(values) for values in good]) if plain else ""
    n_cells = len(shape.fields) + len(shape.extras)
    simple = plain and joined.count(ROW) == max(0, len(good) - 1) and joined.count(CELL) == len(good) * (n_cells - 1)
    head = [asdict(shape), lines, bad, None if simple else good]
    return _bytes(head), joined.encode("utf-8", "surrogatepass") if simple else b""


def _unpacked(head: bytes, joined: bytes) -> Work:
    about, lines, bad, good = json.loads(head)
    shape = Shape(file=about["file"], fields=tuple(about["fields"]), extras=tuple(about["extras"]))
    reasons = dict(bad)
    if good is None:
        text = joined.decode("utf-8", "surrogatepass")
        cells: Iterator[tuple[Any, ...]] = (tuple(row.split(CELL)) for row in text.split(ROW))
    else:
        cells = (tuple(tuple(one) if isinstance(one, list) else one for one in row) for row in good)
    rows = [(line, Reject(reason=reasons[n]) if n in reasons else next(cells)) for n, line in enumerate(lines)]
    return shape, rows


def _frames(batch: Batch) -> tuple[bytes, ...]:
    head = _bytes([batch.answers, batch.rejected, batch.receipts])
    columns = (column.tobytes() for column in batch.columns.values())
    return head, batch.lines, batch.prints, batch.origins, batch.signatures, *columns


def _batch(frames: list[bytes]) -> Batch:
    head, lines, prints, origins, signatures, *columns = frames
    batch = Batch()
    batch.answers, rejected, batch.receipts = json.loads(head)
    batch.rejected = [(line, reason) for line, reason in rejected]
    batch.lines, batch.prints, batch.origins, batch.signatures = lines, prints, origins, signatures
    for column, content in zip(batch.columns.values(), columns, strict=True):
        column.frombytes(content)
    return batch


def _bytes(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _send(pipe: IO[bytes], *parts: bytes) -> None:
    pipe.write(_COUNT.pack(len(parts)) + b"".join(_COUNT.pack(len(part)) for part in parts))
    for part in parts:
        pipe.write(part)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> list[bytes]:
    sizes = [_number(pipe) for _ in range(_number(pipe))]
    return [pipe.read(size) for size in sizes]


def _number(pipe: IO[bytes]) -> int:
    head = pipe.read(_COUNT.size)
    if len(head) < _COUNT.size:
        raise EOFError(ENDED)
    return int(_COUNT.unpack(head)[0])


def main() -> None:
    """Answer frames from standard input until it ends."""
    gc.disable()  # a batch is freed as it is left; looking for cycles among millions of rows finds none
    given, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever a library says must not end up in a frame
    about = json.loads(_receive(given)[0])
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in about.items()}
    worker = Worker(Plan(**values))
    while True:
        try:
            head, joined = _receive(given)
        except EOFError:
            return
        _send(answers, *_frames(worker.work(*_unpacked(head, joined))))


if __name__ == "__main__":
    main()
