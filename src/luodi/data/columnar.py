"""Parquet and Arrow, in batches of rows. What a file claims to hold is judged before any of it is unpacked."""

import datetime as dt
import decimal
import json
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from luodi.contracts import Reject
from luodi.data.files import Content
from luodi.errors import DataError

Rows = list[tuple[int, dict[str, Any] | Reject]]
AT_ONCE = 1_000
MAX_ROWS, MAX_COLUMNS = 200_000_000, 20_000
MAX_GROUP = 1 << 30  # bytes of one row group, unpacked
BOMB_CELLS, BOMB_RATIO = 20_000_000, 100  # cells, and cells per byte of the file
BOMB_BYTES, BOMB_BYTES_RATIO = 100_000_000, 200  # unpacked, and unpacked per byte of the file
MAX_FOOTER = 64 << 20
DICTIONARY_BATCH = 2  # MessageHeader in Message.fbs
AGAIN = "it may be cut off: copy or export it again"


def parquet_columns(content: Content) -> tuple[str, ...]:
    """Return the names of the columns. Raises `DataError` for a file that is broken, or explodes."""
    with _parquet(content) as file:
        return tuple(file.schema_arrow.names)


def parquet(content: Content) -> Iterator[Rows]:
    """Yield the rows of a Parquet file, numbered from 1."""
    with _parquet(content) as file:
        n = 1
        for batch in file.iter_batches(AT_ONCE, use_threads=False):
            rows = _rows(batch, n)
            n += len(rows)
            yield rows


def arrow_columns(content: Content) -> tuple[str, ...]:
    """Return the names of the columns of an Arrow or Feather file, or of an Arrow stream."""
    with _arrow(content) as (schema, _):
        return tuple(schema.names)


def arrow(content: Content) -> Iterator[Rows]:
    """Yield the rows of an Arrow or Feather file, or of an Arrow stream, numbered from 1."""
    with _arrow(content) as (_, batches):
        n = 1
        for whole in batches():
            for start in range(0, whole.num_rows, AT_ONCE):
                rows = _rows(whole.slice(start, AT_ONCE), n)
                n += len(rows)
                yield rows


def cells(text: str, delimiter: str, width: int) -> list[tuple[str, ...]] | None:
    """Return the rows of a text with a delimiter; `None` where they are not of one width, or Arrow is missing."""
    try:
        import pyarrow as pa
        import pyarrow.csv as arrow_csv
    except ImportError:
        return None
    names = [str(n) for n in range(width)]
    reading = arrow_csv.ReadOptions(column_names=names, use_threads=False, block_size=max(1 << 16, 4 * len(text) + 64))
    parsing = arrow_csv.ParseOptions(delimiter=delimiter, ignore_empty_lines=False, newlines_in_values=True)
    types = dict.fromkeys(names, pa.string())
    converting = arrow_csv.ConvertOptions(column_types=types, strings_can_be_null=False, null_values=[])
    try:
        table = arrow_csv.read_csv(pa.BufferReader(text.encode()), reading, parsing, converting)
    except (pa.ArrowInvalid, UnicodeEncodeError):
        return None
    return list(zip(*[column.to_pylist() for column in table.columns], strict=True))


@contextmanager
def _parquet(content: Content) -> Iterator[Any]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with content.seekable() as raw, _refused(content, "Parquet"):
        size = raw.seek(0, 2)
        raw.seek(max(0, size - 8))
        tail = raw.read(8)
        if tail[4:] != b"PAR1" or not 0 < int.from_bytes(tail[:4], "little") <= min(size, MAX_FOOTER):
            raise pa.ArrowInvalid("its last bytes are not those of such a file")
        raw.seek(0)
        limits = {"thrift_string_size_limit": MAX_FOOTER, "thrift_container_size_limit": 10_000_000}
        with pq.ParquetFile(raw, pre_buffer=False, buffer_size=1 << 16, **limits) as file:
            _check(file.metadata, size, content.where)
            yield file


def _check(metadata: Any, size: int, where: str) -> None:
    """Refuse what claims to hold more than a table of its size can."""
    cells = metadata.num_rows * max(1, metadata.num_columns)
    if metadata.num_rows > MAX_ROWS or metadata.num_columns > MAX_COLUMNS:
        raise DataError(
            f"the file claims {metadata.num_rows:,} rows of {metadata.num_columns:,} columns",
            where=where,
            fix=f"at most {MAX_ROWS:,} rows and {MAX_COLUMNS:,} columns: write a part of it",
        )
    unpacked = 0
    for n in range(metadata.num_row_groups):
        group = metadata.row_group(n)
        columns = [group.column(k) for k in range(group.num_columns)]
        total = sum(max(0, one.total_uncompressed_size) for one in columns)
        unpacked += total
        if total > MAX_GROUP:
            raise DataError(
                f"row group {n + 1} unpacks to {total / 1e6:,.0f} MB",
                where=where,
                fix="write the file with row groups of 100,000 rows or fewer",
            )
    too_many = cells > BOMB_CELLS and cells > BOMB_RATIO * size
    if too_many or (unpacked > BOMB_BYTES and unpacked > BOMB_BYTES_RATIO * size):
        raise DataError(
            f"the file claims {metadata.num_rows:,} rows in {size:,} bytes: it looks like a bomb",
            where=where,
            fix="export the table again, as CSV",
        )


