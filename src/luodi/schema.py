"""The door: untrusted values in, records out, and JSON Schema for whoever asks."""

import json
from collections.abc import Hashable
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from luodi.errors import DataError, Faults, did_you_mean

T = TypeVar("T")


@cache
def adapter(cls: Hashable) -> TypeAdapter[Any]:
    """Return the validator of a record; made once, since making it is the slow part."""
    return TypeAdapter(cast(Any, cls))


def faults(cls: type[Any], value: object) -> tuple[Any, list[tuple[tuple[str | int, ...], str, str]]]:
    """Return the record, or `None` and every fault as (path, what, fix)."""
    try:
        return adapter(cast(Hashable, cls)).validate_python(value), []
    except ValidationError as error:
        return None, [_explain(cls, one) for one in error.errors(include_url=False, include_context=False)]


def parse(cls: type[T], body: bytes | str) -> T:
    """Turn JSON from outside into a record. Raises `Faults` (all of them at once) or `DataError`."""
    try:
        value = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise DataError(f"the body is not JSON: {error}", where="body", fix="send one JSON object") from None
    made, found = faults(cls, value)
    if found:
        raise Faults(DataError(what, where=".".join(map(str, path)) or "body", fix=fix) for path, what, fix in found)
    return cast(T, made)


def json_schema(cls: type[Any]) -> dict[str, Any]:
    """Return the JSON Schema of a record, with its field docstrings as descriptions."""
    return adapter(cast(Hashable, cls)).json_schema()


def _explain(cls: type[Any], error: Any) -> tuple[tuple[str | int, ...], str, str]:
    path = tuple(error["loc"])
    name = ".".join(map(str, path))
    fields = list(getattr(cls, "__dataclass_fields__", {}))
    if error["type"] in {"unexpected_keyword_argument", "extra_forbidden"}:
        return path, f"{name!r} is not known here", did_you_mean(str(path[-1]), fields)
    if error["type"] in {"missing", "missing_argument", "missing_keyword_only_argument"}:
        return path, f"{name!r} is missing", f"add {name}"
    message = error["msg"][0].lower() + error["msg"][1:]
    given = error.get("input")
    shown = f", not {given!r}" if isinstance(given, str | int | float | bool) and len(str(given)) < 60 else ""
    return path, f"{name or 'the body'}: {message}{shown}", f"change {name}" if name else "send one JSON object"


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not allowed in JSON")
