"""A reader without any training: the sentence with most of the question's rare words, and in it what fits "how many".

Source: the sliding window of Richardson, Burges and Renshaw 2013, "MCTest", section 4.1, with types of answers as in
Rajpurkar et al. 2016, "SQuAD", section 5.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from luodi.contracts import Span
from luodi.runtime import terms
from luodi.runtime.reading import Found, answers, passages_of
from luodi.runtime.session import read_about, write_about

_SENTENCE = re.compile(r"[^.!?。！？；\n]+(?:[.!?](?!\s|$)[^.!?。！？；\n]*)*[.!?。！？；]?")
_UNIT = r"(?:\s?(?:%|percent|per cent|million|billion|thousand|[a-z]{2,12}\b))?"
_HAN_UNIT = r"(?:[年月日号时分秒天周岁个人名位次种项条座家只件元万亿千百十米公里吨倍℃度%％]+)*"
_NUMBER = re.compile(rf"[$€£¥]?\d[\d,.:–-]*\d?(?:{_HAN_UNIT}|{_UNIT})|[一二三四五六七八九十百千万两]+{_HAN_UNIT}")
_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_DATE = re.compile(rf"(?:\d{{1,2}} )?(?:{_MONTH})(?: \d{{1,2}})?(?:,? \d{{4}})?|\b1\d{{3}}s?\b|\b20\d\d\b|"
                   rf"\d{{2,4}}年(?:\d{{1,2}}月)?(?:\d{{1,2}}[日号])?|\d{{1,2}}月\d{{1,2}}[日号]")  # fmt: skip
_NAME = re.compile(r"[A-ZÀ-Ý][\w'’.-]*(?: (?:(?:of|the|de|von|van|and|al) )*[A-ZÀ-Ý0-9][\w'’.-]*)*|《[^》]+》|“[^”]+”")
_PIECE = re.compile(r"[^,;:()\[\]，、；：（）。！？.\"“”]+")
_WHEN = r"\b(?:when|what (?:year|date|day|month)|which year)\b|什么时候|何时|哪年|哪一年|几月|日期|時候"
_HOW_MANY = r"\bhow (?:many|much|long|old|far|high|often|large)\b|多少|几[个名位次种年天]|多久|多长|多大|幾"
_WHO = r"\b(?:who|whom|whose|where|which|what (?:country|city|company|person|team))\b|谁|哪里|何人|何处|誰|哪"
_ASKED = (("date", re.compile(_WHEN, re.I)), ("number", re.compile(_HOW_MANY, re.I)), ("name", re.compile(_WHO, re.I)))
FINDERS = {"date": _DATE, "number": _NUMBER, "name": _NAME}
N_SENTENCES, N_KEPT = 3, 20
FITS, NEAR, REPEATS = 2.0, 1.5, 1.5
"""What a span gains that is of the asked type, what it loses per doubled distance from the question's words, and what
it loses for each of them in it (docs/logbook.md, 2026-11-30)."""


class Overlap:
    """Scores sentences by the words that they share with the question, then what stands in them."""

    def __init__(self, *, nothing: float | None = None) -> None:
        self.nothing = nothing

    def predict(self, xs: Sequence[Mapping[str, Any]]) -> list[list[Span]]:
        """Return the answers to each x, best first."""
        return [answers(x, self.found(x), nothing=self.nothing) for x in xs]

    def found(self, x: Mapping[str, Any]) -> list[Found]:
        """Return the likeliest spans of every passage."""
        made = []
        for n, passage in enumerate(passages_of(x)):
            made += [one._replace(passage=n) for one in self._read(x["question"], passage)]
        return made

    def _read(self, question: str, passage: str) -> list[Found]:
        sentences = [(one.start(), one.end()) for one in _SENTENCE.finditer(passage) if one[0].strip()]
        sentences = sentences or [(0, len(passage))]
        read = [list(terms.spans(passage[a:b])) for a, b in sentences]
        among = Counter(term for each in read for term in {one for one, _, _ in each})
        asked = set(terms.terms(question))
        worth = {term: math.log(1 + len(sentences) / among[term]) for term in asked if among[term]}
        scores = [sum(worth.get(term, 0.0) for term in {one for one, _, _ in each}) for each in read]
        wide = [one + 0.3 * sum(scores[max(0, n - 1) : n] + scores[n + 1 : n + 2]) for n, one in enumerate(scores)]
        best = sorted(range(len(wide)), key=lambda n: (-wide[n], n))[:N_SENTENCES]
        kind = next((name for name, pattern in _ASKED if pattern.search(question)), "")
        made = []
        for n in best:
            a, b = sentences[n]
            held = [(start, end) for term, start, end in read[n] if term in asked]
            made += [Found(wide[n] + gain, a + start, a + end) for gain, start, end in _spans(passage[a:b], kind, held)]
        return sorted(made, key=lambda one: (-one.odds, one.start, one.end))[:N_KEPT]

    def save(self, folder: Path) -> None:
        write_about(folder, "engine_overlap", nothing=self.nothing)

    @classmethod
    def load(cls, folder: Path) -> Self:
        about: dict[str, Any] = read_about(folder)
        return cls(nothing=about["nothing"])


def _spans(sentence: str, kind: str, held: Sequence[tuple[int, int]]) -> Iterator[tuple[float, int, int]]:
    """Yield what may be the answer in a sentence, `held` being where the question's words stand in it."""
    seen = set[tuple[int, int]]()
    for name, finder in FINDERS.items():
        for one in finder.finditer(sentence):
            yield from _weighed(sentence, one.start(), one.end(), FITS if name == kind else -FITS / 2, held, seen)
    for piece in _PIECE.finditer(sentence):
        cuts = [piece.start()]
        for start, end in held:
            if piece.start() <= start < piece.end():
                cuts += [start, min(end, piece.end())]
        cuts.append(piece.end())
        for start, end in zip(cuts[::2], cuts[1::2], strict=True):
            yield from _weighed(sentence, start, end, 0.0 if kind else FITS / 2, held, seen)


def _weighed(
    sentence: str, start: int, end: int, gain: float, held: Sequence[tuple[int, int]], seen: set[tuple[int, int]]
) -> Iterator[tuple[float, int, int]]:
    while start < end and not sentence[start].isalnum() and sentence[start] not in "$€£¥《“":
        start += 1
    while end > start and not sentence[end - 1].isalnum() and sentence[end - 1] not in "%％》”℃":
        end -= 1
    if start >= end or (start, end) in seen:
        return
    seen.add((start, end))
    n_repeated = sum(a < end and b > start for a, b in held)
    away = min((max(a - end, start - b, 0) for a, b in held), default=40)
    yield gain - REPEATS * n_repeated - NEAR * math.log2(1 + away / 20) / 2, start, end


ENGINE = Overlap
