"""The review queue over HTTP, what people decide, how far they agree; and challenges."""

import asyncio
import subprocess
from dataclasses import asdict
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from luodi import child
from luodi.contracts import record
from luodi.errors import did_you_mean
from luodi.ledger import audit
from luodi.ledger.ids import is_id
from luodi.loop import desk, judged, records
from luodi.loop.queue import REASONS
from luodi.serve.bodies import choice, number, read_as, takes
from luodi.serve.endpoint import Endpoint
from luodi.serve.problems import ProblemError
from luodi.serve.reviewing import KINDS, labels_of
from luodi.serve.routes import ADMIN, PREFIX, Route
from luodi.serve.routes_predict import as_json
from luodi.serve.service import Service
from luodi.text import shorten

MAX_LABEL, MAX_NOTE = 500, 2_000


@record
class Opinion:
    """What a person says about an answer."""

    request_id: str
    label: str
    """The right one; several stand between bars; "" for: I do not know. Of an answer out of a passage: `answered` where
    it is right, `no answer` where there is none, or the right words as they stand in the passage."""
    note: str = ""


@record
class Wanted:
    """How a challenge is meant."""

    stage: str = ""
    """champion, canary or shadow: what becomes of a challenger that beats the champion. Empty: nothing yet."""
    new_labels: tuple[str, ...] = ()
    """Labels to let in that the scenario has not had so far."""


async def queue(service: Service, http: Request) -> Response:
    """Return what waits for the caller."""
    endpoint, caller = service.endpoint(http), http.state.caller
    limit, reason = number(http, "limit", 20), choice(http, "reason", REASONS, "")
    found = await service.ledger.aread(
        lambda connection: desk.listing(
            connection,
            endpoint.name,
            reviewer=caller.key,
            is_admin=caller.may("admin"),
            limit=limit,
            reason=reason or None,
        )
    )
    why = ""
    if endpoint.bundle.task.kind not in KINDS:
        why = "its answers are no labels that people could review"
    elif endpoint.record == "none":
        why = 'nothing is kept of its texts ([deploy] record = "none"), so there is nothing to look at'
    return as_json(found | {"labels": labels_of(endpoint)} | ({"why": why} if why else {}))


async def review(service: Service, http: Request) -> Response:
    """Keep an opinion, and say what it leads to."""
    endpoint, caller = service.endpoint(http), http.state.caller
    said = await read_as(Opinion, service, http)
    if endpoint.bundle.task.kind == "extract":
        label = await _answer(service, endpoint, said)
    else:
        label = _label(endpoint, said.label, may_be_new=caller.may("admin"))
    if len(said.note) > MAX_NOTE:
        raise ProblemError(400, "the note is too long", fix=f"it has up to {MAX_NOTE:,} characters")
    absent = ProblemError(404, "nothing of this id waits for a review", fix="GET queue lists what does")
    if not is_id(said.request_id):
        raise absent
    found = await service.ledger.write(
        lambda connection: desk.review(
            connection, endpoint.name, said.request_id, reviewer=caller.key, label=label, note=said.note
        )
    )
    if found is None:
        raise absent
    state, decided = found
    return as_json({"state": "open" if state == "skipped" else state, "label": decided}, 201)


def _label(endpoint: Endpoint, given: str, *, may_be_new: bool) -> str:
    """Return a label as it is kept. Raises `ProblemError` (400, 422)."""
    if len(given) > MAX_LABEL:
        raise ProblemError(400, "the label is too long", fix=f"it has up to {MAX_LABEL} characters")
    several = endpoint.bundle.task.kind == "tag"
    parts = sorted({one.strip() for one in given.split("|")} - {""}) if several else [given.strip()]
    known = labels_of(endpoint)
    new = [one for one in parts if one and one not in known]
    if new and not may_be_new:
        fix = f"{did_you_mean(new[0], known)}; a new label is an administrator's to give"
        raise ProblemError(422, f"there is no label {shorten(new[0], 60)!r}", fix=fix)
    return "|".join(parts)


async def _answer(service: Service, endpoint: Endpoint, said: Opinion) -> str:
    """Return what was said of an answer out of a passage, as it is kept. Raises `ProblemError` (400, 422)."""
    given = said.label.strip()
    if len(given) > MAX_LABEL:
        raise ProblemError(400, "the answer is too long", fix=f"it has up to {MAX_LABEL} characters")
    kept = await service.ledger.aread(lambda connection: desk.kept(connection, endpoint.name, said.request_id))
    if kept is not None and not judged.stands(given, kept["request"], kept["response"]):
        what = "no answer was given, so none can be right" if given == judged.RIGHT else "the passage does not say that"
        fix = f"copy the words out of the passage, or send {judged.NONE!r}"
        raise ProblemError(422, what, fix=fix)
    return given


