"""One scenario as it is served: its lanes, who gets which, and those who watch what is answered."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

from luodi import schema
from luodi.bundle import Bundle
from luodi.contracts import Reject, record
from luodi.errors import DataError, Faults
from luodi.ledger.entries import Served, as_text, label_of
from luodi.ledger.ids import ALPHABET, new_id
from luodi.ledger.notes import Keep
from luodi.ledger.retention import KEEP_DAYS
from luodi.metrics import calibration
from luodi.serve import problems
from luodi.serve.access import OWNER
from luodi.serve.batcher import Each, FullError
from luodi.serve.counters import Counters, Figures
from luodi.serve.lane import Lane, open_lane
from luodi.serve.limits import Limits
from luodi.serve.problems import Problem, ProblemError
from luodi.serve.tracing import Tracing
from luodi.serve.washing import Washing
from luodi.serve.worker_frames import Outcome, Scored, Unscored
from luodi.serve.worker_process import Command, command_of

log = logging.getLogger(__name__)

FAILED = Problem(
    status=500, detail="the model failed on this request", fix="try again; if it stays, see the server's log"
)
DEADLY = Problem(
    status=500,
    detail="the model's process ended twice on this request, which is refused for a while",
    fix="leave this request out; the server's log says more",
)
LATE = "try again later, with fewer or shorter texts, or allow more time"
READY_SECONDS = 1.0  # anybody may ask whether we are ready, so the answer is kept for so long
MAX_SHADOWED = 64  # answers that wait to be asked of the shadow as well; more are not


@record
class Asked:
    """A request that passed the door: cleaned, and as the model sees it."""

    request: Any
    x: Any
    truncated: bool


@record
class Answered:
    """What goes to the client, and how the model came to it."""

    served: Served
    body: Mapping[str, Any]


class Endpoint:
    """Answers for one scenario. Between `start` and `stop` it belongs to one event loop."""

    def __init__(
        self,
        bundle: Bundle,
        *,
        limits: Limits,
        counters: Counters,
        release: str | None = None,
        command: Command = command_of,
    ) -> None:
        self.name: str = bundle.about["scenario"]
        self.limits, self.command = limits, command
        self.figures, self.tracing, self.washing = Figures(counters, self.name), Tracing(), Washing()
        self.watchers: list[Callable[[Served], None]] = []
        """Each is told of every answer, in the event loop: it must return at once and never raise."""
        self.shadow_watchers: list[Callable[[Served, Served], None]] = []
        """Each is told of an answer that was given, and of that which the shadow would have given."""
        self.miss_watchers: list[Callable[[str, int], None]] = []
        """Each is told of the release and the number of requests that it did not answer, though it should have."""
        self.canary: tuple[Lane, float] | None = None
        """A release that answers this share of the calls."""
        self.shadow: Lane | None = None
        """A release that is asked as well, after the answer is out."""
        self._champion: Lane | None = None
        self._first = (release or new_id(), bundle)
        self._shadowing: set[asyncio.Task[None]] = set()
        self._ready_until = 0.0

    @property
    def record(self) -> Keep:
        """What the ledger keeps of requests."""
        return cast(Keep, self.bundle.about.get("record", "redacted"))

    @property
    def keep_days(self) -> int:
        """How long the ledger keeps their texts."""
        return int(self.bundle.about.get("keep_days", KEEP_DAYS))

    @property
    def champion(self) -> Lane:
        """The release that answers."""
        assert self._champion is not None, "the endpoint has not been started"
        return self._champion

    @property
    def release(self) -> str:
        """The id of the champion."""
        return self._champion.release if self._champion else self._first[0]

    @property
    def bundle(self) -> Bundle:
        """The champion's bundle."""
        return self._champion.bundle if self._champion else self._first[1]

    def first(self, release: str, bundle: Bundle) -> None:
        """Begin with this release at `start`."""
        self._first = (release, bundle)

    async def start(self) -> None:
        """Open the first release. Raises `SetupError` where that is not possible."""
        self._champion = await self.open_lane(*self._first)

    async def stop(self) -> None:
        """Stop answering; whoever still waits is cancelled."""
        for task in self._shadowing:
            task.cancel()
        self.washing.stop()
        await asyncio.gather(*(lane.close(patience_seconds=0.0) for lane in self.lanes()))

    def lanes(self) -> list[Lane]:
        """Return the lanes that are asked: champion, canary, shadow."""
        found = (self._champion, self.canary[0] if self.canary else None, self.shadow)
        return [one for one in found if one is not None]

    def measure(self) -> None:
        """Take down what is true at this moment: how many wait, how much memory the processes take."""
        self.figures.now(
            n_waiting=sum(one.batcher.n_waiting() for one in self.lanes()),
            worker_mb={one.release: one.worker.rss_mb() for one in self.lanes()},
        )

    async def open_lane(self, release: str, bundle: Bundle | Path) -> Lane:
        """Open a release beside those that answer. Raises `SetupError` where anything is wrong with it."""
        return await open_lane(release, bundle, limits=self.limits, figures=self.figures, command=self.command)

    async def promote(self, lane: Lane) -> Lane:
        """Let a lane answer from now on, and return the one that did; what it has begun, it still answers.

        The old one stays open; whoever promotes closes it, or keeps it ready.
        """
        before, self._champion = self.champion, lane
        self._ready_until = 0.0
        return before

    def lane_for(self, call: str) -> Lane:
        """Return the lane that answers a call: always the same for the same id."""
        if self.canary is not None:
            lane, share = self.canary
            if _fraction(call) < share:
                return lane
        return self.champion

    async def answer(
        self, values: Sequence[Any], *, key: str = OWNER, deadline: float | None = None
    ) -> list[Answered | Problem]:
        """Answer untrusted JSON values, in order, all of them by one release.

        `deadline` is a time of `time.monotonic`. Raises `ProblemError` where none can be answered now.
        """
        started = time.perf_counter()
        due = time.monotonic() + self.limits.answer_seconds
        due = due if deadline is None else min(due, deadline)
        lane = self.lane_for(call := new_id())
        self.check(lane, len(values), due)
        slots = await self.ask_all(lane, values, due)
        outcomes = iter(await self.outcomes(lane, [slot.x for slot in slots if isinstance(slot, Asked)], due))
        latency_ms = 1_000 * (time.perf_counter() - started)
        ids = iter((call,))
        made = [
            slot
            if isinstance(slot, Problem)
            else self.respond(lane, slot, next(outcomes), next(ids, "") or new_id(), key, latency_ms)
            for slot in slots
        ]
        for value, one in zip(values, made, strict=True):
            if isinstance(one, Answered):
                self.tell(value, one.served)
        return made

    async def ready(self) -> None:
        """Predict a bundled example. Raises `ProblemError` (503) where that fails."""
        if time.monotonic() < self._ready_until:
            return
        lane = self.champion
        asked = self.ask(lane.bundle, lane.bundle.examples[0]["request"])
        assert isinstance(asked, Asked), "a bundled example is no request"
        try:
            (outcome,) = await self.outcomes(
                lane, [asked.x], time.monotonic() + self.limits.answer_seconds, urgent=True
            )
        except ProblemError as error:
            raise ProblemError(503, f"not ready: {error.problem.detail}", fix=error.problem.fix) from None
        if not isinstance(outcome, Scored):
            raise ProblemError(503, f"not ready: {FAILED.detail}", fix=FAILED.fix)
        self._ready_until = time.monotonic() + READY_SECONDS

    async def outcomes(
        self, lane: Lane, xs: Sequence[Any], due: float, *, urgent: bool = False, each: Each | None = None
    ) -> list[Outcome]:
        """Return what a lane makes of each x. Raises `ProblemError` where it cannot be asked, or not in time.

        With `each`, which is told of every outcome as it comes, all xs are parts of one request.
        """
        begun = time.monotonic()
        try:
            with self.tracing.span("model") as note:
                note("luodi.scenario", self.name)
                note("luodi.release", lane.release)
                note("luodi.n_texts", len(xs))
                made = await lane.scores(xs, deadline=due, urgent=urgent, each=each)
            if Unscored.LATE not in made:
                return made
        except FullError as full:
            raise self._refused(full) from None
        except TimeoutError:
            pass
        raise self._late(lane, len(xs) if each is None else 1, due - begun)

    def check(self, lane: Lane, n: int, due: float) -> None:
        """Refuse what cannot be answered in time, before any work goes into it."""
        try:
            lane.batcher.check(self.washing.n + n, due - self.washing.forecast())
        except FullError as full:
            raise self._refused(full) from None

    def _refused(self, full: FullError) -> ProblemError:
        self.figures.refusal()
        seconds = max(1, round(full.seconds + 0.5))
        return ProblemError(
            503,
            "too many texts wait already",
            fix=f"try again in {seconds} s, with fewer texts, or allow more time",
            headers={"retry-after": str(seconds)},
        )

    def _late(self, lane: Lane, n: int, seconds: float) -> ProblemError:
        self.figures.lateness()
        self._missed(lane, n)
        return ProblemError(504, f"no answer within {seconds:.3g} seconds", fix=LATE)

    async def ask_all(self, lane: Lane, values: Sequence[Any], due: float) -> list[Asked | Problem]:
        """Check and clean untrusted JSON values. Raises `ProblemError` where that is not done in time."""
        if lane.bundle.washer.personal is None or not values:
            return [self.ask(lane.bundle, one) for one in values]
        begun = time.monotonic()
        try:
            return await self.washing.do(lambda: [self.ask(lane.bundle, one) for one in values], len(values), due=due)
        except TimeoutError:
            raise self._late(lane, len(values), due - begun) from None

    def ask(self, bundle: Bundle, value: Any) -> Asked | Problem:
        """Check and clean an untrusted JSON value, or say what is wrong with it."""
        request, found = schema.faults(bundle.task.Request, value)
        if found:
            mistakes = [DataError(what, where=".".join(map(str, path)) or "body", fix=fix) for path, what, fix in found]
            self.figures.reject("invalid request")
            return problems.from_error(400, Faults(mistakes))
        cleaned = bundle.clean(request)
        if isinstance(cleaned, Reject):
            self.figures.reject(cleaned.reason)
            return Problem(status=422, detail=cleaned.reason, fix="send a request that the task can answer")
        x = bundle.task.to_x(cleaned, bundle.options)
        return Asked(request=cleaned, x=x, truncated=bundle.cuts(request, cleaned))

    def respond(
        self, lane: Lane, asked: Asked, outcome: Outcome, name: str, key: str, latency_ms: float
    ) -> Answered | Problem:
        """Return what goes to the client of a request that was answered, or why nothing does."""
        if not isinstance(outcome, Scored):
            self.figures.failure()
            self._missed(lane, 1)
            return DEADLY if outcome is Unscored.DEADLY else FAILED
        response = asdict(lane.bundle.respond(asked.request, outcome.scores))
        label, confidence, margin = in_short(lane.bundle.task.kind, response, outcome.scores)
        served = Served(
            id=name,
            at=time.time(),
            scenario=self.name,
            release=lane.release,
            key=key,
            request=asdict(asked.request),
            x=as_text(asked.x),
            response=getattr(lane.bundle.task, "to_keep", dict)(response),
            scores=outcome.scores if isinstance(outcome.scores, dict) and "text" not in outcome.scores else {},
            label=label,
            confidence=confidence,
            margin=margin,
            handed_over=bool(response.get("handed_over", False)),
            truncated=asked.truncated or outcome.truncated,
            latency_ms=latency_ms,
            meaning=outcome.meaning,
        )
        body = response | {"id": served.id, "release": served.release}
        return Answered(served=served, body=body | {"truncated": True} if served.truncated else body)

    def _missed(self, lane: Lane, n: int) -> None:
        for watcher in self.miss_watchers:
            watcher(lane.release, n)

    def tell(self, value: Any, served: Served) -> None:
        """Tell everybody who watches of an answer that was given."""
        self.figures.answer(handed_over=served.handed_over, truncated=served.truncated)
        for watcher in self.watchers:
            watcher(served)
        if self.shadow is not None and len(self._shadowing) < MAX_SHADOWED:
            task = asyncio.get_running_loop().create_task(self._ask_shadow(self.shadow, value, served))
            self._shadowing.add(task)
            task.add_done_callback(self._shadowing.discard)

    async def _ask_shadow(self, lane: Lane, value: Any, served: Served) -> None:
        """Ask the shadow what it would have said. Whatever goes wrong there is nobody's business but its own."""
        started = time.perf_counter()
        due = time.monotonic() + self.limits.answer_seconds
        try:
            (asked,) = await self.ask_all(lane, [value], due)
            if isinstance(asked, Problem):
                return
            (outcome,) = await lane.scores([asked.x], deadline=due)
        except (FullError, ProblemError, TimeoutError):
            return
        latency_ms = 1_000 * (time.perf_counter() - started)
        made = self.respond(lane, asked, outcome, served.id, served.key, latency_ms)
        if isinstance(made, Answered):
            for watcher in self.shadow_watchers:
                watcher(served, made.served)


def in_short(kind: str, response: Mapping[str, Any], scores: Any) -> tuple[str, float, float]:
    """Return label, confidence and margin of an answer, as `Served` has them."""
    if kind == "rank":
        return "", 1.0, 1.0
    label = label_of(response)
    if kind == "extract":
        best, second = (*(sorted((one["score"] for one in scores), reverse=True)[:2]), 0.0, 0.0)[:2]
        return label, best, best - second
    if kind == "generate":
        sure = float(calibration.confidence("generate", scores))
        return label, sure, sure
    confidence = float(calibration.confidence(kind, scores))  # type: ignore[arg-type]
    best = sorted(scores.values(), reverse=True)[:2]
    return label, confidence, best[0] - best[1] if kind == "classify" and len(best) > 1 else confidence


def _fraction(name: str) -> float:
    """Return a number from 0 to 1 that an id's random part decides.

    >>> 0 <= _fraction(new_id()) < 1
    True
    """
    number = 0
    for letter in name[-6:]:
        number = number * len(ALPHABET) + ALPHABET.index(letter)
    return number / len(ALPHABET) ** 6
