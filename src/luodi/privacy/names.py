"""People, organizations, addresses and places in English and Chinese text, without a network and without torch.

Two small taggers were learned for this (`luodi.privacy.tagger`; how: `bench/train_names.py`), one per language. Each
line goes to the one whose script it is written in. A title is no part of a name; an address is found line by line.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from luodi.contracts import record
from luodi.errors import SetupError
from luodi.privacy import tagger
from luodi.privacy.features_en import Vocabulary, ends_line, ends_sentence
from luodi.privacy.finding import Finding

WEIGHTS = Path(__file__).parent
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
WORD = re.compile(r"[^\W\d_\u3400-\u9fff\uf900-\ufaff]{2,}")
CAPITAL = re.compile(r"[a-z0-9,:;\"'(] [\"'(]?(?!I\b)[A-ZÀ-Þ]")  # a capital where no sentence begins
LINE = re.compile(r"[^\r\n\u2028\u2029]+")
NEAR = 400  # characters around a name in which its writer's capitals are looked for: a bound keeps the time linear
POSTCODE = 8  # the most digits that are an address without a letter
TITLE = re.compile(
    r"(?:mr|mrs|ms|miss|mx|dr|prof|professor|sir|madam|mme|herr|frau|rev|hon|capt)\b\.?\s*|(?:先生|女士|小姐)",
    re.IGNORECASE,
)
AFTER = re.compile(r"(?:先生|女士|小姐|太太|老师|经理|总经理|董事长|医生|主任|师傅|阿姨|律师|教授|同学)$|['’]s$")
JOINS = re.compile(r"[ \t,，、]{0,4}")
MOST_TOKENS = 150  # in one window of English
SURE = 0.7  # a name is looked for elsewhere in its text from here on
MOST_ALIKE = 40  # names that begin alike are compared in turn: a bound keeps the time linear


@record
class Span:
    """A run of characters, not yet trimmed."""

    kind: str
    start: int
    end: int
    score: float


def find_names(text: str) -> list[Finding]:
    """Return the people, organizations, addresses and locations in a text, in its order, none overlapping.

    The kinds are `person`, `organization`, `address` (a street, or a whole address) and `location` (a city, a country).
    Offsets count characters. No finding crosses a line break. Raises `SetupError` where a package is missing.
    """
    return find_many([text])[0]


def find_many(texts: Sequence[str]) -> list[list[Finding]]:
    """Return the findings of each text; many texts at once are faster than one after the other."""
    found: list[list[Span]] = [[] for _ in texts]
    blocks = [one for n, text in enumerate(texts) for one in _blocks(n, text)]
    for block, span in _english(texts, [one for one in blocks if not one.is_chinese]):
        if not (HAN.search(texts[block.text], span.start, span.end) or _is_small(texts[block.text], span)):
            found[block.text].append(span)
    for block, span in _chinese(texts, [one for one in blocks if one.has_han]):
        if block.is_chinese or HAN.search(texts[block.text], span.start, span.end):
            found[block.text].append(span)
    return [_finished(text, spans) for text, spans in zip(texts, found, strict=True)]


@record
class Block:
    """Lines that follow each other and are written in the same script."""

    text: int
    start: int
    end: int
    is_chinese: bool
    has_han: bool


def _blocks(n: int, text: str) -> list[Block]:
    """Cut a text where the script changes; a line is Chinese if it has more Han characters than Latin words."""
    out: list[Block] = []
    for line in LINE.finditer(text):
        n_han = len(HAN.findall(line.group()))
        is_chinese = n_han > 0 and n_han >= len(WORD.findall(line.group()))
        if out and out[-1].is_chinese == is_chinese:
            out[-1] = Block(
                text=n, start=out[-1].start, end=line.end(), is_chinese=is_chinese, has_han=out[-1].has_han or n_han > 0
            )
        else:
            out.append(Block(text=n, start=line.start(), end=line.end(), is_chinese=is_chinese, has_han=n_han > 0))
    return out


def _english(texts: Sequence[str], blocks: Sequence[Block]) -> Iterable[tuple[Block, Span]]:
    if not blocks:
        return
    model, vocabulary = _english_model()
    windows, places = [], []
    for block in blocks:
        features, offsets = vocabulary.features(texts[block.text][block.start : block.end])
        for start, end in _windows(features):
            windows.append(features[start:end])
            places.append((block, offsets[start:end] + block.start))
    for (block, offsets), (tags, sure) in zip(places, model.tag(windows), strict=True):
        for kind, start, end in tagger.spans(tags):
            yield (
                block,
                Span(
                    kind=model.kinds[kind],
                    start=int(offsets[start, 0]),
                    end=int(offsets[end - 1, 1]),
                    score=float(sure[start:end].mean()),
                ),
            )


def _is_small(text: str, span: Span) -> bool:
    """Say whether a span is in small letters, in a line whose writer gives names capitals."""
    if span.kind == "address" or not text[span.start : span.end].islower():
        return False
    start, end = text.rfind("\n", 0, span.start) + 1, text.find("\n", span.end)
    start, end = max(start, span.start - NEAR), min(len(text) if end < 0 else end, span.end + NEAR)
    return CAPITAL.search(text, start, end) is not None


def _windows(features: Any) -> list[tuple[int, int]]:
    """Cut a long run of tokens where a line or a sentence ends, or where it must be cut."""
    out, start, n = [], 0, len(features)
    lines, sentences = ends_line(features), ends_sentence(features)
    while n - start > MOST_TOKENS:
        stop = start + MOST_TOKENS
        for ends in (lines, sentences):
            at = np.flatnonzero(ends[start + MOST_TOKENS // 3 : stop])
            if len(at):
                stop = start + MOST_TOKENS // 3 + int(at[-1]) + 1
                break
        out.append((start, stop))
        start = stop
    return [*out, (start, n)] if n > start else out


def _chinese(texts: Sequence[str], blocks: Sequence[Block]) -> Iterable[tuple[Block, Span]]:
    if not blocks:
        return
    model, features_zh = _chinese_model()
    pieces, places = [], []
    for block in blocks:
        text = texts[block.text][block.start : block.end]
        for start, end in features_zh.cut(text):
            pieces.append(features_zh.features(text[start:end]))
            places.append((block, block.start + start))
    for (block, offset), (tags, sure) in zip(places, model.tag(pieces), strict=True):
        for kind, start, end in tagger.spans(tags):
            yield (
                block,
                Span(
                    kind=model.kinds[kind], start=offset + start, end=offset + end, score=float(sure[start:end].mean())
                ),
            )


@cache
def _english_model() -> tuple[tagger.Tagger, Vocabulary]:
    model = tagger.Tagger.load(WEIGHTS / "names-en.safetensors")
    return model, Vocabulary(model.keys)


@cache
def _chinese_model() -> tuple[tagger.Tagger, Any]:
    try:
        from luodi.privacy import features_zh
    except ImportError:
        raise SetupError(
            "rjieba is not installed, so Chinese names cannot be found", fix='pip install "luodi[serve]"'
        ) from None
    return tagger.Tagger.load(WEIGHTS / "names-zh.safetensors"), features_zh


def _finished(text: str, spans: Iterable[Span]) -> list[Finding]:
    """Trim, join and repeat what was found in one text."""
    trimmed = [part for span in sorted(spans, key=lambda one: one.start) for part in _trimmed(text, span)]
    joined: list[Span] = []
    for span in trimmed:
        if joined and span.start < joined[-1].end:
            continue
        if joined and _is_one_address(text, joined[-1], span):
            score = (joined[-1].score + span.score) / 2
            joined[-1] = Span(kind="address", start=joined[-1].start, end=span.end, score=score)
        else:
            joined.append(span)
    joined = [one for one in joined if _is_sensible(text[one.start : one.end], one.kind)]
    every = sorted([*joined, *_repeated(text, joined)], key=lambda one: one.start)
    return [
        Finding(kind=one.kind, start=one.start, end=one.end, value=text[one.start : one.end], score=round(one.score, 3))
        for one in every
    ]


def _trimmed(text: str, span: Span) -> Iterable[Span]:
    """Cut a span at line breaks and take off what is no name: punctuation, titles, a genitive."""
    for line in LINE.finditer(text, span.start, span.end):
        start, end = _bare(text, line.start(), line.end())
        if span.kind == "person":
            title = TITLE.match(text, start, end)
            if title and title.end() < end:
                start, end = _bare(text, title.end(), end)
        after = AFTER.search(text[start:end])
        if after and after.start() > 0 and (span.kind == "person" or after.group()[-1] == "s"):
            end = start + after.start()
        if start < end:
            yield Span(kind=span.kind, start=start, end=end, score=span.score)


def _is_sensible(value: str, kind: str) -> bool:
    """Say whether a value has a letter, or may be a postcode."""
    return any(one.isalpha() for one in value) or (kind == "address" and 0 < len(value) < POSTCODE)


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and not (text[start].isalnum() or text[start] == "#"):
        start += 1
    while end > start and not (text[end - 1].isalnum() or text[end - 1] == "." or unicodedata.combining(text[end - 1])):
        end -= 1
    for opening, closing in ("()", "（）"):  # a bracket that was opened inside is closed inside
        if end < len(text) and text[end] == closing and opening in text[start:end] and closing not in text[start:end]:
            end += 1
    return start, end


def _is_one_address(text: str, first: Span, second: Span) -> bool:
    kinds = {first.kind, second.kind}
    if "address" not in kinds or not kinds <= {"address", "location"}:
        return False
    between = text[first.end : second.start]
    return (first.kind == "address" and JOINS.fullmatch(between) is not None) or not between


def _repeated(text: str, spans: Sequence[Span]) -> list[Span]:
    """Return further places of the names that are sure, in time linear in the text."""
    by_start: dict[str, dict[str, Span]] = defaultdict(dict)
    for span in spans:
        value = text[span.start : span.end]
        long = len(value) >= (3 if HAN.search(value) else 5)
        if span.kind in {"person", "organization"} and span.score >= SURE and long:
            by_start[value[:2]][value] = span
    alike = {start: sorted(values, key=len, reverse=True)[:MOST_ALIKE] for start, values in by_start.items()}
    if not alike:
        return []
    taken = [*((one.start, one.end) for one in spans), (len(text), len(text))]
    gaps = [(0, taken[0][0]), *((left[1], right[0]) for left, right in pairwise(taken))]
    return [span for start, end in gaps for span in _inside(text, start, end, alike, by_start)]


def _inside(
    text: str, start: int, end: int, alike: dict[str, list[str]], by_start: dict[str, dict[str, Span]]
) -> Iterable[Span]:
    at = start
    while at < end - 1:
        begins = text[at : at + 2]
        value = next((one for one in alike.get(begins, ()) if _stands(text, at, one, end)), None)
        if value is None:
            at += 1
            continue
        model = by_start[begins][value]
        yield Span(kind=model.kind, start=at, end=at + len(value), score=model.score)
        at += len(value)


def _stands(text: str, at: int, value: str, end: int) -> bool:
    """Say whether a value stands at a place of the text as a word of its own."""
    stop = at + len(value)
    if stop > end or not text.startswith(value, at):
        return False
    if HAN.match(value):
        return True
    return not (at and text[at - 1].isalnum()) and not (stop < len(text) and text[stop].isalnum())
