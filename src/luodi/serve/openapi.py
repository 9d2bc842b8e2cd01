"""The service described for machines: OpenAPI 3.1, made from the route tables and the tasks' own records."""

import json
from typing import TYPE_CHECKING, Any

import luodi
from luodi import schema
from luodi.serve import idempotency, limits
from luodi.serve.problems import Problem
from luodi.serve.routes import PREFIX, Listener, Route, all_routes

if TYPE_CHECKING:
    from luodi.serve.endpoint import Endpoint
    from luodi.serve.service import Service

PROBLEM = {
    "type": "object",
    "description": "RFC 9457, with what to do about it.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong."},
        "where": {"type": "string"},
        "fix": {"type": "string", "description": "How to put it right."},
    },
    "required": ["title", "status", "detail", "fix"],
}
STATUSES = {
    "400": "The body is not what was asked for.",
    "401": "The token is missing or wrong.",
    "403": "The key has not the scope.",
    "404": "There is no such scenario.",
    "405": "The path does not take this method.",
    "408": "The body took too long to arrive.",
    "409": "The key of this call came with another body before.",
    "413": "The body is too large, or holds too many texts.",
    "421": "The service does not go by that name.",
    "422": "The task cannot answer this request.",
    "429": "The key has asked too often; try again after `Retry-After` seconds.",
    "431": "The headers are too large.",
    "500": "The model failed on this request.",
    "503": "Too many requests wait already; try again after `Retry-After` seconds.",
    "504": "No answer in time.",
}
GIVEN = {
    "id": {"type": "string", "description": "Of this answer: send it with feedback."},
    "release": {"type": "string", "description": "Which release of the model answered."},
    "truncated": {"type": "boolean", "description": "The model saw only the beginning; left out where it saw all."},
}
ALWAYS = ("id", "release")
STREAMED = 'event: part\ndata: {"text": "Hello. "}\n\nevent: answer\ndata: {…}\n\n'
ID = "01k0000000000000000000000z"
RETRY = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}}
PARAMETERS = [
    {
        "name": idempotency.HEADER,
        "in": "header",
        "description": "Sent again with the same body, a call gets the answer of the first time.",
        "schema": {"type": "string", "pattern": f"^[ -~]{{1,{idempotency.MAX_CHARACTERS}}}$"},
        "example": "6f1c2a34-order-17",
    },
    {
        "name": limits.TIMEOUT,
        "in": "header",
        "description": "Milliseconds until which an answer is of use; what cannot be answered in time is refused.",
        "schema": {"type": "integer", "minimum": 1},
        "example": 2000,
    },
]


def describe(service: "Service", listener: Listener) -> dict[str, Any]:
    """Return the OpenAPI document of one listener."""
    schemas: dict[str, Any] = {"Problem": PROBLEM}
    paths: dict[str, Any] = {}
    for route in (one for one in all_routes() if listener in one.listeners):
        for endpoint in service.endpoints.values() if route.path.startswith(PREFIX) else (None,):
            path = route.path.replace("{scenario}", endpoint.name) if endpoint is not None else route.path
            operation = route.answers(endpoint, schemas) if route.answers is not None else _plain(route)
            paths.setdefault(path, {})[route.method.lower()] = _with_rules(operation, route)
    first = next(iter(service.endpoints.values()))
    alone = len(service.endpoints) == 1
    return {
        "openapi": "3.1.0",
        "info": {
            "title": first.name if alone else "luodi",
            "description": first.bundle.about.get("goal", "") if alone else "",
            "version": luodi.__version__,
        },
        "components": {"schemas": schemas, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "security": [{"token": []}],
        "paths": paths,
    }


def predict(endpoint: "Endpoint", schemas: dict[str, Any]) -> dict[str, Any]:
    """Return the operation `predict` of a scenario; its schemas are added to those of the document."""
    for name in ("Request", "Response"):
        made = json.loads(
            json.dumps(schema.json_schema(getattr(endpoint.bundle.task, name))).replace(
                "#/$defs/", "#/components/schemas/"
            )
        )
        schemas.update(made.pop("$defs", {}))
        if name == "Response":
            made["properties"] = {**made["properties"], **GIVEN}
            made["required"] = [*made.get("required", ()), *ALWAYS]
        schemas[f"{endpoint.name}.{name}"] = made
    request, response = ref(f"{endpoint.name}.Request"), ref(f"{endpoint.name}.Response")
    error = {"type": "object", "properties": {"error": ref("Problem")}, "required": ["error"]}
    anything = {"description": "No request: an `error` stands in its place among the answers."}
    several = {"type": "array", "items": {"anyOf": [request, anything]}, "maxItems": endpoint.limits.max_texts}
    answers = {"type": "array", "items": {"anyOf": [response, error]}}
    example = endpoint.bundle.examples[0]
    streamed = (
        {} if endpoint.bundle.task.kind != "generate" else {"text/event-stream": body({"type": "string"}, STREAMED)}
    )
    answered = example["response"] | dict.fromkeys(ALWAYS, ID)
    return {
        "parameters": PARAMETERS,
        "requestBody": {
            "required": True,
            "content": {"application/json": body({"anyOf": [request, several]}, example["request"])},
        },
        "responses": {
            "200": {
                "description": "The answer, or a list of them with an `error` in the place of each refused request.",
                "content": {"application/json": body({"anyOf": [response, answers]}, answered)} | streamed,
            },
        },
    }


def _with_rules(operation: dict[str, Any], route: Route) -> dict[str, Any]:
    """Add to an operation what holds for every route of its scope."""
    refusals = {
        status: {
            "description": why,
            "content": {"application/problem+json": body(ref("Problem"), _example(status, why))},
        }
        | ({"headers": RETRY} if status in {"429", "503"} else {})
        for status, why in STATUSES.items()
    }
    security: list[dict[str, list[str]]] = [] if route.scope == "open" else [{"token": []}]
    return (
        {"summary": route.about, "security": security, "x-scope": route.scope}
        | operation
        | {"responses": operation["responses"] | refusals}
    )


def body(made: dict[str, Any], example: Any) -> dict[str, Any]:
    """Return the content of a body: its schema and an example."""
    return {"schema": made, "example": example}


def ref(name: str) -> dict[str, str]:
    """Return the reference to a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def _example(status: str, why: str) -> dict[str, Any]:
    return Problem(status=int(status), detail=why[0].lower() + why[1:-1], fix="what to do about it").as_json()


def _plain(route: Route) -> dict[str, Any]:
    return {"responses": {"200": {"description": route.about}}}


def says(example: Any) -> Any:
    """Return the operation of a route that answers with JSON of this shape."""
    made = {"200": {"description": "As in the example.", "content": {"application/json": body({}, example)}}}
    return lambda endpoint, schemas: {"responses": made}
