"""Say whether a text is negative, neutral or positive, and how strongly."""

from collections.abc import Iterable, Iterator
from dataclasses import field

from luodi.contracts import Example, Kind, Reject, Scores, record
from luodi.text import squeeze

kind: Kind = "classify"
metrics = ("classification.macro_f1", "classification.accuracy")
models = (
    "majority", "tfidf-logreg", "nb-svm", "static-embedding", "encoder-frozen", "encoder-few", "encoder-scratch",
    "encoder", "decoder-lora", "remote",
)  # fmt: skip

VALENCE = {"negative": -1.0, "neutral": 0.0, "positive": 1.0}
SPELLINGS = {
    "negative": "neg bad 差评 负面 消极 不满意 负",
    "neutral": "neu mixed 中评 中性 一般 中立",
    "positive": "pos good 好评 正面 积极 满意 正",
}
KNOWN = {word: label for label, words in SPELLINGS.items() for word in (label, *words.split())}


@record
class Row:
    text: str
    label: str


@record
class Request:
    text: str
    """A review, a post, a message."""


@record
class Response:
    label: str
    """The most probable of "negative", "neutral" and "positive"."""
    score: float
    """Its probability, 0 to 1, calibrated."""
    valence: float
    """Expected sentiment, -1 to 1: the mean of -1, 0 and 1 under the model's probabilities."""
    handed_over: bool = False
    """True where the service is not sure enough to answer alone; a person should look."""


@record
class Options:
    max_characters: int = 20_000
    """Longer texts are cut to this many characters."""
    labels: dict[str, str] = field(default_factory=dict)
    """Your label = ours, as in `{ "0" = "negative", "1" = "positive" }`. Usual words are understood without it."""


def to_examples(rows: Iterable[Row], options: Options) -> Iterator[Example | Reject]:
    known = KNOWN | {theirs.lower(): KNOWN.get(ours, ours) for theirs, ours in options.labels.items()}
    for row in rows:
        theirs = row.label.strip()
        label = known.get(theirs.lower())
        if label in VALENCE:
            yield Example(request=Request(text=row.text), y=label)
        elif not theirs:
            yield Reject(reason="empty label")
        else:
            yield Reject(reason=f'unknown sentiment {theirs!r}: say [options] labels = {{ "{theirs}" = "positive" }}')


def clean(request: Request, options: Options) -> Request | Reject:
    text = squeeze(request.text, options.max_characters)
    return Request(text=text) if text else Reject(reason="empty text")


def to_x(request: Request, options: Options) -> str:
    return request.text


def to_response(request: Request, prediction: Scores, options: Options) -> Response:
    label = max(prediction, key=prediction.__getitem__)
    valence = sum(VALENCE[name] * p for name, p in prediction.items())
    return Response(label=label, score=prediction[label], valence=valence)
