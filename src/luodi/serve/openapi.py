"""The service described for machines: OpenAPI 3.1, made from the task's own records."""

import json
from typing import Any

import luodi
from luodi import schema
from luodi.bundle import Bundle

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
    "408": "The body took too long to arrive.",
    "413": "The body is too large, or holds too many texts.",
    "422": "The task cannot answer this request.",
    "500": "The model failed on this request.",
    "503": "Too many requests wait already; try again after `Retry-After` seconds.",
    "504": "No answer in time.",
}


def describe(bundle: Bundle, *, max_texts: int) -> dict[str, Any]:
    """Return the OpenAPI document of a bundle's service."""
    schemas: dict[str, Any] = {"Problem": PROBLEM}
    for name in ("Request", "Response"):
        made = json.loads(
            json.dumps(schema.json_schema(getattr(bundle.task, name))).replace("#/$defs/", "#/components/schemas/")
        )
        schemas |= made.pop("$defs", {}) | {name: made}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": bundle.about["scenario"],
            "description": bundle.about.get("goal", ""),
            "version": bundle.about.get("version", luodi.__version__),
        },
        "components": {"schemas": schemas, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "security": [{"token": []}],
        "paths": {
            "/predict": {"post": _predict(bundle.examples[0], max_texts)},
            "/health/live": {"get": _plain("Says that the process runs.", "application/json")},
            "/health/ready": {"get": _plain("Predicts an example, and says whether that worked.", "application/json")},
            "/metrics": {"get": _plain("Figures for Prometheus.", "text/plain") | {"security": [{"token": []}]}},
            "/openapi.json": {"get": _plain("This document.", "application/json") | {"security": [{"token": []}]}},
        },
    }


def _predict(example: Any, max_texts: int) -> dict[str, Any]:
    request, response = _ref("Request"), _ref("Response")
    error = {"type": "object", "properties": {"error": _ref("Problem")}, "required": ["error"]}
    several = {"type": "array", "items": request, "maxItems": max_texts}
    answers = {"type": "array", "items": {"anyOf": [response, error]}}
    return {
        "operationId": "predict",
        "summary": "Answer one request, or a list of them in order.",
        "requestBody": {
            "required": True,
            "content": {"application/json": _body({"anyOf": [request, several]}, example["request"])},
        },
        "responses": {
            "200": {
                "description": "The answer, or a list of them with an `error` in the place of each refused request.",
                "content": {"application/json": _body({"anyOf": [response, answers]}, example["response"])},
            },
            **{
                status: {"description": why, "content": {"application/problem+json": {"schema": _ref("Problem")}}}
                for status, why in STATUSES.items()
            },
        },
    }


def _body(made: dict[str, Any], example: Any) -> dict[str, Any]:
    return {"schema": made, "example": example}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _plain(summary: str, media_type: str) -> dict[str, Any]:
    return {
        "summary": summary,
        "security": [],
        "responses": {"200": {"description": "OK", "content": {media_type: {}}}},
    }
