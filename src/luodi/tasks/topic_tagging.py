"""Give a text all the labels that fit: topics of an article, reasons in a complaint, skills in a posting."""

from collections.abc import Iterable, Iterator

from luodi.contracts import Example, Kind, Reject, Scores, record
from luodi.text import squeeze

kind: Kind = "tag"
metrics = ("tagging.micro_f1", "tagging.macro_f1", "tagging.exact_match")
models = (
    "majority", "tfidf-logreg", "nb-svm", "static-embedding", "encoder-frozen", "encoder-few", "encoder-scratch",
    "encoder", "decoder-lora", "remote",
)  # fmt: skip


@record
class Row:
    text: str
    labels: str | tuple[str, ...]
    """One text with a separator between the labels, or a list of them. Empty means that none fits."""


@record
class Request:
    text: str
    """What is to be labelled."""


@record
class Response:
    labels: tuple[str, ...]
    """Every label with a probability of one half or more, most probable first."""
    scores: dict[str, float]
    """The probability of each label, each on its own, calibrated."""
    handed_over: bool = False
    """True where the service is not sure enough to answer alone; a person should look."""


@record
class Options:
    max_characters: int = 20_000
    """Longer texts are cut to this many characters."""
    separator: str = "|"
    """What stands between two labels in a cell."""


def to_examples(rows: Iterable[Row], options: Options) -> Iterator[Example | Reject]:
    for row in rows:
        parts = row.labels.split(options.separator) if isinstance(row.labels, str) else row.labels
        yield Example(request=Request(text=row.text), y=frozenset(part.strip() for part in parts if part.strip()))


def clean(request: Request, options: Options) -> Request | Reject:
    text = squeeze(request.text, options.max_characters)
    return Request(text=text) if text else Reject(reason="empty text")


def to_x(request: Request, options: Options) -> str:
    return request.text


def to_response(request: Request, prediction: Scores, options: Options) -> Response:
    chosen = sorted((label for label, p in prediction.items() if p >= 0.5), key=lambda label: -prediction[label])
    return Response(labels=tuple(chosen), scores=prediction)
