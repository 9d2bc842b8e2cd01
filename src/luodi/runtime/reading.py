"""A question and a passage as a reader sees them: overlapping windows of tokens, and spans of characters out of logits.

Places are in characters of the passage as it was given, so that `passage[start:end]` is the answer, always.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from luodi.contracts import Span, record
from luodi.runtime.engine_tokens import plain_tokenizer
from luodi.text import answer_tokens

N_BEST = 20  # starts and ends that are paired, and spans that are kept of a window
N_SHOWN = 5
JOINERS = frozenset("\u200d\ufe0e\ufe0f")  # zero-width joiner and variation selectors
KEPT_PASSAGES = 256


class Window(NamedTuple):
    """A part of a passage behind its question."""

    ids: list[int]
    first: int
    """Where in `ids` the passage begins."""
    spans: Sequence[tuple[int, int]]
    """The characters of each of its tokens."""
    words: Sequence[int | None]
    """The number of the word that each of its tokens belongs to."""
    features: Any = None
    """What a reader without a pretrained encoder sees, shape (len(ids), n_features)."""
    question: Sequence[int] = ()
    """The tokens of the question, where they do not stand in `ids`."""


class Found(NamedTuple):
    """A span that may be the answer."""

    odds: float
    """Log-odds against "no answer here"."""
    start: int
    end: int
    """In characters of its passage."""
    passage: int = 0
    """Which of the passages of its x."""


@record
class Limits:
    """How much is read at once."""

    max_tokens: int = 384
    stride: int = 128
    """Tokens that two windows have in common."""
    max_question: int = 64
    """Tokens of a question; the rest of it is not read."""
    max_answer: int = 30
    """Tokens of an answer."""


class Scribe:
    """Cuts questions and passages into windows of token ids."""

    def __init__(self, file: Path, limits: Limits) -> None:
        self.file, self.limits = file, limits
        self.tokenizer = plain_tokenizer(file)
        self.pad = self.tokenizer.token_to_id("[PAD]") or 0
        self.before, self.between, self.after = frame(self.tokenizer)
        self._passages: dict[str, Any] = {}

    def windows(self, question: str, passage: str) -> list[Window]:
        """Return the windows of a passage, one at least; each holds the whole question."""
        asked = self.tokenizer.encode(question, add_special_tokens=False).ids[: self.limits.max_question]
        read = self._encoded(passage)
        head = [*self.before, *asked, *self.between]
        room = max(8, self.limits.max_tokens - len(head) - len(self.after))
        step = max(1, room - self.limits.stride)
        made, start = [], 0
        while True:
            at = slice(start, start + room)
            ids = [*head, *read.ids[at], *self.after]
            made.append(Window(ids, len(head), read.offsets[at], read.word_ids[at]))
            if start + room >= len(read.ids):
                return made
            start += step

    def all_windows(self, x: Mapping[str, Any]) -> list[tuple[int, Window]]:
        """Return the windows of every passage of an x, each with the number of its passage."""
        return [(n, one) for n, text in enumerate(passages_of(x)) for one in self.windows(x["question"], text)]

    def _encoded(self, passage: str) -> Any:
        """Return the tokens of a passage; those asked about last are remembered, as many questions have one passage."""
        found = self._passages.get(passage)
        if found is None:
            while len(self._passages) >= KEPT_PASSAGES:
                self._passages.pop(next(iter(self._passages)), None)
            found = self._passages[passage] = _Tokens(self.tokenizer.encode(passage, add_special_tokens=False))
        return found


class _Tokens:
    """Ids, characters and words of the tokens of a passage."""

    def __init__(self, encoding: Any) -> None:
        self.ids, self.offsets, self.word_ids = encoding.ids, encoding.offsets, encoding.word_ids


def frame(tokenizer: Any) -> tuple[list[int], list[int], list[int]]:
    """Return the special tokens before, between and after two texts."""
    made = tokenizer.encode("a", "b")
    sides = made.sequence_ids
    first, last = sides.index(0), len(sides) - sides[::-1].index(0)
    second, end = sides.index(1), len(sides) - sides[::-1].index(1)
    return made.ids[:first], made.ids[last:second], made.ids[end:]


def gold_places(window: Window, places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return first and last token, as places in `ids`, of those answers that lie within a window."""
    found = []
    for start, end in places:
        inside = [n for n, (a, b) in enumerate(window.spans) if a < end and b > start]
        if not inside or window.spans[inside[0]][0] > start or window.spans[inside[-1]][1] < end:
            continue
        found.append((window.first + inside[0], window.first + inside[-1]))
    return found


