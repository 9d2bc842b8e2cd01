"""The nouns: record, example, task, model, session, step, job, artifact. Everything else is made of these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import (
    Any,
    ClassVar,
    Literal,
    NotRequired,
    Protocol,
    Self,
    TypedDict,
    TypeVar,
    dataclass_transform,
    runtime_checkable,
)

T = TypeVar("T")
X = TypeVar("X", contravariant=True)
Y = TypeVar("Y", contravariant=True)
P = TypeVar("P", covariant=True)

Kind = Literal["classify", "tag", "extract", "generate", "rank"]
"""classify: one of n labels; tag: any of n; extract: places in a text; generate: a text; rank: ids, best first."""

Scores = dict[str, float]
"""Label to probability: sums to 1 for `classify`, each on its own for `tag`."""


class Hit(TypedDict):
    """One of the ids that `rank` answers with, best first."""

    id: str
    score: float
    """Only the order counts."""
    title: NotRequired[str]
    because: NotRequired[str]
    """Why it is among the answers, as a word that the task explains."""
    via: NotRequired[tuple[str, ...]]
    """The ids that the reason is about."""
    propensity: NotRequired[float]
    """How likely it was to be among the answers, where chance has a part in that."""


class Span(TypedDict):
    """One of the places that `extract` answers with, best first; an empty one stands for "no answer"."""

    start: int
    end: int
    """In characters: the answer is `passage[start:end]`."""
    score: float
    """Probability, 0 to 1."""
    source: NotRequired[dict[str, Any]]
    """The passage, where it was not given but found: its text, and where that stands."""
    written: NotRequired[dict[str, Any]]
    """With the best one, where it was asked for: sentences of a language model, and the places that hold them up."""


class Material(TypedDict):
    """What a text is written from: x of the kind `generate`; y is the frozen set of texts that would be right."""

    text: str
    parts: NotRequired[list[str]]
    """Sentences of a long document, or turns of a talk, in order."""
    query: NotRequired[str]
    """What the text is to be about."""
    source: NotRequired[str]
    """The language of the text, where it is known."""
    language: NotRequired[str]
    """Of the text to write."""
    domain: NotRequired[str]
    """What the text is about, in words for whoever writes."""
    terms: NotRequired[dict[str, str]]
    """Words of the text, and what they have to become."""
    temperature: NotRequired[float]
    """How far chance chooses the words; 0 or nothing: the likeliest are written."""


class Draft(TypedDict):
    """A text that `generate` answers with."""

    text: str
    score: float
    """How sure it is that this is good, 0 to 1."""
    sources: NotRequired[list[int]]
    """The parts that it rests on, counted from 0; where none were given, the sentences of the text."""
    sections: NotRequired[list[list[int]]]
    """Of a long document, what each of its sections rests on."""
    flags: NotRequired[list[str]]
    """Checks that it failed, as words of the task: a number is lost. A person has to see such a text."""


Facts = dict[str, Any]
"""What a step found out, as plain JSON: no absolute path, no time, no host name, nothing a clock said."""


@dataclass_transform(frozen_default=True, kw_only_default=True)
def record(cls: type[T]) -> type[T]:
    """Make a frozen, keyword-only dataclass whose field docstrings end up in its JSON Schema."""
    made = dataclass(frozen=True, slots=True, kw_only=True)(cls)
    made.__pydantic_config__ = {  # type: ignore[attr-defined]
        "extra": "forbid",
        "use_attribute_docstrings": True,
        "allow_inf_nan": False,
    }
    return made


@record
class Example:
    """A request and the answer an expert would give."""

    request: Any
    y: Any
    group: str | None = None
    """Examples of one group (a customer, a document) stay on one side of the split."""
    part: Literal["train", "dev", "test"] | None = None
    """Set by tasks that split by time; otherwise `prepare` decides."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """Columns to slice the results by."""


@record
class Reject:
    """A request that cannot be answered, or a row that cannot be learned from."""

    reason: str


@record
class Recipe:
    """How to learn: the limits and choices of `[select]` and `[finetune]` that a model may look at."""

    seed: int = 7
    max_minutes: float = 30.0
    """Learning is planned to end within so long."""
    base: str = "starter"
    """The pretrained encoder: `starter`, a folder, or a hub name."""
    epochs: int | None = None
    learning_rate: float | None = None
    max_tokens: int | None = None
    frozen_layers: int | None = None
    """So many of a network's lowest layers, and its word table, stay as they are; left out, all learn."""
    lora_rank: int | None = None
    """Learn additions of so low a rank to a network's products, instead of its weights; left out, the weights."""
    class_weights: bool = False
    """Weigh each class by the inverse of its share."""
    read_tokens: int | None = None
    """At most so many tokens of unlabelled text are read."""
    pieces: Literal["wordpiece", "bpe"] = "wordpiece"
    """How a tokenizer that is learned anew cuts words."""
    remote: Mapping[str, Any] | None = None
    """The endpoint to ask, as `[select] remote` names it."""


