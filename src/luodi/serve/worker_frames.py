"""What goes between the service and its workers: frames of a JSON head and raw numbers; never pickle."""

import json
import struct
from array import array
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import IO, Any

from luodi.contracts import record

SIZES = struct.Struct("<II")  # bytes of the head, bytes of the body


@record
class Scored:
    """What a model says to an x."""

    scores: Any
    """Probability by label; of a ranking, its hits."""
    truncated: bool = False
    """It saw only the beginning of the x."""
    meaning: Sequence[float] = ()
    """Where the x lies along the directions that the service watches."""


class Unscored(Enum):
    """Stands in the place of an answer that there is not."""

    FAILED = "f"
    """The model raised."""
    LATE = "l"
    """Its time was up before it was begun."""
    DEADLY = "d"
    """It ended its worker, and did so again by itself."""


Outcome = Scored | Unscored


def pack(head: Any, body: bytes = b"") -> bytes:
    """Return a frame."""
    text = json.dumps(head, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return SIZES.pack(len(text), len(body)) + text + body


def read(pipe: IO[bytes]) -> tuple[Any, bytes] | None:
    """Return the next frame, or `None` at the end."""
    sizes = pipe.read(SIZES.size)
    if len(sizes) < SIZES.size:
        return None
    n_head, n_body = SIZES.unpack(sizes)
    head, body = pipe.read(n_head), pipe.read(n_body)
    return (json.loads(head), body) if len(head) == n_head and len(body) == n_body else None


class Frames:
    """Cuts a stream into frames, as it arrives."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[Any, bytes]]:
        """Yield the frames that are complete.

        >>> frames, sent = Frames(), pack({"n": 1}, b"abc")
        >>> list(frames.feed(sent[:-1])), list(frames.feed(sent[-1:]))
        ([], [({'n': 1}, b'abc')])
        """
        self._bytes += data
        while len(self._bytes) >= SIZES.size:
            n_head, n_body = SIZES.unpack_from(self._bytes)
            end = SIZES.size + n_head + n_body
            if len(self._bytes) < end:
                return
            head = json.loads(self._bytes[SIZES.size : SIZES.size + n_head])
            body = bytes(self._bytes[SIZES.size + n_head : end])
            del self._bytes[:end]
            yield head, body


def pack_outcomes(n: int, outcomes: Sequence[Outcome]) -> bytes:
    """Return the frame that answers batch n.

    >>> made = [Scored(scores={"a": 0.5, "b": 0.5}, truncated=True), Unscored.FAILED, Scored(scores=[{"id": "x"}])]
    >>> outcomes_of(*next(Frames().feed(pack_outcomes(1, made)))) == made
    True
    >>> made = [Scored(scores={"a": 1.0}, meaning=array("f", [0.5, -2.0])), Unscored.LATE]
    >>> outcomes_of(*next(Frames().feed(pack_outcomes(1, made)))) == made
    True
    """
    kinds, others, numbers, places, width = "", list[Any](), array("d"), array("f"), 0
    labels: list[str] | None = None
    for one in outcomes:
        if isinstance(one, Unscored):
            kinds += one.value
            continue
        are_numbers = isinstance(one.scores, dict) and "text" not in one.scores  # of labels; a draft has text beside it
        if labels is None and are_numbers:
            labels = list(one.scores)
        if are_numbers and list(one.scores) == labels:
            kinds += "C" if one.truncated else "S"
            numbers.extend(one.scores.values())
            places.extend(one.meaning)
            width = len(one.meaning)  # of all of a batch the same
        else:
            kinds += "o"
            others.append([one.scores, one.truncated])
    head = {"n": n, "kinds": kinds, "labels": labels, "others": others, "width": width}
    return pack(head, numbers.tobytes() + places.tobytes())


def outcomes_of(head: Any, body: bytes) -> list[Outcome]:
    """Return what `pack_outcomes` was given."""
    labels, others = head["labels"] or (), iter(head["others"])
    width, n = head["width"], sum(kind in "CS" for kind in head["kinds"])
    numbers, places, start, at = array("d"), array("f"), 0, 0
    end = n * len(labels) * numbers.itemsize
    numbers.frombytes(body[:end])
    places.frombytes(body[end:])
    made: list[Outcome] = []
    for kind in head["kinds"]:
        if kind in "CS":
            scores = dict(zip(labels, numbers[start : start + len(labels)], strict=True))
            made.append(Scored(scores=scores, truncated=kind == "C", meaning=places[at : at + width] if width else ()))
            start, at = start + len(labels), at + width
        elif kind == "o":
            hits, truncated = next(others)
            made.append(Scored(scores=hits, truncated=truncated))
        else:
            made.append(Unscored(kind))
    return made
