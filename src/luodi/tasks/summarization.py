"""Sum up news, reports or meetings in sentences of their own, each with its place; what is to be done, and by whom."""

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from luodi.contracts import Draft, Example, Kind, Reject, record
from luodi.runtime import faithful, minutes, outline
from luodi.runtime.outline import Outline
from luodi.text import squeeze

kind: Kind = "generate"
metrics = ("rouge.rouge_1", "rouge.rouge_2", "rouge.rouge_l")
models = ("lead", "textrank", "sentence-selector", "decoder-writer", "remote")
verbatim = True
"""Sentences are places in a text as it was sent: nothing may be changed in it before it is read."""
finds = ("query",)
"""Fields of a row that may be missing, and are taken where the table has a column of that name."""
MAX_QUERY = 1_000
HOTTEST = 2.0
MOST_SECTIONS = 400


@record
class Row:
    """A text with its summary; with several, any of them is right."""

    text: str
    summary: str | tuple[str, ...]
    """What a person wrote, or a list of such: in a cell of text a JSON list."""
    query: str = ""
    """What the summary is to be about; left out, the whole text."""
    title: str = ""
    """The document: all rows about it are learned from, or none. Left out, the text itself."""


@record
class Request:
    text: str
    """What to sum up: an article; a report, with headings as in Markdown and form feeds between pages; or a transcript,
    as "Name: text" lines, SubRip, WebVTT or JSON."""
    query: str = ""
    """What the summary is to be about; left out, the whole text."""
    max_sentences: int | None = None
    """At most so many; left out, as many as the option says, or as was learned."""
    max_characters: int | None = None
    temperature: float = 0.0
    """0 writes the likeliest words, the same each time; above it, up to 2, chance chooses ever more: for another
    wording. Models that only copy know none."""


@record
class Place:
    """A sentence of the text, and where it stands."""

    text: str
    start: int
    end: int
    """In characters (Unicode code points) of the text as it was sent."""
    heading: str = ""
    """The headings above it, outermost first."""
    page: int = 0
    """Counted from 1; 0 where the text has no pages."""
    speaker: str = ""
    time: str = ""
    turn: int = 0
    """Of a transcript, which turn it is part of, counted from 1."""


@record
class Section:
    """What a section says."""

    heading: str
    sentences: tuple[Place, ...]


@record
class Task:
    """Something that somebody has to do."""

    owner: str
    """Who has to do it, as the transcript calls them; empty where nobody is named."""
    due: str
    """By when, in the words of the transcript; empty where it does not say."""
    sentence: Place


@record
class Unsupported:
    """Something that the summary says and the text does not."""

    kind: str
    """"number", "date", "name" or "negation"."""
    text: str
    start: int
    end: int
    """Its place in the summary."""


@record
class Response:
    summary: str
    score: float
    """How good it probably is, 0 to 1, calibrated: the probability that a person would call it good enough."""
    sentences: tuple[Place, ...] = ()
    """What it is made of, in the order of the text; empty where it was written in other words."""
    sections: tuple[Section, ...] = ()
    """Of a report, section by section, what each says."""
    decisions: tuple[Place, ...] = ()
    """Of a meeting, the sentences that say what was decided."""
    actions: tuple[Task, ...] = ()
    """Of a meeting, what is to be done."""
    unsupported: tuple[Unsupported, ...] = ()
    """What in the summary does not stand in the text: a reason to look."""
    flags: tuple[str, ...] = ()
    """The kinds of what is unsupported."""
    handed_over: bool = False
    """True where the service is not sure enough to answer alone, or something is unsupported; a person should look."""


@record
class Options:
    template: Literal["news", "report", "meeting"] = "news"
    """What is summed up: an article; a document with sections, each of which is summed up too; or a transcript, whose
    decisions and actions are listed."""
    max_sentences: int | None = None
    """At most so many; left out, as many as the summaries that were learned from have."""
    max_characters: int | None = None
    """At most so many; left out, as many as the summaries that were learned from have."""
    query: str = ""
    """What every summary is about where a request does not say."""
    section_sentences: int = 2
    """Of a report, so many sentences for each section."""
    max_input_characters: int = 5_000_000
    """Longer texts are refused, since a cut would hide what stands at their end."""


