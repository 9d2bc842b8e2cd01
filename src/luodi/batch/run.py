"""Read, answer, write: in windows of rows that depend on the rows alone, so that a second run makes the same bytes."""

import contextlib
import itertools
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

import luodi
from luodi import child
from luodi.batch import parquet, partial
from luodi.batch.answerer import Answerer, Plan, Shape, map_columns
from luodi.batch.partial import Chain, Partial, State
from luodi.bundle import ABOUT, MODEL, open_bundle
from luodi.contracts import Reject, record
from luodi.data import readers, sources
from luodi.data.readers import Table
from luodi.errors import DataError, SetupError
from luodi.runtime.session import read_about
from luodi.store import digest, digest_file

FORMATS = ("csv", "tsv", "jsonl", "parquet")
WINDOW_ROWS, WINDOW_CHARACTERS = 2_048, 4_000_000
"""A window ends at whichever comes first. Its texts are sorted by length, so a small one would hold much padding."""
LARGE = 4_000_000  # bytes of input from which processes of their own pay for their start
ONE_CORE = ("engine_ngrams", "engine_tokens", "engine_constant")
"""Engines that leave the other cores idle. The others use all of them by themselves."""


@record
class Window:
    """Some rows of one table, packed; the digest is of them and of all before."""

    payload: bytes
    n_rows: int
    digest: str


Answers = tuple[dict[str, Any], bytes]
Answering = Callable[[Iterable[Window]], Iterator[tuple[Window, Answers]]]
Tell = Callable[[int], None]


def predict(
    bundle: Path,
    inputs: Sequence[str],
    target: Path | None,
    *,
    stream: IO[bytes] | None = None,
    form: str = "",
    columns: Mapping[str, str] | None = None,
    reading: Mapping[str, Any] | None = None,
    only_handed_over: bool = False,
    spreadsheet: bool = False,
    tell: Tell = lambda n: None,
) -> dict[str, Any]:
    """Write `target`, whole or not at all, or the stream; return what is to be said about it.

    `inputs` are files, folders, patterns and database URLs. An input column of the same name as one of the answer's is
    kept as `input_NAME`. Killed at any moment, the same call goes on where it was and ends with the same bytes.
    Raises `DataError` and `SetupError`.
    """
    assert (target is None) != (stream is None), "one place to write to"
    form = checked_format(target, form)
    tables = _tables(inputs, target, dict(reading or {}))
    opened = open_bundle(bundle)
    if only_handed_over and opened.about["promise"] is None:
        raise DataError(
            "this model hands nothing over, since it promises nothing",
            where="--only-handed-over",
            fix="set [define] automate and run again, or leave the option out",
        )
    plan = Plan(
        bundle=str(bundle),
        format=form,
        tables=tuple(
            Shape(name=name, columns=one.columns, mapping=map_columns(opened.task, columns or {}, one.columns, name))
            for name, one in tables
        ),
        columns=tuple(dict.fromkeys(name for _, one in tables for name in one.columns)),
        only_handed_over=only_handed_over,
        spreadsheet=spreadsheet,
        file_column=len(tables) > 1,
    )
    answerer = Answerer(plan, opened)
    with _answering(answerer, large=_is_large(tables)) as answered:
        if stream is not None:
            return _to_stream(stream, answerer, answered, tables, tell)
        assert target is not None
        with partial.explained(target):
            return _to_file(Partial(target), answerer, answered, tables, tell)


def checked_format(target: Path | None, form: str) -> str:
    """Return the format to write. Raises `DataError` where there is none of this name."""
    name = form or (target.suffix.removeprefix(".") if target else "csv")
    if name not in FORMATS or (target is None and name == "parquet"):
        known = ", ".join(f".{one}" for one in FORMATS)
        raise DataError(f"{name or str(target)!r} is no format to write", where=str(target or "--format"),
                        fix=f"end the name with one of {known}; to standard output go csv, tsv and jsonl")  # fmt: skip
    if name == "parquet":
        parquet.check()
    return name


def about_how_many(inputs: Sequence[str]) -> int:
    """Return about how many rows there are, counted quickly, for whoever waits; 0 where that cannot be said."""
    total = 0
    for source in (one for name in inputs for one in sources.expand(Path(), name)):
        if source.path is None:
            return 0
        content = readers.look(source.path)
        if content.name.endswith((".parquet", ".pq")):
            total += parquet.n_rows(content)
        elif content.name.endswith(readers.BINARY):
            return 0
        else:
            total += sum(chunk.count(b"\n") for chunk in content.chunks())
    return total


def _tables(inputs: Sequence[str], target: Path | None, reading: dict[str, Any]) -> list[tuple[str, Table]]:
    found = [source for name in inputs for source in sources.expand(Path(), name)]
    paths = [one.path for one in found if one.path is not None and one.path.exists()]
    if target is not None and target.exists() and any(target.samefile(one) for one in paths):
        raise DataError("the answers would replace the questions", where=str(target), fix="choose another --out")
    return [(one.name, sources.open(one, **reading)) for one in found]


def _is_large(tables: Sequence[tuple[str, Table]]) -> bool:
    paths = [Path(table.path) for _, table in tables]
    known = [one.stat().st_size for one in paths if one.is_file()]
    return len(known) < len(paths) or sum(known) > LARGE  # in an archive or a database is more than one sees


