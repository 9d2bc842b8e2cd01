"""From rows of a table to lines on disk: what is done to a batch of rows, in this process or in another."""

import hashlib
import json
import math
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields
from typing import Any, NamedTuple

from luodi import registry
from luodi.contracts import Example, Reject, record
from luodi.data.dates import seconds_of
from luodi.data.dedupe import PARTS, fingerprint
from luodi.data.spool import NO_PART
from luodi.data.wash import Mode, Washer

Row = tuple[int, tuple[Any, ...] | Reject]
"""The line it starts on, and the values of a batch's fields and extras; or why it is no row."""
COLUMNS = {"line": "Q", "size": "I", "characters": "I", "place": "Q", "group": "Q", "time": "d", "y": "I", "part": "B"}
"""line: where a row starts; place: where its group, or else itself, falls in the split, 64 bits of a hash of seed and
content; group: 64 bits of a hash, 0 for none; time: seconds since 1970, or NaN; part: of `PARTS`, or `NO_PART`."""
_string = json.encoder.encode_basestring


@record
class Plan:
    """All that decides what becomes of a row; plain JSON, so that another process can be told."""

    task: str
    options: dict[str, Any]
    seed: int
    clean: dict[str, Any] | None = None
    """The switches of `[prepare] clean`; `None` leaves texts as they are."""
    lines: tuple[str, ...] = ()
    """Hashes of the lines that are boilerplate."""
    personal: Mode = "keep"
    """What becomes of personal data: "keep", "mask" or "pseudonymize"."""
    kinds: tuple[str, ...] = ()
    """Of personal data; empty means all that is usual."""
    day_first: bool = True
    """Whether 03/04/2026 is in April, in the user's column of times."""
    near: bool = False
    """Whether signatures for near-duplicates are wanted."""
    secret: str = ""
    """The key of pseudonyms, hexadecimal."""


@record
class Shape:
    """How the values of a batch's rows are to be understood."""

    file: str
    fields: tuple[str, ...]
    """The task's own fields, in the order of the values."""
    extras: tuple[str, ...] = ()
    """The user's further names, whose values follow."""
    taught: bool = False
    """Its rows are learned from, whatever is cut off for dev and exam."""


class Batch:
    """What became of some rows: column by column, so that thousands of rows are a few moves of memory."""

    def __init__(self) -> None:
        self.columns = {name: array(code) for name, code in COLUMNS.items()}
        self.lines = b""
        """JSON objects one after the other, each open at its end: `, "y": …}` and a line feed are still to come."""
        self.prints, self.origins = b"", b""
        """Fingerprints, 16 bytes a row: of what a model sees, and of what the user's file says before any cleaning."""
        self.answers: list[str] = []
        """The different answers as JSON; the column `y` holds places in this list."""
        self.rejected: list[tuple[int, str]] = []
        self.receipts: dict[str, Any] = {}
        self.signatures = b""

    def __len__(self) -> int:
        return len(self.columns["line"])


class _Made(NamedTuple):
    """A row that became an example."""

    line: bytes
    text: str
    print: bytes
    origin: bytes
    place: int
    group: int
    y: str
    part: int
    time: float