def to_examples(rows: Iterable[Row], options: Options) -> Iterator[Example | Reject]:
    for row in rows:
        y = frozenset(one.strip() for one in _listed(row.summary) if one.strip())
        group = row.title or f"text {zlib.crc32(row.text.encode('utf-8', 'surrogatepass')):08x}"
        if not y:
            yield Reject(reason="empty summary")
        elif min(map(len, y)) >= len(row.text.strip()) > 0:
            yield Reject(reason="a summary as long as its text")
        else:
            yield Example(request=Request(text=row.text, query=row.query), y=y, group=group)


def clean(request: Request, options: Options) -> Request | Reject:
    query = squeeze(request.query, MAX_QUERY)
    if not any(map(str.isalnum, request.text)):
        return Reject(reason="empty text")
    if len(request.text) > options.max_input_characters:
        return Reject(reason=f"a text of more than {options.max_input_characters:,} characters")
    if not 0 <= request.temperature <= HOTTEST:
        return Reject(reason=f"no temperature from 0 to {HOTTEST:g}")
    return request if query == request.query else replace(request, query=query)


def to_x(request: Request, options: Options) -> dict[str, Any]:
    return {
        "text": request.text,
        "query": request.query or options.query,
        "form": options.template,
        "max_sentences": request.max_sentences or options.max_sentences or 0,
        "max_characters": request.max_characters or options.max_characters or 0,
        "section_sentences": options.section_sentences if options.template == "report" else 0,
    } | ({"temperature": request.temperature} if request.temperature else {})


def to_response(request: Request, prediction: Draft, options: Options) -> Response:
    made = outline.read(request.text, options.template)
    places = [_place(made, n) for n in prediction.get("sources", ())]
    wrong = _unsupported(request.text, prediction) if not places else []
    meeting = options.template == "meeting"
    return Response(
        summary=prediction["text"],
        score=prediction["score"],
        sentences=tuple(places),
        sections=tuple(_sections(made, prediction)),
        decisions=tuple(_place(made, one.at) for one in minutes.decisions(made.sentences)) if meeting else (),
        actions=tuple(_actions(made)) if meeting else (),
        unsupported=tuple(wrong),
        flags=tuple(sorted({*prediction.get("flags", ()), *(one.kind for one in wrong)})),
    )


def to_keep(response: dict[str, Any]) -> dict[str, Any]:
    """Return of a response what the ledger keeps: the summary, and places without the words that stand there."""

    def bare(one: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in one.items() if name != "text"}

    return response | {
        "sentences": [bare(one) for one in response["sentences"]],
        "sections": [],
        "decisions": [bare(one) for one in response["decisions"]],
        "actions": [dict(one) | {"sentence": bare(one["sentence"])} for one in response["actions"]],
    }


def _place(made: Outline, n: int) -> Place:
    one = made.sentences[n]
    return Place(
        text=one.text,
        start=one.start,
        end=one.end,
        heading=made.headings[one.section],
        page=one.page,
        speaker=one.speaker,
        time=one.time,
        turn=one.turn + 1,
    )


def _sections(made: Outline, prediction: Draft) -> Iterator[Section]:
    for each in prediction.get("sections", ())[:MOST_SECTIONS]:
        if each:
            heading = made.headings[made.sentences[each[0]].section]
            yield Section(heading=heading, sentences=tuple(_place(made, n) for n in each))


def _actions(made: Outline) -> Iterator[Task]:
    for one in minutes.actions(made.sentences):
        yield Task(owner=one.owner, due=one.due, sentence=_place(made, one.at))


def _unsupported(text: str, prediction: Draft) -> list[Unsupported]:
    found = faithful.Source(text).check(prediction["text"])
    return [Unsupported(kind=one.kind, text=one.text, start=one.start, end=one.end) for one in found]


def _listed(value: str | Sequence[str]) -> list[str]:
    """Return the values of a cell: of a JSON list its items, of other text itself."""
    if not isinstance(value, str):
        return [str(one) for one in value]
    if value.lstrip().startswith("["):
        try:
            found = json.loads(value)
        except ValueError:
            return [value]
        if isinstance(found, list):
            return [str(one) for one in found]
    return [value]
