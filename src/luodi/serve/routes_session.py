"""`/session`: the console's way in, a cookie for a key."""

import logging
import time

from starlette.requests import Request
from starlette.responses import Response

from luodi.contracts import record
from luodi.errors import LuodiError
from luodi.ledger import audit
from luodi.serve.access import Caller, check_origin
from luodi.serve.bodies import read_as, takes
from luodi.serve.problems import ProblemError
from luodi.serve.routes import ADMIN, Route
from luodi.serve.routes_predict import as_json
from luodi.serve.service import Service
from luodi.serve.sessions import COOKIE, SESSION_SECONDS

log = logging.getLogger(__name__)

FAILURE_SECONDS = 60.0  # failed logins of so long are one entry of the audit trail, so that nobody can flood it


@record
class Login:
    """What opens a session."""

    key: str
    """The owner's token, or a key."""


class Failures:
    """Counts failed logins between two entries."""

    def __init__(self) -> None:
        self.n, self.until = 0, 0.0

    def due(self) -> int:
        """Count one; return how many an entry is due for, or 0."""
        self.n += 1
        if time.monotonic() < self.until:
            return 0
        n, self.n, self.until = self.n, 0, time.monotonic() + FAILURE_SECONDS
        return n


FAILURES = Failures()


async def log_in(service: Service, http: Request) -> Response:
    """Open a session for whoever has a key."""
    check_origin(http, needed=False)
    shown = await read_as(Login, service, http)
    caller = service.access.by_header(f"Bearer {shown.key}")
    if caller is None:
        await _note_failure(service)
        raise ProblemError(
            401, "the key is wrong, expired or revoked", fix="use the token that the server named at start, or a key"
        )
    cookie = service.access.sessions.begin(caller.key)
    answer = as_json(shape(caller))
    answer.set_cookie(COOKIE, cookie, max_age=SESSION_SECONDS, secure=_is_tls(http), httponly=True, samesite="strict")
    return answer


async def who(service: Service, http: Request) -> Response:
    """Say who is logged in, and what they may."""
    return as_json(shape(http.state.caller))


async def log_out(service: Service, http: Request) -> Response:
    """End the session, on the server too."""
    service.access.sessions.end(http.cookies.get(COOKIE, ""))
    answer = as_json({})
    answer.delete_cookie(COOKIE, secure=_is_tls(http), httponly=True, samesite="strict")
    return answer


def shape(caller: Caller) -> dict[str, object]:
    """Return what the console shows of a caller."""
    return {"name": caller.name, "scopes": sorted(caller.scopes)}


def _is_tls(http: Request) -> bool:
    return http.headers.get("origin", "").startswith("https://")  # only the browser knows, where a proxy ends TLS


async def _note_failure(service: Service) -> None:
    n = FAILURES.due()
    if not n:
        return
    try:
        await service.ledger.write(
            lambda connection: audit.append(connection, actor="nobody", action="login.failed", details={"n": n})
        )
    except LuodiError:
        log.warning("a failed login was not noted")


ROUTES = (
    Route(
        method="POST",
        path="/session",
        scope="open",
        handler=log_in,
        about="Open a session of the console with a key.",
        listeners=ADMIN,
        answers=takes(Login, example={"key": "luodi_…"}, answers={"200": "The session is open; its cookie is set."}),
    ),
    Route(method="GET", path="/session", scope="any", handler=who, about="Say whose key this is.", listeners=ADMIN),
    Route(method="DELETE", path="/session", scope="any", handler=log_out, about="End the session.", listeners=ADMIN),
)