@contextmanager
def _arrow(content: Content) -> Iterator[tuple[Any, Callable[[], Iterator[Any]]]]:
    import pyarrow as pa

    with content.seekable() as raw, _refused(content, "Arrow"):
        magic = raw.read(6)
        raw.seek(8 if magic == b"ARROW1" else 0)
        _check_messages(raw, content.where)
        raw.seek(0)
        if magic == b"ARROW1":
            reader = pa.ipc.open_file(raw)
            yield reader.schema, lambda: (reader.get_batch(n) for n in range(reader.num_record_batches))
        else:
            stream = pa.ipc.open_stream(raw)
            yield stream.schema, lambda: iter(stream)


def _check_messages(raw: Any, where: str) -> None:
    """Refuse batches that claim to unpack to more than a table's, by the sizes in front of their buffers.

    Source: the columnar format of Apache Arrow, "Serialization and IPC", and Message.fbs of version 1.5.
    """
    import pyarrow as pa

    start = raw.tell()
    size = raw.seek(0, 2)
    raw.seek(start)
    for message in pa.ipc.MessageReader.open_stream(raw):
        if message.type == "schema" or message.body is None:
            continue
        claimed, n_rows = _claims(message.metadata.to_pybytes(), message.body)
        if n_rows > MAX_ROWS or claimed > MAX_GROUP or (claimed > BOMB_BYTES and claimed > BOMB_BYTES_RATIO * size):
            raise DataError(
                f"one batch claims {n_rows:,} rows that unpack to {claimed / 1e6:,.0f} MB: it looks like a bomb",
                where=where,
                fix="write the file in batches of 100,000 rows or fewer, or as CSV",
            )


def _claims(metadata: bytes, body: Any) -> tuple[int, int]:
    """Return how many bytes a batch unpacks to, and its rows. Raises `ValueError` where it is malformed."""

    def number(at: int, kind: str) -> int:
        found: int = struct.unpack_from("<" + kind, metadata, at)[0]
        return found

    def place(table: int, n: int) -> int:
        """Return where a field of a FlatBuffers table stands; 0: it has none."""
        fields = table - number(table, "i")
        inside = number(fields + 4 + 2 * n, "H") if 4 + 2 * n < number(fields, "H") else 0
        return table + inside if inside else 0

    message = number(0, "I")
    batch = place(message, 2) + number(place(message, 2), "I")
    if number(place(message, 1), "B") == DICTIONARY_BATCH:
        batch = place(batch, 1) + number(place(batch, 1), "I")
    n_rows, buffers, packed = place(batch, 0), place(batch, 2), place(batch, 3)
    first = buffers + number(buffers, "I") if buffers else 0
    total = 0
    for n in range(number(first, "I") if first else 0):
        offset, length = number(first + 4 + 16 * n, "q"), number(first + 12 + 16 * n, "q")
        if packed and length >= 8:
            total += max(length, int.from_bytes(body[offset : offset + 8].to_pybytes(), "little", signed=True))
        else:
            total += length
    return total, number(n_rows, "q") if n_rows else 0


@contextmanager
def _refused(content: Content, kind: str) -> Iterator[None]:
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError, OverflowError, ValueError, MemoryError, struct.error) as error:
        why = str(error).splitlines()[0][:160] if str(error) else type(error).__name__
        raise DataError(f"the {kind} file cannot be read: {why}", where=content.where, fix=AGAIN) from None


def _rows(batch: Any, first: int) -> Rows:
    names = batch.schema.names
    try:
        columns = [_values(column) for column in batch.columns]
    except UnicodeDecodeError:
        return [(first + n, _row(batch, n)) for n in range(batch.num_rows)]
    if not columns:
        return [(first + n, {}) for n in range(batch.num_rows)]
    return [(first + n, dict(zip(names, row, strict=True))) for n, row in enumerate(zip(*columns, strict=True))]


def _row(batch: Any, n: int) -> dict[str, Any] | Reject:
    """Return one row of a batch in which some bytes are no text."""
    row = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        try:
            row[name] = plain(column[n].as_py())
        except UnicodeDecodeError:
            return Reject(reason=f"bytes that are no text in column {name!r}")
    return row


def _values(column: Any) -> list[Any]:
    import pyarrow.types as types

    values: list[Any] = column.to_pylist()
    kind = column.type.value_type if types.is_dictionary(column.type) else column.type
    as_is = types.is_string(kind) or types.is_large_string(kind) or types.is_integer(kind) or types.is_floating(kind)
    return values if as_is else [plain(value) for value in values]


def plain(value: Any) -> Any:
    """Return a value as a table of text would hold it."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, list) and all(isinstance(one, str | int | float | None) for one in value):
        return value
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
