"""What a client is told when something is wrong: RFC 9457 problem documents, with a `fix`."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.responses import Response

from luodi.contracts import record
from luodi.errors import Faults, LuodiError

MEDIA_TYPE = "application/problem+json"


@record
class Problem:
    """A refusal or a failure in words for the client."""

    status: int
    detail: str
    fix: str
    where: str = ""
    faults: tuple["Problem", ...] = ()
    """Each mistake on its own, where there are several."""

    @property
    def title(self) -> str:
        """The name of the status."""
        return HTTPStatus(self.status).phrase

    def as_json(self) -> dict[str, Any]:
        """Return the members that say something."""
        made: dict[str, Any] = {"title": self.title, "status": self.status, "detail": self.detail}
        made |= {"fix": self.fix} | ({"where": self.where} if self.where else {})
        if self.faults:
            made["faults"] = [{"detail": one.detail, "where": one.where, "fix": one.fix} for one in self.faults]
        return made


class ProblemError(Exception):
    """Ends the handling of a request; the client gets the problem."""

    def __init__(self, status: int, detail: str, *, fix: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.problem, self.headers = Problem(status=status, detail=detail, fix=fix), headers


def from_error(status: int, error: LuodiError) -> Problem:
    """Return a user's mistake, or several, as a problem."""
    faults = error.faults if isinstance(error, Faults) else ()
    first = faults[0] if faults else error
    return Problem(
        status=status,
        detail="; ".join(one.what for one in faults) or error.what,
        fix=first.fix,
        where=first.where,
        faults=tuple(Problem(status=status, detail=one.what, where=one.where, fix=one.fix) for one in faults[:20]),
    )


def as_bytes(problem: Problem) -> bytes:
    """Return the document in ASCII, so that nothing a client sent can break its encoding."""
    return json.dumps({"type": "about:blank"} | problem.as_json()).encode("ascii")


def response(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """Return the HTTP response of a problem."""
    headers = {"cache-control": "no-store"} | dict(headers or {})
    return Response(as_bytes(problem), problem.status, headers=headers, media_type=MEDIA_TYPE)