async def summary(service: Service, http: Request) -> Response:
    """Say how much is decided, and how far people agree."""
    endpoint = service.endpoint(http)
    found = await service.ledger.aread(lambda connection: desk.summary(connection, endpoint.name))
    promise = endpoint.bundle.about.get("promise") or {}
    found["precision"] |= {"promised": promise.get("precision")}
    return as_json(found)


async def challenges(service: Service, http: Request) -> Response:
    """List the challenges, newest first."""
    root = scenario_folder(service.endpoint(http))
    found = await asyncio.to_thread(records.reports, root / ".luodi") if root else []
    return as_json({"challenges": found, "running": _running(root)})


async def challenge(service: Service, http: Request) -> Response:
    """Begin a challenge in a process of its own."""
    endpoint, caller = service.endpoint(http), http.state.caller
    wanted = await read_as(Wanted, service, http)
    if wanted.stage not in {"", *records.STAGES}:
        raise ProblemError(400, "there is no such stage", fix=f"send one of {', '.join(records.STAGES)}, or none")
    root = scenario_folder(endpoint)
    if root is None:
        fix = "serve the scenario's folder, or run luodi challenge where it is"
        raise ProblemError(
            409, "this bundle is served without its scenario, so there is no data to learn from", fix=fix
        )
    if _running(root):
        raise ProblemError(409, "a challenge is under way", fix="GET challenges says how it went, once it is over")
    options = {"": (), "champion": ("--promote",), "canary": ("--canary",), "shadow": ("--shadow",)}[wanted.stage]
    labels = [part for one in wanted.new_labels for part in ("--new-label", one)]
    kept = ("--home", str(Path(service.ledger.where).parent)) if service.ledger.dialect == "sqlite" else ()
    arguments = [str(root), "--json", *kept, "--actor", caller.key, *options, *labels]
    await service.ledger.write(
        lambda connection: audit.append(
            connection, actor=caller.key, action="challenge.start", subject=endpoint.name, details=asdict(wanted)
        )
    )
    _start(root, arguments)
    return as_json({"state": "running"}, 202)


_PROCESSES: dict[Path, subprocess.Popen[bytes]] = {}


def _running(root: Path | None) -> bool:
    process = _PROCESSES.get(root) if root else None
    return process is not None and process.poll() is None


def _start(root: Path, arguments: list[str]) -> None:
    """Start the command; what it says goes to a file beside its reports."""
    folder = root / ".luodi" / records.FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "last.log").open("wb") as out:
        _PROCESSES[root] = subprocess.Popen(
            child.command("luodi", "challenge", *arguments), stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )


def scenario_folder(endpoint: Endpoint) -> Path | None:
    """Return the folder of the scenario that a bundle was made for; `None` where there is only the bundle."""
    for parent in endpoint.bundle.path.resolve().parents:
        if parent.name == ".luodi" and (parent.parent / "scenario.toml").is_file():
            return parent.parent
    return None


ROUTES = (
    Route(
        method="GET",
        path=PREFIX + "/queue",
        scope="review",
        handler=queue,
        about="Return what waits for a person, most important first.",
        listeners=ADMIN,
        answers=takes(
            query={
                "limit": {"type": "integer", "minimum": 1, "maximum": 500},
                "reason": {"type": "string", "enum": list(REASONS)},
            },
            answers={"200": "What waits, and the labels to choose from."},
        ),
    ),
    Route(
        method="POST",
        path=PREFIX + "/reviews",
        scope="review",
        handler=review,
        about="Say which label an answer should have had; a second time, change your mind.",
        listeners=ADMIN,
        answers=takes(
            Opinion,
            example={"request_id": "01k0000000000000000000000z", "label": "refund"},
            answers={
                "201": "It is on the disk.",
                "404": "Nothing of this id waits.",
                "422": "There is no such label.",
            },
        ),
    ),
    Route(
        method="GET",
        path=PREFIX + "/reviews/summary",
        scope="review",
        handler=summary,
        about="Say how much is decided, how far people agree, and how often the service was right alone.",
        listeners=ADMIN,
        answers=takes(answers={"200": "The figures."}),
    ),
    Route(
        method="GET",
        path=PREFIX + "/challenges",
        scope="any",
        handler=challenges,
        about="List the challengers that were trained, and how they compared.",
        listeners=ADMIN,
        answers=takes(answers={"200": "The reports, newest first."}),
    ),
    Route(
        method="POST",
        path=PREFIX + "/challenges",
        scope="admin",
        handler=challenge,
        about="Train a challenger in a process of its own, and hold it against the champion.",
        listeners=ADMIN,
        answers=takes(
            Wanted,
            example={"stage": "canary"},
            answers={"202": "It has begun.", "409": "One is under way already, or there is nothing to learn from."},
        ),
    ),
)