class Worker:
    """Turns rows into lines by one plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.task = registry.task(plan.task)
        self.options = self.task.Options(**plan.options)
        self.washer = Washer(plan.clean, plan.personal, plan.lines, plan.kinds, secret=plan.secret)

    def work(self, shape: Shape, rows: Iterable[Row]) -> Batch:
        """Return what becomes of all the rows."""
        batch = Batch()
        lines: list[bytes] = []
        prints: list[bytes] = []
        origins: list[bytes] = []
        texts: list[str] = []
        numbers: dict[str, int] = {}
        for line, one, origin in self._examples(shape, rows):
            if isinstance(one, Reject):
                batch.rejected.append((line, one.reason))
                continue
            made = self._line(shape, line, one, origin)
            lines.append(made.line)
            prints.append(made.print)
            origins.append(made.origin)
            texts.append(made.text)
            values: tuple[Any, ...] = (line, len(made.line), len(made.text), made.place, made.group, made.time,
                      numbers.setdefault(made.y, len(numbers)), made.part)  # fmt: skip
            for column, value in zip(batch.columns.values(), values, strict=True):
                column.append(value)
        batch.lines, batch.prints, batch.origins = b"".join(lines), b"".join(prints), b"".join(origins)
        batch.answers, batch.receipts = list(numbers), self.washer.receipts()
        batch.signatures = self._signatures(texts)
        return batch

    def _examples(self, shape: Shape, rows: Iterable[Row]) -> Iterator[tuple[int, Example | Reject, bytes | None]]:
        """Yield line and example, washed and clean, its extras among its tags; and its origin where that differs."""
        n = len(shape.fields)
        at: list[Any] = [0, ()]
        lost: list[tuple[int, Reject, None]] = []

        def wanted() -> Iterator[Any]:
            for line, values in rows:
                if isinstance(values, Reject):
                    lost.append((line, values, None))
                    continue
                at[:] = [line, values[n:]]
                yield self.task.Row(**dict(zip(shape.fields, values[:n], strict=True)))

        for example in self.task.to_examples(wanted(), self.options):
            yield from lost
            lost.clear()
            line, extras = at
            yield line, *self._clean(example, dict(zip(shape.extras, extras, strict=True)))
        yield from lost

    def _clean(self, example: Example | Reject, extras: dict[str, str]) -> tuple[Example | Reject, bytes | None]:
        if isinstance(example, Reject):
            return example, None
        washed = self.washer.wash(example.request)
        request = self.task.clean(washed, self.options)
        if isinstance(request, Reject):
            return request, None
        # what decides the split must not change with the switches
        origin = None if washed is example.request else self._origin(example.request)
        group = example.group or extras.pop("group", None)
        tags = {**example.tags, **extras}
        return Example(request=request, y=example.y, group=group, part=example.part, tags=tags), origin

    def _origin(self, request: Any) -> bytes:
        cleaned = self.task.clean(request, self.options)
        kept = request if isinstance(cleaned, Reject) else cleaned
        return fingerprint(self.task.to_x(kept, self.options))

    def _line(self, shape: Shape, line: int, example: Example, origin: bytes | None) -> _Made:
        tags = dict(example.tags)
        x = self.task.to_x(example.request, self.options)
        print_ = fingerprint(x)
        origin = origin or print_
        time = seconds_of(tags["time"], day_first=self.plan.day_first) if "time" in tags else None
        shown = _string(x) if isinstance(x, str) else json.dumps(x, ensure_ascii=False)
        text = (
            f'{{"line": {_string(f"{shape.file}:{line}")}, "key": "{origin.hex()}", "x": {shown}, '
            f'"request": {_request(example.request, x, shown)}, '
            f'"tags": {json.dumps(tags, ensure_ascii=False) if tags else "{}"}'
        ).encode()
        y = example.y if isinstance(example.y, str) else sorted(example.y)
        return _Made(
            line=text,
            text=x if isinstance(x, str) else str(x),
            print=print_,
            origin=origin,
            place=_hash(f"{self.plan.seed}/{example.group or origin.hex()}"),
            group=_hash(example.group) | 1 if example.group else 0,
            y=json.dumps(y, ensure_ascii=False),
            part=PARTS.index(example.part) if example.part else PARTS.index("train") if shape.taught else NO_PART,
            time=math.nan if time is None else time,
        )

    def _signatures(self, texts: list[str]) -> bytes:
        if not self.plan.near or not texts:
            return b""
        from luodi.quality import near

        return near.signatures(texts).tobytes()


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def _request(request: Any, x: Any, shown: str) -> str:
    """Return a request as JSON; a field that is what the model sees is not written out twice."""
    parts = []
    for name in _names(type(request)):
        value = getattr(request, name)
        if not isinstance(value, str):
            return json.dumps(asdict(request), ensure_ascii=False)
        parts.append(f"{_string(name)}: {shown if value is x else _string(value)}")
    return "{" + ", ".join(parts) + "}"


_NAMES: dict[type, tuple[str, ...]] = {}


def _names(cls: type) -> tuple[str, ...]:
    if cls not in _NAMES:
        _NAMES[cls] = tuple(one.name for one in fields(cls))
    return _NAMES[cls]
