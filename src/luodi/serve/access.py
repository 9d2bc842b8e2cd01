"""Who asks, and what they may: the owner's token, a key, or a session of the console."""

import math
from urllib.parse import urlsplit

from starlette.requests import Request

from luodi.contracts import record
from luodi.ledger import keys
from luodi.serve.auth import Token
from luodi.serve.keybook import KeyBook
from luodi.serve.problems import ProblemError
from luodi.serve.routes import Scope
from luodi.serve.sessions import COOKIE, Sessions

SCOPES = keys.SCOPES
OWNER = "owner"
CSRF_HEADER = "luodi-csrf"
SAFE = frozenset({"GET", "HEAD"})


@record
class Caller:
    """Whoever showed a valid key."""

    key: str
    """The id of the key, never the key."""
    name: str
    scopes: frozenset[str]

    def may(self, scope: Scope) -> bool:
        """Say whether a route of this scope is open to them.

        >>> Caller(key="k", name="a shop", scopes=frozenset({"predict"})).may("admin")
        False
        """
        return scope in {"open", "any"} or scope in self.scopes


THE_OWNER = Caller(key=OWNER, name=OWNER, scopes=frozenset(SCOPES))


class Access:
    """Tells callers by what they show."""

    def __init__(self, token: Token, book: KeyBook) -> None:
        self.token, self.book, self.sessions = token, book, Sessions()

    def caller(self, http: Request) -> Caller:
        """Return who asks. Raises `ProblemError`: 401 nobody known, 403 no sign of our own page, 429 too often."""
        shown = http.headers.get("authorization", "")
        found = self.by_header(shown) if shown else self._by_cookie(http)
        if found is None:
            fix = "send the header Authorization: Bearer TOKEN, with the token the server named at start, or a key"
            raise ProblemError(401, "the token is missing or wrong", fix=fix, headers={"www-authenticate": "Bearer"})
        self._keep_pace(found)
        return found

    def by_header(self, authorization: str) -> Caller | None:
        """Return who shows this Authorization header."""
        if self.token.opens(authorization):
            return THE_OWNER
        scheme, _, secret = authorization.partition(" ")
        key = self.book.find(secret.strip())
        return None if key is None or scheme.lower() != "bearer" else _caller(key)

    def by_id(self, key_id: str) -> Caller | None:
        """Return the holder of a key, as long as it is valid."""
        if key_id == OWNER:
            return THE_OWNER
        key = self.book.get(key_id)
        return None if key is None else _caller(key)

    def _by_cookie(self, http: Request) -> Caller | None:
        """Return who is logged in. Browsers send a cookie to every port of a host, so only one listener takes it."""
        cookie = http.cookies.get(COOKIE)
        if cookie is None or http.app.state.listener != "admin":
            return None
        key_id = self.sessions.key_of(cookie)
        found = None if key_id is None else self.by_id(key_id)
        if found is not None and http.method not in SAFE:
            check_origin(http, needed=True)
            if http.headers.get(CSRF_HEADER) != "1":
                raise ProblemError(403, "the header Luodi-Csrf is missing", fix="send Luodi-Csrf: 1 with a cookie")
        return found

    def _keep_pace(self, caller: Caller) -> None:
        key = self.book.get(caller.key)
        early_seconds = 0.0 if key is None else self.book.take(key)
        if key is not None and early_seconds:
            wait = math.ceil(early_seconds)
            fix = f"try again in {wait} s, or ask an administrator for a faster key"
            detail = f"this key may call {key.per_minute} times in a minute"
            raise ProblemError(429, detail, fix=fix, headers={"retry-after": str(wait)})


def _caller(key: keys.Key) -> Caller:
    return Caller(key=key.id, name=key.name, scopes=frozenset(key.scopes))


def check_origin(http: Request, *, needed: bool) -> None:
    """Refuse what another site's page sends. Raises `ProblemError` (403).

    The scheme is left out: behind a proxy that ends TLS it is the browser's alone, and the Host header is checked.
    """
    origin = http.headers.get("origin")
    if origin is None and not needed:
        return
    ours = urlsplit(origin or "")
    host = http.headers.get("host", "").lower()
    if ours.scheme not in {"http", "https"} or ours.netloc.lower() != host or not host:
        raise ProblemError(
            403, "this call comes from another site", fix="open the console by the service's own address"
        )
