"""Who asks, and what they may."""

from typing import Protocol

from luodi.contracts import record
from luodi.serve.auth import Token
from luodi.serve.routes import Scope

SCOPES: tuple[Scope, ...] = ("predict", "feedback", "review", "admin")
OWNER = "owner"


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


class Access(Protocol):
    """Tells callers by what they show."""

    def caller(self, authorization: str) -> Caller | None:
        """Return who shows this Authorization header, or `None` for nobody known."""
        ...


class OwnerOnly:
    """One token, which opens everything."""

    def __init__(self, token: Token) -> None:
        self.token = token

    def caller(self, authorization: str) -> Caller | None:
        """Return the owner, or nobody."""
        owner = Caller(key=OWNER, name=OWNER, scopes=frozenset(SCOPES))
        return owner if self.token.opens(authorization) else None