@contextlib.contextmanager
def _answering(answerer: Answerer, *, large: bool) -> Iterator[Answering]:
    """Yield what answers windows, in order: in this process, or where that leaves cores idle, in one for each core."""
    n, engine = len(os.sched_getaffinity(0)), read_about(Path(answerer.plan.bundle) / MODEL)["engine"]
    if n == 1 or not large or engine not in ONE_CORE:
        yield lambda windows: ((one, answerer.answer(one.payload)) for one in windows)
        return
    with child.crew("luodi.batch.worker", n, json.dumps(asdict(answerer.plan)).encode()) as ask:

        def asked(window: Window) -> Answers:
            try:
                head, lines = ask(window.payload)
            except EOFError:
                fix = "run the same command again: it goes on; if it stays, there may be too little memory"
                raise SetupError(child.ENDED, where="luodi predict", fix=fix) from None
            counts = json.loads(head)
            if "error" in counts:
                raise DataError(**counts["error"])
            return counts, lines

        yield lambda windows: child.in_order(asked, windows, n)


def _to_stream(
    stream: IO[bytes], answerer: Answerer, answered: Answering, tables: Sequence[tuple[str, Table]], tell: Tell
) -> dict[str, Any]:
    counts: Mapping[str, Any] = partial.NOTHING
    stream.write(answerer.header())
    for window, (counted, lines) in answered(_windows(tables)):
        stream.write(lines)
        counts = partial.added(counts, counted)
        tell(window.n_rows)
    stream.flush()
    return dict(counts)


def _to_file(
    place: Partial, answerer: Answerer, answered: Answering, tables: Sequence[tuple[str, Table]], tell: Tell
) -> dict[str, Any]:
    """Write the target, from where an earlier run left it."""
    key = _key(answerer.plan, tables)
    state, windows = _left(place, key, tables)
    if state is not None and place.is_finished(state):
        place.remove()
        return dict(state.counts) | {"resumed_at": state.counts["rows"]}
    before = state.counts["rows"] if state else 0
    n, counts = (state.windows, state.counts) if state else (0, partial.NOTHING)
    latest = state
    place.open(state)
    try:
        if state is None:
            place.write(answerer.header())
        tell(before)
        for window, (counted, lines) in answered(windows):
            place.write(lines)
            n, counts = n + 1, partial.added(counts, counted)
            latest = State(key=key, windows=n, rows=window.digest, offset=place.offset(), counts=counts)
            place.save(latest)
            tell(window.n_rows)
        latest = latest or State(key=key, windows=0, rows="", offset=place.offset(), counts=counts)
        place.save(latest, now=True)
        place.finish(latest, parquet.convert(answerer, counts) if answerer.plan.format == "parquet" else None)
    finally:
        place.leave()
    return dict(counts) | ({"resumed_at": before} if before else {})


def _left(place: Partial, key: str, tables: Sequence[tuple[str, Table]]) -> tuple[State | None, Iterator[Window]]:
    """Return how far an earlier run came, and the windows behind; `None` where its rows were not these."""
    state, windows = place.found(key), _windows(tables)
    if state is None or place.is_finished(state) or not state.windows:
        return state, windows
    n, digest_there = 0, ""
    for one in itertools.islice(windows, state.windows):
        n, digest_there = n + 1, one.digest
    if (n, digest_there) == (state.windows, state.rows):
        return state, windows
    return None, _windows(tables)


def _key(plan: Plan, tables: Sequence[tuple[str, Table]]) -> str:
    """Return the digest of all that decides the output, but for the rows, whose digest is taken as they are read."""
    about = Path(plan.bundle) / ABOUT  # it names the digest of every file
    read = [(name, one.format, one.encoding, one.delimiter, one.header, one.sheet) for name, one in tables]
    said = asdict(plan) | {"bundle": digest_file(about), "luodi": luodi.__version__, "read": read}
    return digest(said | {"window": (WINDOW_ROWS, WINDOW_CHARACTERS)})


def _windows(tables: Sequence[tuple[str, Table]]) -> Iterator[Window]:
    chain = Chain()
    for number, (_, table) in enumerate(tables):
        keyed = table.format in {"jsonl", "json"}  # their rows differ in what they have
        lines: list[int] = []
        rows: list[Any] = []
        n_characters = 0
        for line, row in table.rows():
            lines.append(line)
            if isinstance(row, Reject):
                rows.append(row.reason)
            else:
                rows.append(row if keyed else list(row.values()))
                n_characters += sum(len(one) for one in row.values() if isinstance(one, str))
            if len(rows) == WINDOW_ROWS or n_characters >= WINDOW_CHARACTERS:
                yield _window(chain, number, lines, rows)
                lines, rows, n_characters = [], [], 0
        if rows:
            yield _window(chain, number, lines, rows)


def _window(chain: Chain, number: int, lines: list[int], rows: list[Any]) -> Window:
    payload = json.dumps([number, lines, rows], ensure_ascii=False, default=str).encode("utf-8", "surrogatepass")
    return Window(payload=payload, n_rows=len(rows), digest=chain.add(payload))
