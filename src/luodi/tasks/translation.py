"""Translate texts as your own translations do, with placeholders, numbers and your terms carried over."""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field
from typing import Any

from luodi.contracts import Draft, Example, Kind, Material, Reject, record
from luodi.runtime import segments, translated
from luodi.runtime.keeping import present

kind: Kind = "generate"
metrics = ("generation.chrf", "generation.bleu")
models = ("copy-source", "translation-memory", "apertium", "seq2seq", "decoder-writer", "remote")
verbatim = True
"""The layout of a text is carried over: nothing may be changed in it before."""
reads = {"glossary": "terms"}
"""An option that names a table of two columns beside the scenario file, and the option that takes up what it says."""
LONGEST_RATIO = 9.0
HOTTEST = 2.0


@record
class Row:
    """A text and its translation."""

    source: str
    target: str


@record
class Request:
    text: str
    """What is to be translated. Line breaks, Markdown, tags and placeholders stay where they are."""
    temperature: float = 0.0
    """0 writes the likeliest words, the same each time; above it, up to 2, chance chooses ever more: for another
    wording. Models that only copy know none."""


@record
class Response:
    translation: str
    score: float
    """The probability that this is good, 0 to 1, calibrated; of several sentences the least sure counts."""
    flags: tuple[str, ...] = ()
    """What the translation fails to carry over: "number", "placeholder", "term"; "script": it mixes simplified and
    traditional Chinese; "empty". With any of them it is handed over."""
    handed_over: bool = False
    """True where the service is not sure enough to answer alone; a person should look."""


@record
class Options:
    source: str = ""
    """The language of the texts, as in "en"; apertium and large models are told."""
    target: str = ""
    """The language to translate into, as in "zh"; "zh" and "ja" put no space between sentences."""
    domain: str = ""
    """What the texts are about, as in "manuals of power tools", or how to write; large models alone are told."""
    glossary: str = ""
    """A table of two columns, a term and its translation, beside the scenario file: `glossary = "glossary.csv"`."""
    terms: dict[str, str] = field(default_factory=dict)
    """Terms and their translations, beside those of `glossary`: `terms = { "power bank" = "移动电源" }`."""
    max_characters: int = 20_000
    """Longer texts are refused, since a cut would lose sentences."""


def to_examples(rows: Iterable[Row], options: Options) -> Iterator[Example | Reject]:
    """Yield each text with its translation. Texts that only digits set apart stay on one side of the split."""
    for row in rows:
        source, target = row.source.strip(), row.target.strip()
        if not source or not target:
            yield Reject(reason="empty source" if not source else "empty target")
        elif _is_apart(source, target):
            yield Reject(reason="one of the two texts is far longer than the other")
        else:
            yield Example(request=Request(text=source), y=frozenset({target}), group=_group(source))


def clean(request: Request, options: Options) -> Request | Reject:
    if not request.text.strip():
        return Reject(reason="empty text")
    if len(request.text) > options.max_characters:
        return Reject(reason=f"a text of more than {options.max_characters:,} characters")
    return request if 0 <= request.temperature <= HOTTEST else Reject(reason=f"no temperature from 0 to {HOTTEST:g}")


def to_x(request: Request, options: Options) -> Material:
    made = Material(text=request.text)
    terms = present(request.text, options.terms) if options.terms else {}
    if options.source:
        made["source"] = options.source
    if options.target:
        made["language"] = options.target
    if options.domain:
        made["domain"] = options.domain
    if terms:
        made["terms"] = terms
    if request.temperature:
        made["temperature"] = request.temperature
    return made


def parts(x: Material) -> tuple[list[Material], list[str]]:
    """Return the sentences of a text, each to be translated by itself, so that the first can be told early; and what
    stands before each of them, and after the last one."""
    pieces, terms = segments.cut(x["text"]), x.get("terms") or {}
    made = list[Material]()
    for piece in pieces:
        if piece.is_sentence:
            part = x | Material(text=piece.text)
            made.append(part | Material(text=piece.text, terms=present(piece.text, terms)) if terms else part)
    return made, segments.frame(pieces, x.get("language", ""))


def joined(x: Material, drafts: Sequence[Draft]) -> Draft:
    """Return the translation of a text from those of its parts."""
    told, scores = [one["text"] for one in drafts], [one["score"] for one in drafts]
    return translated.whole(x, segments.cut(x["text"]), told, scores, language=x.get("language", ""))


def to_response(request: Request, prediction: Draft, options: Options) -> Response:
    return Response(translation=prediction["text"], score=prediction["score"], flags=tuple(prediction.get("flags", ())))


def to_keep(response: dict[str, Any]) -> dict[str, Any]:
    """Return of a response what the ledger keeps: not the translation, which says what the text says."""
    return {name: value for name, value in response.items() if name != "translation"}


def _is_apart(source: str, target: str) -> bool:
    """Say whether two texts can hardly be one: Chinese has a third of the characters of English."""
    ours, theirs = len(source) + 20, len(target) + 20
    return max(ours, theirs) > LONGEST_RATIO * min(ours, theirs)


def _group(source: str) -> str:
    """Return the same name for texts that differ by digits, case, space and marks alone."""
    bare = "".join(one for one in source.casefold() if one.isalpha())
    return f"text {zlib.crc32((bare or source).encode()):08x}"
