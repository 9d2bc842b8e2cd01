"""What a reader without a pretrained encoder sees of a passage: characters or words, and where the question's stand.

The features follow Chen, Fisch, Weston and Bordes 2017, "Reading Wikipedia to Answer Open-Domain Questions", section
3.2 (exact match, frequency, kind of token), and go on to how densely the question's words stand around a place, and to
what stands beside the question word: "由谁开发" is answered between 由 and 开发.
"""

import re
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from luodi.runtime.reading import Limits, Window, passages_of
from luodi.runtime.terms import HAN, STOP
from luodi.stem import stem

BUCKETS = 16_384
MAX_QUESTION = 48
LIMITS = Limits(max_tokens=640, stride=128, max_question=MAX_QUESTION, max_answer=60)
REACHES = (4, 12, 30)  # tokens to both sides over which matches are counted
_TOKEN = re.compile(rf"[{HAN}]|[^\W\d_{HAN}]+|\d+(?:[.,]\d+)*|\S")
_IS_HAN = re.compile(rf"[{HAN}]")
_ENDS = frozenset(".!?。！？；\n")
_STOPS = STOP | frozenset("的了是在和与與我你他她它们們有就都也很这這那要会會能可以，。、？！：；,.?!")
_TYPES = tuple(
    re.compile(one, re.IGNORECASE)
    for one in (
        r"\bwho|\bwhom|谁|誰|何人|哪位|哪[个個]人",
        r"\bwhen|\bwhat (?:year|date)|哪[一]?[年天]|何[时時]|时[候间]|時[候間]|几月|幾月|日期|年份",
        r"\bwhere|哪里|哪裡|哪[儿裏]|何[处處地]|地[点點方]|哪[一个個]?[国國省市县縣区區]",
        r"\bhow (?:many|much|long|old|far|large|high)|多少|[几幾]|多[长長久大高远遠]",
        r"\bwhy|为什么|為什麼|为何|為何|原因",
        r"\bwhich|哪",
        r"\bhow\b|如何|怎|怎[样樣么麼]",
    )
)
_ASKING = re.compile(
    r"什么|什麼|谁|誰|哪[个個些里裡儿一年位种種座家国國]*|多少|[几幾]|何[时時地人处處]|为何|為何|怎[么麼样樣]+|如何|何"
    r"|\b(?:who|whom|whose|what|when|where|which|why|how)\b",
    re.IGNORECASE,
)
N_FEATURES = 1 + 2 + 2 + len(REACHES) + 2 + 2 + 4 + 8 + len(_TYPES)


class Token(NamedTuple):
    """A character of Chinese, a word, a number, or a mark."""

    key: str
    """What it is compared by."""
    start: int
    end: int


class LightScribe:
    """Cuts questions and passages into windows of tokens with their features."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self.limits = limits
        self.pad = 0
        self._passages: dict[str, list[Token]] = {}

    def all_windows(self, x: Mapping[str, Any]) -> list[tuple[int, Window]]:
        """Return the windows of every passage of an x, each with the number of its passage."""
        return [(n, one) for n, text in enumerate(passages_of(x)) for one in self.windows(x["question"], text)]

    def windows(self, question: str, passage: str) -> list[Window]:
        """Return the windows of a passage, one at least; the first place of each stands for "no answer"."""
        read = self._passages.get(passage)
        if read is None:
            while len(self._passages) >= 64:
                self._passages.pop(next(iter(self._passages)), None)
            read = self._passages[passage] = tokens(passage)
        seen = features(question, passage, read)
        asked = [bucket(one.key) for one in tokens(question)[: self.limits.max_question]] or [1]
        room, step, made, start = self.limits.max_tokens, self.limits.max_tokens - self.limits.stride, [], 0
        while True:
            some = read[start : start + room]
            ids = [1, *(bucket(one.key) for one in some)]
            spans = [(one.start, one.end) for one in some]
            rows = np.concatenate([np.zeros((1, N_FEATURES), np.float32), seen[start : start + room]])
            made.append(Window(ids, 1, spans, range(len(some)), rows, asked))
            if start + room >= len(read):
                return made
            start += step

    def n_tokens(self, text: str) -> int:
        """Return how many tokens a text has."""
        return len(tokens(text))


def tokens(text: str) -> list[Token]:
    """Cut a text.

    >>> [one.key for one in tokens("Nexon开发了 1,000 games.")]
    ['nexon', '开', '发', '了', '1,000', 'game', '.']
    """
    return [Token(_key(one[0]), one.start(), one.end()) for one in _TOKEN.finditer(text)]


@lru_cache(maxsize=100_000)
def _key(word: str) -> str:
    lower = word.lower()
    return stem(lower) if lower.isascii() and lower.isalpha() else lower


@lru_cache(maxsize=100_000)
def bucket(key: str) -> int:
    """Return a token's number: 0 is padding, 1 stands for "no answer"."""
    return 2 + zlib.crc32(key.encode("utf-8", "surrogatepass")) % (BUCKETS - 2)


