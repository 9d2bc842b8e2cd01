"""Find the place in your documents that answers a question: by words, by meaning, or by both."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, field
from typing import Any, Literal

from luodi.contracts import Example, Hit, Kind, Reject, record
from luodi.text import squeeze

kind: Kind = "rank"
metrics = (
    "ranking.ndcg_at_10", "ranking.mrr", "ranking.hit_at_10", "ranking.recall_at_10", "ranking.recall_at_50",
)  # fmt: skip
models = ("search-bm25", "search-light", "search-dense", "search-hybrid", "search-adapted", "search-reranked")
learns_from = "documents"
tables = ("questions", "clicks")
"""What `[define] tables` may name beside the documents: judged questions, and what people opened after asking."""
MAX_QUERY = 1_000


@record
class Row:
    """A document, where documents are the rows of a table."""

    text: str
    id: str = ""
    """Left out, the number of its line."""
    title: str = ""


@record
class Request:
    query: str
    """A question, or some words."""
    k: int = 10
    """How many hits, 1 to 100."""
    filters: dict[str, Any] = field(default_factory=dict)
    """Which documents may be found: a column to a value, to a list of values, or to {"from": …, "to": …}. Documents
    from a folder have the columns `document`, `folder` and `format`; those of a table have theirs."""
    by: Literal["passage", "document"] = "passage"
    """Whether a document may be found several times, by each of its passages, or once, by its best."""


@record
class Found:
    id: str
    """Of the passage, or asked by document, of the document."""
    document: str = ""
    """Where it stands: the path of a file in the folder, or the id of a row."""
    title: str = ""
    heading: str = ""
    """The headings above it, outermost first."""
    page: int = 0
    """Counted from 1; slides and sheets count as pages; 0 where the format has none."""
    start: int = 0
    end: int = 0
    """The place in the document's text: `text == document_text[start:end]`."""
    text: str = ""
    score: float
    """Only the order counts: scores of different questions do not compare."""
    highlights: tuple[tuple[int, int], ...] = ()
    """Places in `text` of the words that were asked for."""


@record
class Response:
    hits: tuple[Found, ...]
    """Best first. Fewer than asked for where nothing else shares a word or a meaning with the question."""


@record
class Options:
    k: int = 10
    """How many hits where a request does not say."""
    passage_characters: int | None = None
    """How long a passage may be; left out, 900 characters, of Chinese 450."""
    question_columns: dict[str, str] = field(default_factory=dict)
    """Our name = your name, in the table of questions: query, document, passage, grade."""
    click_columns: dict[str, str] = field(default_factory=dict)
    """Our name = your name, in the table of clicks: query, document, passage."""


def to_examples(rows: Iterable[Row], options: Options) -> Iterator[Example | Reject]:
    """Yield for each document the question that its title is, or its first words; `prepare` has better ones."""
    for n, row in enumerate(rows, start=1):
        query = squeeze(row.title or row.text, 80)
        if query:
            yield Example(request=Request(query=query, k=50, by="document"), y=frozenset({row.id or str(n)}))
        else:
            yield Reject(reason="empty text")


def clean(request: Request, options: Options) -> Request | Reject:
    query = squeeze(request.query, MAX_QUERY)
    if not query:
        return Reject(reason="empty query")
    if not 1 <= request.k <= 100:
        return Reject(reason="k lies between 1 and 100")
    return request if query == request.query else Request(**{**_fields(request), "query": query})


def to_x(request: Request, options: Options) -> dict[str, Any]:
    return _fields(request)


def to_response(request: Request, prediction: Sequence[Hit], options: Options) -> Response:
    return Response(hits=tuple(Found(**_found(one)) for one in prediction))


def to_keep(response: dict[str, Any]) -> dict[str, Any]:
    """Return of a response what the ledger keeps: which passages, and not their words, so that a document can go."""
    return {"hits": [{"id": one["id"], "score": one["score"]} for one in response["hits"]]}


def _found(hit: Any) -> dict[str, Any]:
    return {**hit, "highlights": tuple((start, end) for start, end in hit.get("highlights", ()))}


def _fields(request: Request) -> dict[str, Any]:
    return asdict(request)
