"""Give a text one of your labels: route a message, sort a document, name a topic."""

from collections.abc import Iterable, Iterator

from luodi.contracts import Example, Kind, Reject, Scores, record
from luodi.text import squeeze

kind: Kind = "classify"
metrics = ("classification.macro_f1", "classification.accuracy")
models = (
    "majority", "tfidf-logreg", "nb-svm", "static-embedding", "encoder-frozen", "encoder-few", "encoder-scratch",
    "encoder", "decoder-lora", "remote",
)  # fmt: skip


@record
class Row:
    text: str
    label: str


@record
class Request:
    text: str
    """What is to be labelled."""


@record
class Response:
    label: str
    """The most probable label."""
    score: float
    """Its probability, 0 to 1, calibrated."""
    handed_over: bool = False
    """True where the service is not sure enough to answer alone; a person should look."""
    scores: dict[str, float]
    """The probability of every label."""


@record
class Options:
    max_characters: int = 20_000
    """Longer texts are cut to this many characters."""


def to_examples(rows: Iterable[Row], options: Options) -> Iterator[Example | Reject]:
    for row in rows:
        label = row.label.strip()
        yield Example(request=Request(text=row.text), y=label) if label else Reject(reason="empty label")


def clean(request: Request, options: Options) -> Request | Reject:
    text = squeeze(request.text, options.max_characters)
    return Request(text=text) if text else Reject(reason="empty text")


def to_x(request: Request, options: Options) -> str:
    return request.text


def to_response(request: Request, prediction: Scores, options: Options) -> Response:
    label = max(prediction, key=prediction.__getitem__)
    return Response(label=label, score=prediction[label], scores=prediction)