class Task(Protocol):
    """One type of scenario. A *module* in `luodi/tasks/` has this shape; there is no class to inherit."""

    @property
    def kind(self) -> Kind: ...
    @property
    def metrics(self) -> tuple[str, ...]: ...  # "file.function"; the first one decides
    @property
    def models(self) -> tuple[str, ...]: ...  # candidates, cheapest first; the first is the baseline to beat

    Row: Any  # one line of the user's data
    Request: Any  # what a client sends
    Response: Any  # what it gets
    Options: Any  # what a scenario may set

    def to_examples(self, rows: Iterable[Any], options: Any) -> Iterator[Example | Reject]: ...
    def clean(self, request: Any, options: Any) -> Any | Reject: ...
    def to_x(self, request: Any, options: Any) -> Any: ...
    def to_response(self, request: Any, prediction: Any, options: Any) -> Any: ...


class Session(Protocol[X, P]):
    """Answers `x` without any training framework; opened from a folder by `runtime.session`."""

    def predict(self, xs: Sequence[X]) -> Sequence[P]: ...


class Model(Protocol[X, Y, P]):
    """Learns to answer `x` with `y`. Any framework or none; nothing to inherit.

    `__init__` takes no argument and does no work. `work` outlives a crash: a model that finds its own
    checkpoint there goes on from it. `export` leaves a folder that `runtime.session` opens without torch.
    """

    kinds: ClassVar[tuple[Kind, ...]]
    license: ClassVar[str]
    plain: ClassVar[bool]  # quick enough to be fitted beside every other model, as a baseline to beat

    def fit(self, train: Sequence[tuple[X, Y]], dev: Sequence[tuple[X, Y]], *, recipe: Recipe, work: Path) -> Facts: ...
    def predict(self, xs: Sequence[X]) -> Sequence[P]: ...
    def save(self, folder: Path) -> None: ...
    @classmethod
    def load(cls, folder: Path) -> Self: ...
    def export(self, folder: Path) -> None: ...


@runtime_checkable
class Pretrains(Protocol):
    """A model that can learn a domain from unlabelled text before it learns the task.

    `texts` are read once, in order. `checks` are other texts, by name, that it is measured on before and after.
    """

    read_minutes: ClassVar[float]
    """So long it guesses hidden words where the scenario does not say."""

    def pretrain(
        self, texts: Iterable[str], *, recipe: Recipe, work: Path, checks: Mapping[str, Sequence[str]] | None = None
    ) -> Facts: ...


@runtime_checkable
class Refuses(Protocol):
    """A model that can tell from what it would learn from that it is the wrong one, before it learns.

    `texts` are those of the training rows; for a log of events, the lesson made of it.
    """

    def refuses(self, texts: Any, *, recipe: Recipe) -> str | None: ...


@runtime_checkable
class Scarce(Protocol):
    """A model for few labels: unless a scenario names it, it takes part while labels have so many rows or fewer."""

    most_per_label: ClassVar[int]


@runtime_checkable
class Keeps(Protocol):
    """A model whose answers cost money: it notes them in a folder that outlives a crash, and takes those it finds."""

    def keep(self, work: Path) -> None: ...


@runtime_checkable
class Metered(Protocol):
    """A session whose answers come from elsewhere: it measures itself, and asks no more than it has to."""

    def measured(self, xs: Sequence[Any]) -> dict[str, float]: ...


@runtime_checkable
class ExportsOnnx(Protocol):
    """A network that can be written for ONNX Runtime too, which is the faster engine on some machines."""

    def export_onnx(self, folder: Path) -> None: ...


@runtime_checkable
class Searches(Protocol):
    """A model whose recipe is worth searching: it names the values to try, by the recipe's fields."""

    def space(self) -> Mapping[str, tuple[Any, ...]]: ...


@runtime_checkable
class Sketches(Protocol):
    """A model whose size and speed do not depend on what it learns: it can be exported before it has."""

    def sketch(self, train: Sequence[tuple[Any, Any]], *, recipe: Recipe, folder: Path) -> None: ...


@record
class Artifact:
    """What a step left behind: a folder that never changes again."""

    step: str
    key: str
    path: Path
    digest: str
    facts: Facts
    measured: Facts
    """What clocks and scales said. Kept beside the facts, never hashed."""


@record
class Step:
    """One of the seven: its module, the artifacts it reads, and whose code decides its outcome."""

    name: str
    module: str
    needs: tuple[str, ...] = ()
    runs: tuple[Literal["task", "models"], ...] = ()
    always: bool = False


@record
class Job:
    """All that a step may look at, so that the key of its output cannot forget anything it used."""

    name: str
    """The scenario's."""
    goal: str
    """What the scenario is for, in the user's words."""
    task_name: str
    task: Task
    options: Any
    settings: Any
    seed: int
    root: Path
    """The scenario's folder: user's paths are relative to it."""
    inputs: Mapping[str, Artifact]
    out: Path
    """Empty at the start; becomes the artifact."""
    work: Path
    """Survives a crash, is found again under the same key, and is deleted on success."""

    def path_of(self, name: str) -> str:
        """Return the path of a folder of the user's, or the name as it is where there is none."""
        folder = self.root / name
        return str(folder) if folder.is_dir() else name


@record
class Outcome:
    """What a step returns: facts, which are hashed, and measurements, which are not."""

    facts: Facts
    measured: Facts = field(default_factory=dict)
