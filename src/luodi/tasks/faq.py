"""Answer questions with the answers you have: the nearest known question decides, and who is not sure hands over."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from typing import Any, Literal

from luodi.contracts import Example, Kind, Reject, Scores, record
from luodi.errors import DataError, did_you_mean
from luodi.text import shorten, squeeze, squeezed

kind: Kind = "classify"
metrics = ("classification.accuracy", "classification.macro_f1")
models = ("faq-bm25", "faq-dense", "tfidf-logreg", "nb-svm", "encoder-frozen", "faq-hybrid")
tables = ("answers",)
"""What `[define] tables` may name beside the questions: a row per answer, with its id and its text."""
learns_every_label = True
finds = ("label", "answer")
"""Fields of a row that may be missing, and are taken where the table has a column of that name."""
MAX_LABEL = 80
LEFT_OUT = 3  # every third word


@record
class Row:
    """A question, and which answer is right: by its id, or by its text."""

    text: str
    """A way of asking. An answer may have several, in a row each: what is learned, and what is examined on."""
    label: str = ""
    """The id of the answer."""
    answer: str = ""
    """The answer itself; of several rows with one id, one will do. Without an id its first 80 characters are its id."""


@record
class Request:
    text: str
    """A question."""


@record
class Response:
    label: str
    """The id of the answer; that of the option `none` where no answer fits."""
    answer: str
    """What to say; empty where no answer fits."""
    question: str
    """The known question that the answer belongs to."""
    score: float
    """The probability that this answer is right, 0 to 1, calibrated."""
    handed_over: bool = False
    """True where the service is not sure enough to answer alone; a person should."""
    scores: dict[str, float]
    """The probability of every answer."""


@record
class Options:
    max_characters: int = 1_000
    """Longer questions are cut to this many characters."""
    none: str = "none"
    """The id of questions that no answer fits, as far as you have examples of them."""
    pseudo: bool = False
    """Make questions for dev and exam out of yours, where each answer has only one. They flatter: a question with
    every third word left out is nearer to yours than what people will ask."""
    answer_columns: dict[str, str] = field(default_factory=dict)
    """Our name = your name, in the table of answers: label, question, answer."""
    answers: dict[str, str] = field(default_factory=dict)
    """Id to answer. Filled in from the tables when the bundle is made."""
    questions: dict[str, str] = field(default_factory=dict)
    """Id to the first known question. Filled in likewise."""


def to_examples(rows: Iterable[Row], options: Options) -> Iterator[Example | Reject]:
    """Yield the question of each row, and each answer as a further one: its words are often those that people use."""
    told = set[str]()
    for row in rows:
        label = _label(row.label, row.answer)
        if row.answer.strip() and label not in told:
            told.add(label)
            yield Example(request=Request(text=row.answer), y=label, part="train")
        if not label:
            yield Reject(reason="neither an id nor an answer: name its column in [prepare] columns, as label or answer")
        elif not options.pseudo:
            yield Example(request=Request(text=row.text), y=label)
        else:
            yield Example(request=Request(text=row.text), y=label, part="train")
            words = made_of(row.text)
            if words:
                yield Example(request=Request(text=words), y=label, part=_side(row.text))


def clean(request: Request, options: Options) -> Request | Reject:
    text = squeeze(request.text, options.max_characters)
    return Request(text=text) if text else Reject(reason="empty text")


def to_x(request: Request, options: Options) -> str:
    return request.text


def to_response(request: Request, prediction: Scores, options: Options) -> Response:
    label = max(prediction, key=prediction.__getitem__)
    answer, question = options.answers.get(label, ""), options.questions.get(label, "")
    return Response(label=label, answer=answer, question=question, score=prediction[label], scores=prediction)


def settle(options: Options, tables: Mapping[str, Iterable[tuple[str, Mapping[str, Any]]]]) -> Options:
    """Return the options with all answers in them, from the table of answers or from the questions' own table.

    Raises `DataError` where there is no answer, or where two answers have one id.
    """
    answers, questions = dict(options.answers), dict(options.questions)
    names = {ours: options.answer_columns.get(ours, ours) for ours in ("label", "question", "answer")}
    for name in ("answers", "train") if "answers" in tables else ("train",):
        for where, row in tables[name]:
            if names["answer"] not in row:
                if name == "train" and "answers" in tables:
                    break
                fix = f"{did_you_mean(names['answer'], row)}; write [options] answer_columns = {{ answer = 'COLUMN' }}"
                raise DataError(f"no column is called {names['answer']!r}", where=where, fix=fix)
            answer = str(row[names["answer"]] or "").strip()
            label = _label(str(row.get(names["label"]) or ""), answer)
            if answer and answers.setdefault(label, answer) != answer:
                what, fix = f"two answers have the id {label!r}", "give each answer an id of its own"
                raise DataError(what, where=where, fix=fix)
            question = squeezed(str(row.get(names["question"]) or row.get("text") or ""))
            if label and question:
                questions.setdefault(label, question)
    return replace(options, answers=answers, questions=questions)


def made_of(question: str) -> str:
    """Return a question without every third of its words; nothing where fewer than four would be left.

    >>> made_of("where can I see the state of my order")
    'where can see the of my'
    """
    words = question.split()
    joint = " "
    if len(words) < LEFT_OUT + 1:
        import rjieba

        words, joint = list(rjieba.cut(squeezed(question))), ""
    kept = [word for n, word in enumerate(words) if n % LEFT_OUT != LEFT_OUT - 1]
    return joint.join(kept) if len(words) > LEFT_OUT else ""


def _label(label: str, answer: str) -> str:
    return label.strip() or shorten(squeezed(answer), MAX_LABEL)


def _side(question: str) -> Literal["dev", "test"]:
    import zlib

    return "dev" if zlib.crc32(question.encode()) % 3 == 0 else "test"
