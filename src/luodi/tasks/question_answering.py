"""Find the answer to a question in a passage, with its place, or say that the passage does not hold it."""

import json
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from luodi.contracts import Example, Kind, Reject, Span, record
from luodi.runtime.endpoint import Endpoint
from luodi.text import squeeze

kind: Kind = "extract"
metrics = ("extraction.f1", "extraction.exact_match", "extraction.no_answer_accuracy")
models = ("reader-overlap", "reader-light", "reader-encoder")
verbatim = True
"""Answers are places in a passage as it was sent: nothing may be changed in it before it is read."""
finds = ("context", "answers", "starts", "title")
"""Fields of a row that may be missing, and are taken where the table has a column of that name."""
MAX_QUESTION = 1_000
REMEMBERED = 40  # passages of a document from which one without the answer is chosen


@record
class Row:
    """A question about a passage, with its answers as they stand in it; without any, the passage holds none."""

    question: str
    context: str = ""
    """The passage. Left out where the option `retriever` finds passages; then an answer is known by its words alone."""
    answers: str | tuple[str, ...] = ()
    """One answer, or a list of them: in a cell of text a JSON list. Empty where the passage does not answer."""
    starts: str | tuple[str, ...] = ()
    """Where each answer begins, in characters from 0. Left out, or -1: where it stands first."""
    title: str = ""
    """The document that the passage is from: all of it is learned from, or none."""


@record
class Request:
    question: str
    passage: str = ""
    """Where the answer is looked for. Longer ones are read in overlapping windows. Left out, passages are looked for in
    the documents of the option `retriever`."""
    write: bool = False
    """Let the language model of the option `writer` answer in sentences too, each with the words it rests on."""


@record
class Source:
    """A passage that was found, and where it stands."""

    document: str
    title: str = ""
    heading: str = ""
    """The headings above it, outermost first."""
    page: int = 0
    """Counted from 1; 0 where the format has none."""
    start: int = 0
    """Where the passage begins in the document's text; the answer begins so much later."""
    text: str = ""
    """The passage: `answer == text[start of the answer:its end]`."""


@record
class Answer:
    text: str
    start: int
    end: int
    """The place in the passage, in characters: `text == passage[start:end]`."""
    score: float
    source: Source | None = None


@record
class Sentence:
    """A sentence that a language model wrote, and that a passage holds up."""

    text: str
    start: int
    end: int
    """The place of what it rests on, in the passage of `source`, in characters."""
    source: Source | None = None
    """Left out where the passage was given."""


@record
class Written:
    """An answer in sentences. What nothing in the passages holds up was left out."""

    sentences: tuple[Sentence, ...] = ()
    left_out: int = 0
    """So many more sentences were written, without a quotation that stands in its passage, or with numbers, dates or
    names that do not."""
    fault: str = ""
    """Why there is none, where the language model was not reached or gave no valid answer."""


@record
class Response:
    answer: str
    """The answer, as it stands in the passage; empty where there is none in it."""
    start: int
    end: int
    """Its place in the passage, in characters (Unicode code points): `answer == passage[start:end]`."""
    score: float
    """The probability that this is right, 0 to 1, calibrated; of an empty answer, that there is none."""
    handed_over: bool = False
    """True where the service is not sure enough to answer alone; a person should."""
    others: tuple[Answer, ...] = ()
    """What else it might be, most probable first."""
    source: Source | None = None
    """Where the passage was not given but found: the passage of the answer, and where that stands."""
    written: Written | None = None
    """Where the request asked for it: an answer in sentences, beside the one that was read."""


@record
class Options:
    max_characters: int = 100_000
    """Longer passages are refused, since a cut would hide answers."""
    unanswerable: float = 0.0
    """Make questions without an answer, so many for each that has one, 0 to 1: with another passage of the same
    document, the one whose words are most like the question's. Without any in the data the reader always answers."""
    retriever: str = ""
    """The folder of a scenario of semantic-search, relative to this one's file, whose bundle finds passages for
    questions that come without: `retriever = "../handbook-search"`. The bundle of this scenario holds a copy of it."""
    passages: int = 5
    """So many passages are found and read."""
    writer: Endpoint | None = None
    """An OpenAI-compatible endpoint, as for `[select] remote`, that writes answers out of the found passages where a
    request says `"write": true`: `writer = { url = "http://127.0.0.1:8080/v1", model = "…" }`."""


def to_examples(rows: Iterable[Row], options: Options) -> Iterator[Example | Reject]:
    """Yield each question with the places of its answers; and as many as asked for with a passage that has none."""
    passages: dict[str, dict[str, None]] = defaultdict(dict)
    for row in rows:
        if not row.context.strip():
            yield _without_passage(row, options)
            continue
        group = row.title or f"passage {zlib.crc32(row.context.encode()):08x}"
        places = _places(row)
        if isinstance(places, Reject):
            yield places
            continue
        request = Request(question=row.question, passage=row.context)
        y = frozenset(f"{start}:{end}" for start, end in places)
        yield Example(request=request, y=y, group=group, tags={"answer": _tag(row, places)})
        known = passages[group]
        if places and _share(row.question) < options.unanswerable:
            other = _other(row, [one for one in known if one != row.context])
            if other:
                asked = replace(request, passage=other)
                yield Example(request=asked, y=frozenset(), group=group, tags={"answer": "none (made)"})
        known[row.context] = None
        while len(known) > REMEMBERED:
            del known[next(iter(known))]


