"""Batches of rows through worker processes, in order: our own processes, plain JSON between them, no pickle."""

import gc
import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from luodi import child
from luodi.contracts import Reject
from luodi.steps.rows import Batch, Plan, Row, Shape, Worker

LARGE = 20_000_000  # bytes of data from which further processes pay for their start
CELL, ROW = "\x1f", "\x1e"

Work = tuple[Shape, list[Row]]


def work(plan: Plan, batches: Iterator[Work], *, n_bytes: int) -> Iterator[tuple[Work, Batch]]:
    """Yield each batch with what became of it, in order; in other processes where there is much to do."""
    n = min(os.cpu_count() or 1, 8)
    if n == 1 or n_bytes < LARGE:
        worker = Worker(plan)
        yield from ((batch, worker.work(*batch)) for batch in batches)
        return
    with child.crew("luodi.steps.crew", n, json.dumps(asdict(plan)).encode()) as ask:
        yield from child.in_order(lambda batch: _batch(ask(*_packed(*batch))), batches, n)


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


def main() -> None:
    """Answer frames from standard input until it ends."""
    gc.disable()  # a batch is freed as it is left; looking for cycles among millions of rows finds none
    given, answers = child.frames()
    about = json.loads(child.receive(given)[0])
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in about.items()}
    worker = Worker(Plan(**values))
    while True:
        try:
            head, joined = child.receive(given)
        except EOFError:
            return
        child.send(answers, *_frames(worker.work(*_unpacked(head, joined))))


if __name__ == "__main__":
    main()
