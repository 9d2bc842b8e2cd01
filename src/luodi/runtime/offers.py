"""What an endpoint can do besides chat (schemas, log probabilities), and what to ask for when it refuses something."""

from collections.abc import Mapping
from typing import Any

ALL = {"format": "json_schema", "logprobs": True, "cap": "max_tokens", "temperature": True}
NAMED = (
    ("max_completion_tokens", "cap"),
    ("temperature", "temperature"),
    ("logprob", "logprobs"),
    ("json_schema", "format"),
    ("response_format", "format"),
)
"""A word in a refusal, and what it is about."""
LESS: Mapping[str, Mapping[Any, Any]] = {
    "logprobs": {True: False},
    "format": {"json_schema": "json_object", "json_object": "text"},
    "temperature": {True: False},
    "cap": {"max_tokens": "max_completion_tokens"},
}
"""What to ask for instead."""
RETRIED = frozenset({200, 400, 422, 501})
"""Statuses of a refusal that may be about what was asked for."""


def weakened(offers: dict[str, Any], message: str) -> dict[str, Any] | None:
    """Return what to ask for after a refusal: what it names goes first; `None` where there is nothing left.

    >>> weakened(dict(ALL), "unknown field: logprobs")["logprobs"]
    False
    """
    about = [name for word, name in NAMED if word in message]
    for name in (*about, *LESS):
        if offers[name] in LESS[name]:
            return offers | {name: LESS[name][offers[name]]}
    return None


def question(
    messages: list[dict[str, str]],
    offers: Mapping[str, Any],
    schema: dict[str, Any],
    *,
    max_tokens: int,
    temperature: float,
) -> dict[str, Any]:
    """Return the body of a question, with what an endpoint offers."""
    made: dict[str, Any] = {"messages": messages, offers["cap"]: max_tokens}
    if offers["temperature"]:
        made["temperature"] = temperature
    if offers["logprobs"]:
        made["logprobs"] = True
    form = offers["format"]
    if form == "json_schema":
        made["response_format"] = {"type": form, "json_schema": {"name": "answer", "strict": True, "schema": schema}}
    elif form == "json_object":
        made["response_format"] = {"type": form}
    return made
