"""Parquet at the end: a file of it cannot be gone on with, so answers wait as lines and are turned into it at once."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from luodi.batch.answerer import Answerer, text_of
from luodi.data.files import Content
from luodi.errors import SetupError

ROWS_AT_ONCE = 50_000  # of a row group


def check() -> None:
    """Raise `SetupError` where Parquet cannot be written here."""
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError:
        raise SetupError("Parquet needs pyarrow", where="--out", fix='pip install "luodi[data]"') from None


def n_rows(content: Content) -> int:
    """Return how many rows a file says it has."""
    import pyarrow.parquet as pq

    try:
        with content.seekable() as raw, pq.ParquetFile(raw) as file:
            return int(file.metadata.num_rows)
    except (OSError, ValueError):
        return 0  # reading it will say what is wrong


def convert(answerer: Answerer, counts: Mapping[str, Any]) -> Callable[[Path, Path], None]:
    """Return what turns lines of answers into a Parquet file."""
    names = [*answerer.file, *answerer.names.values(), *answerer.ours]
    kinds = counts.get("kinds") or [[] for _ in names]

    def write(lines: Path, table: Path) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        schema = pa.schema([(name, _type(kind)) for name, kind in zip(names, kinds, strict=True)])
        with pq.ParquetWriter(table, schema, compression="zstd") as writer:
            for rows in _batches(lines):
                columns = zip(*rows, strict=True)
                arrays = [
                    pa.array([_value(one, field.type) for one in column], field.type)
                    for column, field in zip(columns, schema, strict=True)
                ]
                writer.write_table(pa.Table.from_arrays(arrays, schema=schema))

    return write


def _batches(lines: Path) -> Iterator[Sequence[list[Any]]]:
    with lines.open(encoding="utf-8") as file:
        while rows := [json.loads(line) for line in islice(file, ROWS_AT_ONCE)]:
            yield rows


def _type(kinds: Sequence[str]) -> Any:
    """Return the narrowest type that holds all values of a column; where they are of several kinds, they are text."""
    import pyarrow as pa

    types = {
        ("bool",): pa.bool_(),
        ("int",): pa.int64(),
        ("float",): pa.float64(),
        ("float", "int"): pa.float64(),
        ("strs",): pa.list_(pa.string()),
    }
    return types.get(tuple(kinds), pa.string())


def _value(value: Any, kind: Any) -> Any:
    import pyarrow.types as types

    return text_of(value) if value is not None and types.is_string(kind) else value
