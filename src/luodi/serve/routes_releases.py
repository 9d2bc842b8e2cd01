"""The releases of a scenario over HTTP: list, release, move, roll back."""

import asyncio
from dataclasses import field
from pathlib import Path
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import Response

from luodi.contracts import record
from luodi.errors import SetupError
from luodi.ledger import shelf
from luodi.serve.bodies import read_as, takes
from luodi.serve.problems import ProblemError
from luodi.serve.releases import Releases
from luodi.serve.routes import ADMIN, PREFIX, Route
from luodi.serve.routes_predict import as_json
from luodi.serve.service import Service


@record
class New:
    """A bundle that shall answer."""

    bundle: str
    """The key of a run's bundle (`luodi status`), or a folder below `.luodi` on the machine of the service."""
    stage: Literal["champion", "canary", "shadow"] = "champion"
    share: float = 0.1
    """Of the calls, for a canary."""
    note: str = ""
    new_labels: bool = False
    """Whether callers are ready for other labels."""


@record
class Move:
    """Where a release shall go."""

    stage: Literal["champion", "canary", "shadow", "retired"]
    share: float = field(default=0.1)


async def listed(service: Service, http: Request) -> Response:
    """List the releases, last first."""
    releases = _releases(service, http)
    rows = await service.ledger.aread(lambda one: shelf.all_of(one, releases.scenario))
    return as_json({"releases": await asyncio.to_thread(lambda: [shown(releases, one) for one in rows])})


async def add(service: Service, http: Request) -> Response:
    """Open a bundle, let it answer its examples, and put it into a stage."""
    releases, asked = _releases(service, http), await read_as(New, service, http)
    _check(asked.share)
    try:
        folder = releases.folder_of(asked.bundle)
        row = await releases.release(
            folder,
            asked.stage,
            by=http.state.caller.key,
            share=asked.share,
            note=asked.note,
            new_labels=asked.new_labels,
        )
    except SetupError as error:
        raise _refused(error) from None
    return as_json(shown(releases, row), status=201)


async def move(service: Service, http: Request) -> Response:
    """Put a release into another stage."""
    releases, asked = _releases(service, http), await read_as(Move, service, http)
    _check(asked.share)
    name = http.path_params["release"]
    rows = await service.ledger.aread(lambda one: shelf.all_of(one, releases.scenario))
    if all(one["id"] != name for one in rows):
        raise ProblemError(404, "there is no release of this id", fix="GET releases lists what there is")
    try:
        row = await releases.move(name, asked.stage, by=http.state.caller.key, share=asked.share)
    except SetupError as error:
        raise _refused(error) from None
    return as_json(shown(releases, row))


async def roll_back(service: Service, http: Request) -> Response:
    """Let the previous release answer again."""
    releases = _releases(service, http)
    try:
        row = await releases.roll_back(by=http.state.caller.key)
    except SetupError as error:
        raise _refused(error) from None
    return as_json({"release": row["id"]})


def shown(releases: Releases, row: dict[str, Any] | Any) -> dict[str, Any]:
    """Return a release for clients, with what it has done since it is in its stage."""
    name = row["id"]
    lane, tally = releases.lanes.get(name), releases.tallies.get(name)
    about = lane.bundle.about if lane else shelf.about(Path(row["bundle"]))
    made = {one: row[one] for one in ("id", "stage", "share", "at", "changed_at", "by", "note")}
    return made | {
        "model": about.get("model", ""),
        "metrics": about.get("metrics", {}),
        "rss_mb": round(lane.worker.rss_mb(), 1) if lane else None,
        "requests": tally.n if tally else None,
        "error_rate": tally.error_rate if tally else None,
        "p95_ms": tally.p95_ms if tally else None,
        "handed_over": tally.handed_over if tally else None,
        "agree": tally.agree if tally else None,
    }


def _releases(service: Service, http: Request) -> Releases:
    return service.releases[service.endpoint(http).name]


def _check(share: float) -> None:
    if not 0 < share <= 1:
        raise ProblemError(400, "a share lies above 0 and up to 1", fix='send "share": 0.1')


def _refused(error: SetupError) -> ProblemError:
    return ProblemError(409, error.what, fix=error.fix)


ROUTES = (
    Route(
        method="GET",
        path=PREFIX + "/releases",
        scope="any",
        handler=listed,
        about="List the releases, last first.",
        listeners=ADMIN,
        answers=takes(answers={"200": "Each with what it has done since it is in its stage."}),
    ),
    Route(
        method="POST",
        path=PREFIX + "/releases",
        scope="admin",
        handler=add,
        about="Open a bundle and put it into a stage.",
        listeners=ADMIN,
        answers=takes(
            New,
            example={"bundle": "0123456789abcdef", "stage": "canary", "share": 0.1},
            answers={"201": "It is in its stage.", "409": "It was refused; the reason is in `detail`."},
        ),
    ),
    Route(
        method="POST",
        path=PREFIX + "/releases/{release}",
        scope="admin",
        handler=move,
        about="Put a release into another stage.",
        listeners=ADMIN,
        answers=takes(
            Move,
            example={"stage": "champion"},
            path={"release": "The id of a release."},
            answers={"200": "It is there.", "404": "There is none of this id.", "409": "It cannot go there."},
        ),
    ),
    Route(
        method="POST",
        path=PREFIX + "/rollback",
        scope="admin",
        handler=roll_back,
        about="Let the previous release answer again.",
        listeners=ADMIN,
        answers=takes(answers={"200": "The id of who answers now.", "409": "There is no previous release."}),
    ),
)
