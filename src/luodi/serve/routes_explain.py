"""`POST /v1/{scenario}/explain`: an answer, and what each word adds to it. Neither kept nor counted."""

import asyncio
import dataclasses
import time
from collections.abc import Sequence
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from luodi.bundle import MODEL
from luodi.runtime.weights import Additive, open_additive
from luodi.serve import explain, limits, openapi, problems
from luodi.serve.endpoint import FAILED, Asked, Endpoint, in_short
from luodi.serve.explain import Token
from luodi.serve.lane import Lane
from luodi.serve.problems import Problem, ProblemError
from luodi.serve.routes import BOTH, PREFIX, Route
from luodi.serve.routes_predict import GONE, as_json, unless_gone
from luodi.serve.service import Service
from luodi.serve.worker_frames import Scored


async def explain_one(service: Service, http: Request) -> Response:
    """Answer one request and say why; `?label=` asks what speaks for another label than the answered one."""
    endpoint = service.endpoint(http)
    body = await limits.read_body(http.headers, http.receive, service.limits)
    due = limits.deadline_of(http.headers, service.limits)
    value = limits.parse_json(body, max_depth=service.limits.max_depth)
    work = Explaining(endpoint, due).explain(value, http.query_params.get("label"))
    made = await unless_gone(work, http)
    if made is None:
        return Response(status_code=GONE)
    return problems.response(made) if isinstance(made, Problem) else as_json(made)


class Explaining:
    """One explanation, by the release that answers now."""

    def __init__(self, endpoint: Endpoint, due: float) -> None:
        self.endpoint, self.due = endpoint, due
        self.lane: Lane = endpoint.champion
        self.bundle = self.lane.bundle

    async def explain(self, value: Any, label: str | None) -> dict[str, Any] | Problem:
        """Return the answer with its reasons, or what is wrong with the request."""
        asked = self.endpoint.ask(self.bundle, value)
        if isinstance(asked, Problem):
            return asked
        started = time.perf_counter()
        (scored,) = await self._scored([asked.x])
        latency_ms = 1_000 * (time.perf_counter() - started)
        answer = asdict(self.bundle.respond(asked.request, scored.scores))
        made = {"answer": answer, "release": self.lane.release, "latency_ms": round(latency_ms, 3)}
        # each item names its reason itself, an answer its place, and a text of many words has no one reason
        if self.bundle.task.kind in {"rank", "extract", "generate"}:
            return made | {"label": "", "method": "reasons", "tokens": []}
        label = label or max(scored.scores, key=scored.scores.__getitem__)
        if label not in scored.scores:
            raise ProblemError(422, f"the model knows no label {label!r}", fix="ask for one that /predict names")
        field = next(one.name for one in dataclasses.fields(asked.request) if one.type is str or one.type == "str")
        text: str = getattr(asked.request, field)
        return (
            made
            | {"label": label, "confidence": in_short(self.bundle.task.kind, answer, scored.scores)[1]}
            | {"field": field, "text": text, "truncated": asked.truncated or scored.truncated}
            | await self._why(asked, field, text, label)
        )

    async def _why(self, asked: Asked, field: str, text: str, label: str) -> dict[str, Any]:
        model = _additive(self.bundle.path / MODEL)
        parts = await asyncio.to_thread(model.parts, text, label) if model is not None and asked.x == text else None
        if parts is not None:
            by = float(self.bundle.about["temperature"])
            tokens = [dataclasses.replace(one, weight=one.weight / by) for one in explain.summed(text, parts)]
            base = round(parts.base / by, 6)
            return {"method": "weights", "base": base, "tokens": [_shown(one) for one in tokens]}

        async def ask(variants: Sequence[str]) -> list[float]:
            xs = [
                self.bundle.task.to_x(dataclasses.replace(asked.request, **{field: one}), self.bundle.options)
                for one in variants
            ]
            return [explain.log_odds(one.scores, label) for one in await self._scored(xs)]

        return {"method": "occlusion", "tokens": [_shown(one) for one in await explain.occluded(text, ask)]}

    async def _scored(self, xs: Sequence[Any]) -> list[Scored]:
        """Ask the model, a batch at a time, so that others get their turn in between."""
        made: list[Scored] = []
        for start in range(0, len(xs), self.bundle.max_batch):
            part = xs[start : start + self.bundle.max_batch]
            for one in await self.endpoint.outcomes(self.lane, part, self.due):
                if not isinstance(one, Scored):
                    raise ProblemError(FAILED.status, FAILED.detail, fix=FAILED.fix)
                made.append(one)
        return made


@lru_cache(maxsize=16)
def _additive(folder: Path) -> Additive | None:
    return open_additive(folder)


def _shown(token: Token) -> dict[str, Any]:
    return asdict(token) | {"weight": round(token.weight, 6)}


def described(endpoint: Endpoint, schemas: dict[str, Any]) -> dict[str, Any]:
    """Return the operation for machines."""
    openapi.predict(endpoint, schemas)  # adds the schemas
    request = openapi.ref(f"{endpoint.name}.Request")
    example = endpoint.bundle.examples[0]["request"]
    about = "What speaks for this label; left out, for the most probable one."
    label = {"name": "label", "in": "query", "description": about, "schema": {"type": "string"}}
    return {
        "parameters": [label],
        "requestBody": {"required": True, "content": {"application/json": openapi.body(request, example)}},
        "responses": {"200": {"description": "The answer, and what each word adds to the label."}},
    }


ROUTES = (
    Route(
        method="POST",
        path=PREFIX + "/explain",
        scope="predict",
        handler=explain_one,
        about="Answer one request, and say what each word adds to the answer.",
        listeners=BOTH,
        answers=described,
    ),
)