def clean(request: Request, options: Options) -> Request | Reject:
    question = squeeze(request.question, MAX_QUESTION)
    if not question:
        return Reject(reason="empty question")
    if not request.passage.strip() and not options.retriever:
        return Reject(reason="empty passage")
    if len(request.passage) > options.max_characters:
        return Reject(reason=f"a passage of more than {options.max_characters:,} characters")
    return request if question == request.question else replace(request, question=question)


def to_x(request: Request, options: Options) -> dict[str, Any]:
    made: dict[str, Any] = {"question": request.question, "passage": request.passage}
    return made | {"write": True} if request.write and options.writer else made


def to_response(request: Request, prediction: Sequence[Span], options: Options) -> Response:
    best, *rest = [_answer(request, one) for one in prediction] or [Answer(text="", start=0, end=0, score=0.0)]
    given = prediction[0].get("written") if prediction else None
    return Response(
        answer=best.text,
        start=best.start,
        end=best.end,
        score=best.score,
        others=tuple(rest),
        source=best.source,
        written=_written(given) if given else None,
    )


def to_keep(response: dict[str, Any]) -> dict[str, Any]:
    """Return of a response what the ledger keeps: the places in documents, without the words around them."""
    made = dict(response)
    written = dict(response.get("written") or {})
    said = written["sentences"] = [dict(each) for each in written.get("sentences", ())]
    if response.get("written"):
        made["written"] = written
    for one in (made, *said, *(others := [dict(each) for each in response["others"]])):
        if one.get("source"):
            one["source"] = {name: value for name, value in one["source"].items() if name != "text"}
    return made | {"others": others}


def _written(given: dict[str, Any]) -> Written:
    said = [{**one, "source": Source(**one["source"]) if "source" in one else None} for one in given["sentences"]]
    return Written(sentences=tuple(Sentence(**one) for one in said), left_out=given["left_out"], fault=given["fault"])


def _answer(request: Request, span: Span) -> Answer:
    source = Source(**span["source"]) if "source" in span else None
    passage = source.text if source else request.passage
    start, end = span["start"], span["end"]
    return Answer(text=passage[start:end], start=start, end=end, score=span["score"], source=source)


def _without_passage(row: Row, options: Options) -> Example | Reject:
    """Return a question whose passage has to be found: right is who answers with the same words."""
    if not options.retriever:
        reason = "no passage: name its column in [prepare] columns, as context, or write [options] retriever"
        return Reject(reason=reason)
    y = frozenset(one.strip() for one in _listed(row.answers) if one.strip())
    request = Request(question=row.question)
    return Example(request=request, y=y, group=row.title or None, tags={"answer": "in a document" if y else "none"})


def _places(row: Row) -> list[tuple[int, int]] | Reject:
    """Return where the answers of a row stand in its passage."""
    answers, starts = _listed(row.answers), _listed(row.starts)
    if starts and len(starts) != len(answers):
        return Reject(reason="the numbers of answers and of their beginnings differ")
    made = set[tuple[int, int]]()
    for n, answer in enumerate(answers):
        text = answer.strip()
        if not text:
            continue
        try:
            start = int(starts[n]) if starts else -1
        except ValueError:
            return Reject(reason="where an answer begins is no whole number")
        if start < 0:
            start = row.context.find(text)
        if start < 0:
            return Reject(reason="an answer that does not stand in its passage")
        if row.context[start : start + len(text)] != text:
            return Reject(reason="an answer that does not stand where it is said to begin")
        made.add((start, start + len(text)))
    return sorted(made)


def _listed(value: Any) -> list[str]:
    """Return the values of a cell: of a JSON list its items, of other text itself."""
    if not isinstance(value, str):
        return [str(one) for one in value]
    if value.lstrip().startswith("["):
        try:
            found = json.loads(value)
        except ValueError:
            found = None
        if isinstance(found, list):
            return [str(one) for one in found]
    return [value] if value.strip() else []


def _tag(row: Row, places: Sequence[tuple[int, int]]) -> str:
    """Say how sure it is where the answer stands."""
    if not places:
        return "none"
    given = any(int(one) >= 0 for one in _listed(row.starts))
    several = any(row.context.count(row.context[slice(*place)]) > 1 for place in places)
    return "in several places" if several and not given else "in one place"


def _share(question: str) -> float:
    """Return a number from 0 to 1 that the question alone decides."""
    return zlib.crc32(f"unanswerable {question}".encode()) / (1 << 32)


def _other(row: Row, passages: Sequence[str]) -> str:
    """Return the passage that holds most of the question's words and none of its answers; nothing without one."""
    words = set(_words(row.question))
    answers = [one.strip().lower() for one in _listed(row.answers) if one.strip()]
    fitting = [one for one in passages if not any(answer in one.lower() for answer in answers)]
    return max(fitting, key=lambda one: (len(words & set(_words(one))), one), default="")


def _words(text: str) -> list[str]:
    """Return words of four letters or more, and pairs of Chinese characters."""
    lower = text.lower()
    return [word for word in lower.split() if len(word) > 3 and word.isascii()] + [
        lower[n : n + 2] for n in range(len(lower) - 1) if not lower[n : n + 2].isascii()
    ]
