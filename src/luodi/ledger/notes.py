"""An answer as it is kept: with its texts, with its texts masked, or with its figures alone."""

from collections.abc import Mapping
from functools import lru_cache
from heapq import nlargest
from typing import Any, Literal

from luodi.contracts import record
from luodi.ledger.entries import Served
from luodi.privacy.mask import Personal

Keep = Literal["full", "redacted", "none"]
"""What is kept of texts: all, all but personal data, or nothing."""

MOST_SCORES = 20
SHORT = 24  # characters of a name or a label; few personal data are as short, and these stay in memory alone
MASKING = Personal(mode="mask")


@record
class Note:
    """An answer that waits to be written."""

    served: Served
    keep: Keep


def row(note: Note) -> dict[str, Any]:
    """Return the row of an answer in the table of requests."""
    served, keep = note.served, note.keep
    figures = {
        name: getattr(served, name)
        for name in ("id", "scenario", "at", "release", "label", "confidence", "margin", "handed_over", "truncated")
    }
    return figures | {
        "key_id": served.key,
        "request": kept(served.request, keep),
        "response": kept(served.response, keep),
        "scores": kept(best(served.scores), keep),
        "latency_ms": served.latency_ms,
        "n_characters": len(served.x),
        "kept": keep,
    }


def kept(value: Any, keep: Keep) -> Any:
    """Return of a JSON value what may be kept."""
    if keep == "none":
        return None
    return value if keep == "full" else redacted(value)


def redacted(value: Any) -> Any:
    """Return a JSON value with its personal data masked, however deep it stands.

    >>> redacted({"text": "write to li@example.com", "n": [1, True, None]})
    {'text': 'write to [EMAIL]', 'n': [1, True, None]}
    """
    if isinstance(value, str):
        return _short(value) if len(value) <= SHORT else MASKING.apply(value)[0]
    if isinstance(value, Mapping):
        return {redacted(key): redacted(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [redacted(one) for one in value]
    return value


@lru_cache(2_048)
def _short(text: str) -> str:
    """Mask names of fields and labels once, and not with every answer."""
    return MASKING.apply(text)[0]


def best(scores: Any) -> Any:
    """Return the highest scores, highest first, or the head of a ranking: of 500 labels nobody reads the last.

    >>> best({"a": 0.2, "b": 0.5, "c": 0.3})
    {'b': 0.5, 'c': 0.3, 'a': 0.2}
    """
    if not isinstance(scores, Mapping):
        return list(scores)[:MOST_SCORES]
    return dict(nlargest(MOST_SCORES, scores.items(), key=lambda item: item[1]))
