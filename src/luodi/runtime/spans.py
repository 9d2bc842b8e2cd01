"""Answers out of passages as texts: what the spans of a prediction and of a gold answer read."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from luodi.contracts import Span
from luodi.text import answer_tokens


def texts(x: Mapping[str, Any], y: Iterable[str]) -> frozenset[str]:
    """Return the words of gold answers; where no passage was given, gold answers are words themselves.

    >>> texts({"passage": "Ask Denver."}, {"4:10"})
    frozenset({'Denver'})
    """
    if not x.get("passage"):
        return frozenset(y)
    return frozenset(x["passage"][start:end] for start, end in places(y))


def places(y: Iterable[str]) -> list[tuple[int, int]]:
    """Return gold answers, `{"12:25"}`, as places in a passage.

    >>> places({"12:25"})
    [(12, 25)]
    """
    made = (one.partition(":") for one in y)
    return sorted((int(start), int(end)) for start, _, end in made)


def read(x: Mapping[str, Any], span: Span) -> str:
    """Return the words of a span: of the passage that was given, or of the one that it was found in."""
    source: Any = span.get("source")
    passage: str = source["text"] if source else x["passage"]
    return passage[span["start"] : span["end"]]


def answer(x: Mapping[str, Any], spans: Sequence[Span]) -> str:
    """Return the words of the best span; nothing where there is no answer."""
    return read(x, spans[0]) if spans else ""


def is_right(gold: Iterable[str], given: str) -> bool:
    """Say whether an answer is one of the right ones but for articles, punctuation and case, or rightly none.

    >>> is_right({"the Denver Broncos"}, "Denver Broncos!"), is_right((), "")
    (True, True)
    """
    words = answer_tokens(given)
    right = [answer_tokens(one) for one in gold]
    return words in right if right else not given