def features(question: str, passage: str, read: Sequence[Token]) -> NDArray[np.float32]:
    """Return what is seen of each token of a passage, shape (n, N_FEATURES)."""
    n = len(read)
    keys = [one.key for one in read]
    asked = [one.key for one in tokens(question)]
    rare = set(asked) - _STOPS
    counts = Counter(keys)
    made: list[NDArray[np.float32]] = []

    def column(values: Any) -> None:
        made.append(np.asarray(values, dtype=np.float32).reshape(n))

    match = np.array([key in rare for key in keys], dtype=np.float32)
    weight = match / np.sqrt(np.array([counts[key] for key in keys], dtype=np.float32).clip(1))
    column(match)
    for size in (2, 3):
        known = {tuple(asked[i : i + size]) for i in range(len(asked) - size + 1)}
        hit = np.zeros(n, dtype=np.float32)
        for i in range(n - size + 1):
            if tuple(keys[i : i + size]) in known:
                hit[i : i + size] = 1
        column(hit)
        weight = weight + hit * match * (size - 1)
    column(weight / 4)
    column(np.log1p([counts[key] for key in keys]) / 3)
    total = max(1.0, float(len(rare)))
    running = np.concatenate([[0.0], np.cumsum(weight)])
    at = np.arange(n)
    for reach in REACHES:
        column((running[np.minimum(n, at + reach + 1)] - running[np.maximum(0, at - reach)]) / total)
    sentence = np.cumsum([0, *(key in _ENDS for key in keys[:-1])]) if n else np.zeros(0, dtype=np.int64)
    sums = np.bincount(sentence, weights=weight) if n else np.zeros(1)
    column(sums[sentence] / max(1e-6, float(sums.max())))
    column(sums[sentence] >= sums.max() - 1e-6)
    places = np.flatnonzero(weight > 0.4)
    column(_near(at, places, -1))
    column(_near(at, places, 1))
    for values in _beside(question, keys):
        column(values)
    for values in _kinds(passage, read, sentence):
        column(values)
    for pattern in _TYPES:
        column(np.full(n, bool(pattern.search(question))))
    return np.stack(made, axis=1) if n else np.zeros((0, N_FEATURES), dtype=np.float32)


def _near(at: NDArray[Any], places: NDArray[Any], side: int) -> NDArray[Any]:
    """Return 1 beside a rare word of the question, falling to 0 with the distance to the next one on a side."""
    if not len(places):
        return np.zeros(len(at))
    found = np.searchsorted(places, at, side="left" if side < 0 else "right") + (-1 if side < 0 else 0)
    fits = (found >= 0) & (found < len(places))
    away = np.abs(at - places[found.clip(0, len(places) - 1)])
    return np.where(fits, 1 / (1 + np.log1p(away)), 0.0)


def _beside(question: str, keys: Sequence[str]) -> list[NDArray[Any]]:
    """Say of each token whether what stood before, or behind, the question word stands before, or behind, it."""
    n = len(keys)
    found = _ASKING.search(question)
    made = [np.zeros(n, dtype=np.float32) for _ in range(4)]
    if not found:
        return made
    before = [one.key for one in tokens(question[: found.start()])][-2:]
    behind = [one.key for one in tokens(question[found.end() :])][:2]
    for i in range(n):
        if before:
            made[0][i] = i > 0 and keys[i - 1] == before[-1]
            made[1][i] = i > 1 and len(before) > 1 and list(keys[i - 2 : i]) == before
        if behind:
            made[2][i] = i + 1 < n and keys[i + 1] == behind[0]
            made[3][i] = i + 2 < n and len(behind) > 1 and list(keys[i + 1 : i + 3]) == behind
    return made


def _kinds(passage: str, read: Sequence[Token], sentence: NDArray[Any]) -> list[Any]:
    """Say what kind of token each is, and where it stands."""
    first = [passage[one.start] for one in read]
    starts = np.diff(sentence, prepend=-1) > 0
    depth, inside = 0, []
    for char in first:
        depth += char in "《“「（("
        inside.append(float(depth > 0))
        depth = max(0, depth - (char in "》”」）)"))
    return [
        [char.isdigit() for char in first],
        [char.isupper() for char in first],
        [not char.isalnum() for char in first],
        [bool(_IS_HAN.match(char)) for char in first],
        np.arange(len(read)) / max(1, len(read)),
        inside,
        starts,
        [char in "一二三四五六七八九十百千万萬年月日" for char in first],
    ]
