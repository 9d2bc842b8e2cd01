"""The door: untrusted values in, records out, and JSON Schema for whoever asks."""

import json
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, cast, get_args, get_type_hints

from pydantic import TypeAdapter, ValidationError

from luodi.errors import DataError, Faults, did_you_mean

T = TypeVar("T")
Fault = tuple[tuple[str | int, ...], str, str]
"""Where in the value, what is wrong, and how to put it right."""

MISSING = frozenset({"missing", "missing_argument", "missing_keyword_only_argument"})
WORDS = {"a valid tuple": "a list", "a valid dictionary": "a table"}


@cache
def adapter(cls: Hashable) -> TypeAdapter[Any]:
    """Return the validator of a record; made once, since making it is the slow part."""
    return TypeAdapter(cast(Any, cls))


def faults(cls: type[Any], value: object, body: bytes | None = None) -> tuple[Any, list[Fault]]:
    """Return the record, or `None` and every fault as (path, what, fix).

    With the JSON that the value comes from, types are what JSON says: `true` is no number, "1" neither.
    """
    one = adapter(cast(Hashable, cls))
    try:
        return one.validate_python(value) if body is None else one.validate_json(body, strict=True), []
    except ValidationError as error:
        return None, _explained(cls, value, error.errors(include_url=False, include_context=False))


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


def _explained(cls: type[Any], value: Any, errors: Sequence[Any]) -> list[Fault]:
    """Return one fault per place; of a value that fits none of several types, what each of them asks for."""
    by_path: dict[tuple[str | int, ...], list[Any]] = {}
    for error in errors:
        by_path.setdefault(_place(value, error), []).append(error)
    deepest = [path for path in by_path if not any(other[: len(path)] == path for other in by_path if other != path)]
    return [_explain(cls, path, by_path[path][0], [one["msg"] for one in by_path[path]]) for path in deepest]


def _place(value: Any, error: Any) -> tuple[str | int, ...]:
    """Return where an error is in the value, without pydantic's names for the members of a union."""
    path: list[str | int] = []
    for name in error["loc"]:
        inside = dict(enumerate(value)) if isinstance(value, list | tuple) else value
        if isinstance(inside, Mapping) and name in inside:
            value = inside[name]
        elif error["type"] not in MISSING or name != error["loc"][-1]:
            continue
        path.append(name)
    return tuple(path)


def _fields(cls: Any, path: Sequence[str | int]) -> list[str]:
    """Return the names that a record, or the one inside it that a path leads to, knows."""
    for name in path:
        hint = get_type_hints(cls).get(str(name)) if is_dataclass(cls) else None
        cls = next((one for one in (hint, *get_args(hint)) if is_dataclass(one)), None)
    return [one.name for one in fields(cls)] if is_dataclass(cls) else []


def _explain(cls: type[Any], path: tuple[str | int, ...], error: Any, messages: Sequence[str]) -> Fault:
    name = ".".join(map(str, path))
    if error["type"] in {"unexpected_keyword_argument", "extra_forbidden"}:
        return path, f"{name!r} is not known here", did_you_mean(str(path[-1]), _fields(cls, path[:-1]))
    if error["type"] in MISSING:
        return path, f"{name!r} is missing", f"add {name}"
    first, *others = (one[0].lower() + one[1:] for one in messages)
    message = " or ".join([first, *(one.removeprefix("input should be ") for one in others)])
    for theirs, ours in WORDS.items():
        message = message.replace(theirs, ours)
    given = error.get("input")
    shown = f", not {given!r}" if isinstance(given, str | int | float | bool) and len(str(given)) < 60 else ""
    return path, f"{name or 'the body'}: {message}{shown}", f"change {name}" if name else "send one JSON object"


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not allowed in JSON")
