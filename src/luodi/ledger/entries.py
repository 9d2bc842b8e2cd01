"""What the service tells those who watch it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from luodi.contracts import record


def label_of(response: Mapping[str, Any]) -> str:
    """Return an answer in short: its label, its labels between bars, or nothing where it has none.

    Of an answer out of a passage: whether there is one. Of a text that was written: whether it failed a check.

    >>> label_of({"label": "refund"}), label_of({"labels": ["b", "a"]}), label_of({"items": []})
    ('refund', 'a|b', '')
    >>> label_of({"answer": "Denver", "start": 4}), label_of({"answer": "", "start": 0})
    ('answered', 'no answer')
    >>> label_of({"translation": "Hallo 7", "flags": ["number"]})
    'flagged'
    """
    if "flags" in response:
        return "flagged" if response["flags"] else "written"
    if "answer" in response and "start" in response:
        return "answered" if response["answer"] else "no answer"
    return str(response.get("label") or "|".join(sorted(map(str, response.get("labels", ())))))


def as_text(x: Any) -> str:
    """Return what a model sees as one text, as it is kept and watched."""
    return x if isinstance(x, str) else json.dumps(x, ensure_ascii=False)


@record
class Served:
    """One answer that was given, as it was given: nothing is masked yet, so it must not be kept as it is."""

    id: str
    """The client has it too, and sends it with its feedback."""
    at: float
    """Seconds since 1970, UTC."""
    scenario: str
    release: str
    key: str
    """The id of the caller's key."""
    request: Mapping[str, Any]
    """After cleaning."""
    x: str
    """What the model saw."""
    response: Mapping[str, Any]
    """As far as its task lets it be kept."""
    scores: Mapping[str, Any]
    """Calibrated, by label; of a ranking, what its task puts there."""
    label: str
    """The answer in short: a label, several between bars, or nothing where the task has none."""
    confidence: float
    """0 to 1; what the threshold of automation is held against. 1 for a ranking."""
    margin: float
    """Confidence in the best label less that in the second; 1 where there is no second."""
    handed_over: bool
    truncated: bool
    """The model saw the beginning of the text only."""
    latency_ms: float
    meaning: Sequence[float] = ()
    """Where the text lies along the directions that are watched; it is never kept."""
