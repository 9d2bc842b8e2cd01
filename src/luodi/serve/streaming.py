"""An answer as it comes about: `POST /predict` with `Accept: text/event-stream`, in server-sent events.

A text that a task can cut is answered part by part: all parts wait together and are computed in batches, and what is
done is told in its order. `part` events carry further text; the last event, `answer`, is what would have come without a
stream, and all that tasks without parts send. Format: HTML Living Standard, section 9.2, "Server-sent events".
"""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from starlette.responses import StreamingResponse

from luodi.ledger.ids import new_id
from luodi.serve.endpoint import Answered, Endpoint
from luodi.serve.lane import Lane
from luodi.serve.problems import Problem, ProblemError
from luodi.serve.worker_frames import Outcome, Scored, Unscored

MEDIA_TYPE = "text/event-stream"
Event = tuple[str, Mapping[str, Any]]


async def response(endpoint: Endpoint, value: Any, *, key: str, deadline: float | None) -> StreamingResponse:
    """Return the stream of an answer. Raises `ProblemError` where it cannot even begin."""
    events = _events(endpoint, value, key=key, deadline=deadline)
    first = await anext(events)

    async def written() -> AsyncIterator[str]:
        yield _as_text(first)
        try:
            async with aclosing(events):
                async for one in events:
                    yield _as_text(one)
        except ProblemError as error:  # the head is out, so its status cannot say it any more
            yield _as_text(("problem", error.problem.as_json()))

    return StreamingResponse(written(), media_type=MEDIA_TYPE, headers={"cache-control": "no-store"})


async def _events(endpoint: Endpoint, value: Any, *, key: str, deadline: float | None) -> AsyncGenerator[Event, None]:
    started, most = time.perf_counter(), time.monotonic() + endpoint.limits.answer_seconds
    due = most if deadline is None else min(most, deadline)
    lane = endpoint.lane_for(call := new_id())
    endpoint.check(lane, 1, due)
    (asked,) = await endpoint.ask_all(lane, [value], due)
    if isinstance(asked, Problem):
        raise ProblemError(asked.status, asked.detail, fix=asked.fix)

    def answered(outcome: Outcome) -> Answered:
        made = endpoint.respond(lane, asked, outcome, call, key, 1_000 * (time.perf_counter() - started))
        if isinstance(made, Problem):
            raise ProblemError(made.status, made.detail, fix=made.fix)
        return made

    task = lane.bundle.task
    cut, joined = (None if lane.bundle.whole else getattr(task, name, None) for name in ("parts", "joined"))
    xs, frame = cut(asked.x) if cut else ([asked.x], [])
    done = list[Scored]()
    async with aclosing(_in_order(endpoint, lane, xs, due)) as outcomes:
        async for outcome in outcomes:
            if not isinstance(outcome, Scored):
                answered(outcome)  # which raises
                return
            if cut:
                yield "part", {"text": frame[len(done)] + outcome.scores["text"]}
            done.append(outcome)
    if joined:
        scores = joined(asked.x, [one.scores for one in done])
        done = [Scored(scores=scores, truncated=any(one.truncated for one in done))]
    if frame and frame[-1]:
        yield "part", {"text": frame[-1]}
    made = answered(done[0])
    endpoint.tell(value, made.served)
    yield "answer", made.body


async def _in_order(endpoint: Endpoint, lane: Lane, xs: Sequence[Any], due: float) -> AsyncGenerator[Outcome, None]:
    """Yield the outcome of each x in turn, as soon as it is there. Raises `ProblemError` where one will not be."""
    loop = asyncio.get_running_loop()
    heard: list[asyncio.Future[Outcome]] = [loop.create_future() for _ in xs]
    work = loop.create_task(endpoint.outcomes(lane, xs, due, each=lambda n, outcome: heard[n].set_result(outcome)))
    try:
        for one in heard:
            either: set[asyncio.Future[Any]] = {one, work}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not one.done() or one.result() is Unscored.LATE:
                await work  # which raises
            yield one.result()
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)  # so that nobody is told of what nobody waits for


def _as_text(event: Event) -> str:
    name, data = event
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False, allow_nan=False)}\n\n"