def candidates(window: Window, logits: NDArray[np.float32], max_answer: int) -> list[Found]:
    """Return the likeliest spans of a window as log-odds against "no answer here", start and end in characters.

    `logits` has shape (time, 2): of each token that it begins, and that it ends, the answer; the first token stands
    for there being none. An answer begins and ends with whole words. Source: Devlin et al. 2019, "BERT", section 4.3.
    """
    n = len(window.spans)
    if not n:
        return []
    nothing = float(logits[0, 0] + logits[0, 1])
    words = np.array([-1 if one is None else one for one in window.words])
    changes = np.concatenate([[True], words[1:] != words[:-1], [True]])
    begin = np.where(changes[:-1], logits[window.first : window.first + n, 0], -np.inf)
    end = np.where(changes[1:], logits[window.first : window.first + n, 1], -np.inf)
    starts = np.argsort(-begin, kind="stable")[:N_BEST]
    ends = np.argsort(-end, kind="stable")[:N_BEST]
    sums = begin[starts][:, None] + end[ends][None, :]
    lengths = ends[None, :] - starts[:, None]
    sums = np.where((lengths >= 0) & (lengths < max_answer), sums, -np.inf)
    best = np.argsort(-sums, axis=None, kind="stable")[:N_BEST]
    made = []
    for place in best:
        a, b = divmod(int(place), len(ends))
        if np.isfinite(sums[a, b]):
            made.append(Found(float(sums[a, b]) - nothing, window.spans[starts[a]][0], window.spans[ends[b]][1]))
    return made


def passages_of(x: Mapping[str, Any]) -> list[str]:
    """Return what is read for an x: the passage that was given, or those that were found."""
    return [x["passage"]] if x.get("passage") else [one["text"] for one in x.get("found", ())]


def answers(x: Mapping[str, Any], found: Iterable[Found], *, nothing: float | None) -> list[Span]:
    """Return the answers of all windows with their probabilities, best first; those that read the same are one.

    `nothing` is added to the log-odds of "no answer", which stands among them as an empty span; with `None` there is
    always an answer, as far as a passage holds any word.
    """
    passages = passages_of(x)
    places: dict[tuple[int, int, int], float] = {}
    for one in found:
        start, end = whole(passages[one.passage], one.start, one.end)
        if start < end:
            place = (one.passage, start, end)
            places[place] = max(one.odds, places.get(place, -np.inf))
    best: dict[str, tuple[float, tuple[int, int, int]]] = {}
    for place, odds in sorted(places.items(), key=lambda item: (-item[1], item[0])):
        words = passages[place[0]][place[1] : place[2]]
        text = " ".join(answer_tokens(words)) or words
        before, first = best.get(text, (-np.inf, place))
        best[text] = (float(np.logaddexp(before, odds)), first)
    listed = sorted(best.values(), key=lambda one: (-one[0], one[1]))
    if nothing is not None or not listed:
        listed = [*listed, (nothing or 0.0, (0, 0, 0))]
    logits = np.array([one for one, _ in listed])
    p = np.exp(logits - logits.max())
    p /= p.sum()
    made = [_span(x, place, float(one)) for (_, place), one in zip(listed, p, strict=True)]
    return shown(made)


def _span(x: Mapping[str, Any], place: tuple[int, int, int], score: float) -> Span:
    number, start, end = place
    if x.get("passage") or start == end:
        return Span(start=start, end=end, score=score)
    return Span(start=start, end=end, score=score, source=x["found"][number])


def shown(spans: Sequence[Span]) -> list[Span]:
    """Return the best spans, "no answer" among them wherever it stands, with the probabilities of all that were there.

    What the rest had goes to none of them: the sum may be below 1.
    """
    order = sorted(spans, key=lambda one: -one["score"])
    return [one for n, one in enumerate(order) if n < N_SHOWN or one["start"] == one["end"]]


def whole(passage: str, start: int, end: int) -> tuple[int, int]:
    r"""Widen a span so that it cuts no character in two, and take white space off its ends.

    >>> whole("cafe\u0301 au lait", 0, 4), whole(" a b ", 0, 5)
    ((0, 5), (1, 4))
    """
    while start < end and passage[start].isspace():
        start += 1
    while end > start and passage[end - 1].isspace():
        end -= 1
    if start == end:
        return start, end
    while start > 0 and _continues(passage, start):
        start -= 1
    while end < len(passage) and _continues(passage, end):
        end += 1
    return start, end


def _continues(passage: str, at: int) -> bool:
    """Say whether what stands at a place belongs to the character before it."""
    char, before = passage[at], passage[at - 1]
    if char in JOINERS or before == "\u200d" or "\U0001f3fb" <= char <= "\U0001f3ff":
        return True
    if "\U0001f1e6" <= char <= "\U0001f1ff":  # half a flag
        n = 0
        while n < at and "\U0001f1e6" <= passage[at - 1 - n] <= "\U0001f1ff":
            n += 1
        return n % 2 == 1
    return unicodedata.category(char) in {"Mn", "Me", "Mc"}
