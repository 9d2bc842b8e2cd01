"""One scenario as it is served: its release, its batcher, and those who watch what it answers."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, cast

from luodi import schema
from luodi.bundle import Bundle
from luodi.contracts import Reject, Scores, record
from luodi.errors import DataError, Faults
from luodi.ledger.entries import Served
from luodi.ledger.ids import new_id
from luodi.ledger.notes import Keep
from luodi.metrics import calibration
from luodi.serve import problems
from luodi.serve.access import OWNER
from luodi.serve.batcher import Batcher, Failed, FullError
from luodi.serve.counters import Counters
from luodi.serve.limits import Limits
from luodi.serve.problems import Problem, ProblemError

log = logging.getLogger(__name__)

FAILED = Problem(
    status=500, detail="the model failed on this request", fix="try again; if it stays, see the server's log"
)
READY_SECONDS = 1.0  # anybody may ask whether we are ready, so the answer is kept for so long


@record
class Asked:
    """A request that passed the door: cleaned, and as the model sees it."""

    request: Any
    x: str


@record
class Answered:
    """What goes to the client, and how the model came to it."""

    served: Served
    body: Mapping[str, Any]


class Endpoint:
    """Answers for one scenario. Between `start` and `stop` it belongs to one event loop."""

    def __init__(self, bundle: Bundle, *, limits: Limits, counters: Counters) -> None:
        self.name: str = bundle.about["scenario"]
        self.bundle, self.limits, self.counters = bundle, limits, counters
        self.release = new_id()
        self.watchers: list[Callable[[Served], None]] = []
        """Each is told of every answer, in the event loop: it must return at once and never raise."""
        self.batcher: Batcher[str, Scores] = Batcher(
            bundle.scores,
            max_batch=bundle.max_batch,
            max_wait_ms=bundle.max_wait_ms,
            max_waiting=limits.max_waiting,
            seen=counters.batch,
        )
        self._ready_until = 0.0

    @property
    def record(self) -> Keep:
        """What the ledger keeps of requests."""
        return cast(Keep, self.bundle.about.get("record", "redacted"))

    def start(self) -> None:
        """Begin to answer."""
        self.batcher.start()

    async def stop(self) -> None:
        """Stop answering."""
        await self.batcher.stop()

    async def answer(self, values: Sequence[Any], *, key: str = OWNER) -> list[Answered | Problem]:
        """Answer untrusted JSON values, in order. Raises `ProblemError` where none can be answered now."""
        started = time.perf_counter()
        slots = [self._ask(one) for one in values]
        scores = iter(await self._scores([slot.x for slot in slots if isinstance(slot, Asked)]))
        latency_ms = 1_000 * (time.perf_counter() - started)
        made = [
            slot if isinstance(slot, Problem) else self._respond(slot, next(scores), key, latency_ms) for slot in slots
        ]
        for one in made:
            if isinstance(one, Answered):
                self.counters.answer(handed_over=one.served.handed_over)
                for watcher in self.watchers:
                    watcher(one.served)
        return made

    async def ready(self) -> None:
        """Predict a bundled example. Raises `ProblemError` (503) where that fails."""
        if time.monotonic() < self._ready_until:
            return
        asked = self._ask(self.bundle.examples[0]["request"])
        assert isinstance(asked, Asked), "a bundled example is no request"
        try:
            (scores,) = await self._scores([asked.x])
        except ProblemError as error:
            raise ProblemError(503, f"not ready: {error.problem.detail}", fix=error.problem.fix) from None
        if isinstance(scores, Failed):
            raise ProblemError(503, f"not ready: {FAILED.detail}", fix=FAILED.fix)
        self._ready_until = time.monotonic() + READY_SECONDS

    async def _scores(self, xs: Sequence[str]) -> list[Scores | Failed]:
        try:
            return await self.batcher.answer(xs, timeout_s=self.limits.answer_seconds)
        except FullError:
            fix = "try again in a second, with fewer texts"
            raise ProblemError(503, "too many texts wait already", fix=fix, headers={"retry-after": "1"}) from None
        except TimeoutError:
            detail = f"no answer within {self.limits.answer_seconds:g} seconds"
            raise ProblemError(504, detail, fix="try again later, with fewer or shorter texts") from None

    def _ask(self, value: Any) -> Asked | Problem:
        request, found = schema.faults(self.bundle.task.Request, value)
        if found:
            mistakes = [DataError(what, where=".".join(map(str, path)) or "body", fix=fix) for path, what, fix in found]
            self.counters.reject("invalid request")
            return problems.from_error(400, Faults(mistakes))
        cleaned = self.bundle.clean(request)
        if isinstance(cleaned, Reject):
            self.counters.reject(cleaned.reason)
            return Problem(status=422, detail=cleaned.reason, fix="send a request that the task can answer")
        return Asked(request=cleaned, x=self.bundle.task.to_x(cleaned, self.bundle.options))

    def _respond(self, asked: Asked, scores: Scores | Failed, key: str, latency_ms: float) -> Answered | Problem:
        if isinstance(scores, Failed):
            return FAILED
        response = asdict(self.bundle.respond(asked.request, scores))
        label, confidence, margin = in_short(self.bundle.task.kind, response, scores)
        served = Served(
            id=new_id(),
            at=time.time(),
            scenario=self.name,
            release=self.release,
            key=key,
            request=asdict(asked.request),
            x=asked.x,
            response=response,
            scores=scores,
            label=label,
            confidence=confidence,
            margin=margin,
            handed_over=bool(response.get("handed_over", False)),
            truncated=False,
            latency_ms=latency_ms,
        )
        return Answered(served=served, body=response | {"id": served.id, "release": served.release})


def in_short(kind: str, response: Mapping[str, Any], scores: Mapping[str, Any]) -> tuple[str, float, float]:
    """Return label, confidence and margin of an answer, as `Served` has them."""
    if kind == "rank":
        return "", 1.0, 1.0
    labels = response.get("labels", ())
    label = str(response.get("label") or "|".join(sorted(map(str, labels))))
    confidence = float(calibration.confidence(kind, scores))  # type: ignore[arg-type]
    best = sorted(scores.values(), reverse=True)[:2]
    return label, confidence, best[0] - best[1] if kind == "classify" and len(best) > 1 else confidence
