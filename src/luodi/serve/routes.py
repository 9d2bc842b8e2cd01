"""Every route of the service, with the scope that opens it. A file `routes_*.py` in this folder adds its own."""

from collections.abc import Awaitable, Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from starlette.requests import Request
from starlette.responses import Response

from luodi.contracts import record

if TYPE_CHECKING:
    from luodi.serve.service import Service

Scope = Literal["open", "any", "predict", "feedback", "review", "admin"]
"""`open` needs no key; `any` needs a key, whatever its scopes."""
Listener = Literal["data", "admin"]
Handler = Callable[["Service", Request], Awaitable[Response]]

PREFIX = "/v1/{scenario}"
DATA: tuple[Listener, ...] = ("data",)
ADMIN: tuple[Listener, ...] = ("admin",)
BOTH: tuple[Listener, ...] = ("data", "admin")
FILES = tuple(sorted(path.stem for path in Path(__file__).parent.glob("routes_*.py")))


@record
class Route:
    """One method of one path: who may call it, where, and what answers."""

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    """A route of one scenario begins with `/v1/{scenario}`; where the service has just one, the rest is enough."""
    scope: Scope
    handler: Handler
    about: str
    """One sentence, for the description of the service."""
    listeners: tuple[Listener, ...] = ("data",)
    answers: Any = None
    """For the description: `None`, or a function of the service that returns the OpenAPI operation."""

    @property
    def short(self) -> str:
        """The path without the scenario's name; the same where it has none."""
        return self.path.removeprefix(PREFIX) if self.path.startswith(PREFIX + "/") else self.path


@cache
def all_routes() -> tuple[Route, ...]:
    """Return the routes of all files. A method and path may be declared once."""
    found = tuple(route for file in FILES for route in import_module(f"luodi.serve.{file}").ROUTES)
    assert len({(one.method, one.path) for one in found}) == len(found), "a route is declared twice"
    return found
