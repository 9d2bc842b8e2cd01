"""`/keys`: make, list, rotate and revoke API keys."""

from collections.abc import Callable
from dataclasses import asdict
from typing import TypeVar

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from luodi.contracts import record
from luodi.errors import DataError
from luodi.ledger import keys
from luodi.serve.bodies import read_as, refuse, takes
from luodi.serve.problems import ProblemError
from luodi.serve.routes import ADMIN, Route
from luodi.serve.routes_predict import as_json
from luodi.serve.service import Service

T = TypeVar("T")


@record
class NewKey:
    """What a key should be."""

    name: str
    """What it is for, and no person's name: it stands in lists."""
    scopes: tuple[str, ...]
    """Some of predict, feedback, review and admin."""
    per_minute: int | None = None
    """Calls in a minute; nothing for any number."""
    days: float | None = None
    """How long it is valid; nothing for ever."""


@record
class Rotation:
    """How long the old key stays valid."""

    grace_minutes: float = keys.GRACE_MINUTES


async def listed(service: Service, http: Request) -> Response:
    """List the keys, without the keys."""
    return as_json({"keys": [keys.as_json(one) for one in await service.ledger.aread(keys.every)]})


async def create(service: Service, http: Request) -> Response:
    """Make a key, which is shown this once."""
    asked, by = await read_as(NewKey, service, http), http.state.caller.key
    made = await _change(service, lambda connection: keys.create(connection, **asdict(asked), by=by))
    return as_json({"id": made[0], "key": made[1]}, 201)


async def rotate(service: Service, http: Request) -> Response:
    """Make a key in the place of another, which ends after a time of grace."""
    asked, by = await read_as(Rotation, service, http), http.state.caller.key
    old = http.path_params["id"]
    made = await _change(
        service, lambda connection: keys.rotate(connection, old, by=by, grace_minutes=asked.grace_minutes)
    )
    return as_json({"id": made[0], "key": made[1]}, 201)


async def revoke(service: Service, http: Request) -> Response:
    """End a key now."""
    by, key_id = http.state.caller.key, http.path_params["id"]
    await _change(service, lambda connection: keys.revoke(connection, key_id, by=by))
    return as_json({"id": key_id})


async def _change(service: Service, work: Callable[[Connection], T]) -> T:
    """Change keys, and know of it at once."""
    try:
        made = await service.ledger.write(work)
    except DataError as error:
        if "no key of this id" in error.what:
            raise ProblemError(404, error.what, fix="GET /keys lists them") from None
        refuse(400, error)
        raise
    await service.access.book.refresh()
    return made


NEW = {"201": "The key: it is shown this once."}
ID = {"id": "Of the key."}
ROUTES = (
    Route(method="GET", path="/keys", scope="admin", handler=listed, about="List the keys.", listeners=ADMIN),
    Route(
        method="POST",
        path="/keys",
        scope="admin",
        handler=create,
        about="Make a key.",
        listeners=ADMIN,
        answers=takes(NewKey, example={"name": "web shop", "scopes": ["predict", "feedback"]}, answers=NEW),
    ),
    Route(
        method="POST",
        path="/keys/{id}/rotate",
        scope="admin",
        handler=rotate,
        about="Make a key in the place of another, which ends after a time of grace.",
        listeners=ADMIN,
        answers=takes(Rotation, example={"grace_minutes": 60}, answers=NEW, path=ID),
    ),
    Route(
        method="DELETE",
        path="/keys/{id}",
        scope="admin",
        handler=revoke,
        about="End a key now.",
        listeners=ADMIN,
        answers=takes(answers={"200": "It opens nothing any more."}, path=ID),
    ),
)
