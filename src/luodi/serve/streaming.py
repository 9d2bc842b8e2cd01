"""An answer as it comes about: `POST /predict` with `Accept: text/event-stream`, in server-sent events.

A text that a task can cut is answered part by part: all parts wait together and are computed in batches, and what is
done is told in its order. `part` events carry further text; the last event, `answer`, is what would have come without a
stream, and all that tasks without parts send. Format: HTML Living Standard, section 9.2, "Server-sent events".
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

from starlette.responses import StreamingResponse

from luodi.ledger.ids import new_id
from luodi.serve.endpoint import FAILED, Asked, Endpoint
from luodi.serve.problems import Problem, ProblemError
from luodi.serve.worker_frames import Scored

MEDIA_TYPE = "text/event-stream"
Event = tuple[str, Mapping[str, Any]]


async def response(endpoint: Endpoint, value: Any, *, key: str, deadline: float | None) -> StreamingResponse:
    """Return the stream of an answer. Raises `ProblemError` where it cannot even begin."""
    events = _events(endpoint, value, key=key, deadline=deadline)
    first = await anext(events)

    async def written() -> AsyncIterator[str]:
        yield _as_text(first)
        try:
            async for one in events:
                yield _as_text(one)
        except ProblemError as error:  # the head is out, so its status cannot say it any more
            yield _as_text(("problem", error.problem.as_json()))

    return StreamingResponse(written(), media_type=MEDIA_TYPE, headers={"cache-control": "no-store"})


async def _events(endpoint: Endpoint, value: Any, *, key: str, deadline: float | None) -> AsyncIterator[Event]:
    started, most = time.perf_counter(), time.monotonic() + endpoint.limits.answer_seconds
    due = most if deadline is None else min(most, deadline)
    lane = endpoint.lane_for(call := new_id())
    endpoint.check(lane, 1, due)
    (asked,) = await endpoint.ask_all(lane, [value], due)
    if isinstance(asked, Problem):
        raise ProblemError(asked.status, asked.detail, fix=asked.fix)
    assert isinstance(asked, Asked)
    task, said, done = lane.bundle.task, "", list[Scored]()
    at_once = lane.bundle.about["model"] == "remote"  # which is asked for a whole text, and paid by the call
    cut, joined = (None if at_once else getattr(task, name, None) for name in ("parts", "joined"))
    waiting = [asyncio.ensure_future(endpoint.outcomes(lane, [x], due)) for x in (cut(asked.x) if cut else [asked.x])]
    try:
        for one in waiting:
            (outcome,) = await one
            if not isinstance(outcome, Scored):
                raise ProblemError(FAILED.status, FAILED.detail, fix=FAILED.fix)
            done.append(outcome)
            if joined and len(done) < len(waiting):
                before, said = said, joined(asked.x, [each.scores for each in done])["text"]
                yield "part", {"text": said[len(before) :]}
    finally:
        for one in waiting:
            one.cancel()
    scores = joined(asked.x, [each.scores for each in done]) if joined else done[0].scores
    if joined:
        yield "part", {"text": scores["text"][len(said) :]}
    latency_ms = 1_000 * (time.perf_counter() - started)
    whole = Scored(scores=scores, truncated=any(one.truncated for one in done))
    made = endpoint.respond(lane, asked, whole, call, key, latency_ms)
    assert not isinstance(made, Problem), "it was scored"
    endpoint.tell(value, made.served)
    yield "answer", made.body


def _as_text(event: Event) -> str:
    name, data = event
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False, allow_nan=False)}\n\n"
