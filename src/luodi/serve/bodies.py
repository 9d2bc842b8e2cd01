"""What a body or a query should be, and how that is told to machines."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, TypeVar

from starlette.requests import Request

from luodi import schema
from luodi.errors import DataError, Faults, LuodiError
from luodi.serve import limits, openapi, problems
from luodi.serve.problems import ProblemError
from luodi.serve.service import Service

T = TypeVar("T")

MAX_PAGE = 500
ZERO = "\0"  # no text of PostgreSQL may hold it


async def read_as(cls: type[T], service: Service, http: Request) -> T:
    """Return the JSON body as a record; no body means an empty one. Raises `ProblemError` (400, 408, 413)."""
    body = await limits.read_body(http.headers, http.receive, service.limits)
    value = limits.parse_json(body or b"{}", max_depth=service.limits.max_depth)
    made, found = schema.faults(cls, value, body=body or b"{}")
    if found:
        refuse(
            400, Faults(DataError(what, where=".".join(map(str, path)) or "body", fix=fix) for path, what, fix in found)
        )
    if any(isinstance(one, str) and ZERO in one for one in asdict(made).values()):
        raise ProblemError(400, "a text holds the character U+0000", fix="leave it out")
    checked: T = made
    return checked


def refuse(status: int, error: LuodiError) -> None:
    """Raise a user's mistake as a `ProblemError`."""
    made = ProblemError(status, error.what, fix=error.fix)
    made.problem = problems.from_error(status, error)
    raise made


def number(http: Request, name: str, default: int, *, low: int = 1, high: int = MAX_PAGE) -> int:
    """Return a whole number of the query. Raises `ProblemError` (400)."""
    given = http.query_params.get(name)
    if given is None:
        return default
    if not (given.isascii() and given.isdecimal() and len(given) < 16 and low <= int(given) <= high):
        raise ProblemError(400, f"{name} is no number that is taken here", fix=f"use {low:,} to {high:,}")
    return int(given)


def choice(http: Request, name: str, known: tuple[str, ...], default: str) -> str:
    """Return one of some words of the query. Raises `ProblemError` (400)."""
    given = http.query_params.get(name)
    if given is None:
        return default
    if given not in known:
        raise ProblemError(400, f"{name} is none of those that there are", fix=f"use one of {', '.join(known)}")
    return given


def takes(
    cls: type[Any] | None = None,
    *,
    example: Any = None,
    answers: Mapping[str, str],
    query: Mapping[str, Mapping[str, Any]] | None = None,
    headers: Mapping[str, str] | None = None,
    path: Mapping[str, str] | None = None,
) -> Callable[[Any, dict[str, Any]], dict[str, Any]]:
    """Return what describes an operation: the record it takes, its parameters, its statuses with their meaning."""

    def described(_: Any, schemas: dict[str, Any]) -> dict[str, Any]:
        text = {"type": "string"}
        parameters = [
            *({"name": name, "in": "query", "schema": dict(one)} for name, one in (query or {}).items()),
            *(
                {"name": name, "in": "header", "required": True, "description": about, "schema": NAMED}
                for name, about in (headers or {}).items()
            ),
            *(
                {"name": name, "in": "path", "required": True, "description": about, "schema": text}
                for name, about in (path or {}).items()
            ),
        ]
        made: dict[str, Any] = {"responses": {status: {"description": about} for status, about in answers.items()}}
        if parameters:
            made["parameters"] = parameters
        if cls is not None:
            schemas[cls.__name__] = about = schema.json_schema(cls)
            content = {"application/json": openapi.body(openapi.ref(cls.__name__), example)}
            made["requestBody"] = {"required": bool(about.get("required")), "content": content}
        return made

    return described


NAMED = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[ -~]+$"}
