"""Does a task or a model keep its contract? For ours and for plug-ins alike; every failure is an `AssertionError`."""

import copy
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from luodi import registry
from luodi.contracts import Example, Kind, Recipe, Reject, Scores, Task
from luodi.errors import SetupError
from luodi.runtime import spans
from luodi.runtime.session import open_session

FAMILIES: dict[Kind, tuple[str, ...]] = {
    "classify": ("classification",), "tag": ("tagging",), "rank": ("ranking",), "extract": ("extraction",),
    "generate": ("generation", "rouge"),
}  # fmt: skip
"""The files in `metrics/` that measure each kind of answer."""
HARD_TEXTS = ("", " ", "?", "word " * 5_000, "😀👩‍👩‍👧 🇨🇳", "中文，混 English", "e\u0301\u200b\ufeff\x07", "𠀋𪚥")
ORDINARY = {".json", ".safetensors", ".xml", ".bin"}
PICKLED = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05", b"PK\x03\x04")
"""How a pickle, or an archive of them, begins."""
TRAINING = ("torch", "sklearn", "scipy", "transformers", "nncf")
"""What answering must do without."""
TIE = 1e-3
"""Two labels this close are one answer: rounding may break the tie either way."""

FRESH = """
import json, sys
from pathlib import Path
from luodi.runtime.session import open_session

folder, texts = json.load(sys.stdin)
scores = open_session(Path(folder)).predict(texts)
json.dump({"scores": list(scores), "modules": sorted(sys.modules)}, sys.stdout)
"""


def check_task(task: Task, rows: Sequence[Any]) -> None:
    """Hold a task to its contract. `rows` are of its `Row` and show two labels or more.

    Metrics and models exist and are of the task's kind; `clean` leaves a clean request alone and rejects an empty
    one; `to_x` is pure; the baseline can be fitted; the response is a `Response`; every metric lies in [0, 1] and is
    1 where the answers are right.
    """
    _names_what_exists(task)
    options = task.Options()
    examples = [one for one in task.to_examples(iter(rows), options) if not isinstance(one, Reject)]
    assert all(isinstance(one, Example) for one in examples), "to_examples yields an Example or a Reject per row"
    pairs = []
    for example in examples:
        request = task.clean(example.request, options)
        if not isinstance(request, Reject):
            _is_cleaned_for_good(task, request, options)
            pairs.append((task.to_x(request, options), example.y))
    assert len(pairs) > 1, "give check_task rows of which two or more are answerable"
    if task.kind == "rank":  # an empty query is a new visitor, and learning needs the whole log
        _ranks(task, examples[0].request, [y for _, y in pairs], options)
        return
    _rejects_the_empty(task, examples[0].request, options)
    with TemporaryDirectory() as work:
        model = registry.model(task.models[0])()
        model.fit(pairs, pairs, recipe=Recipe(), work=Path(work))
    predictions = model.predict([x for x, _ in pairs])
    for prediction in predictions:
        response = task.to_response(examples[0].request, prediction, options)
        assert isinstance(response, task.Response), f"to_response returned {type(response).__name__}"
        json.dumps(asdict(response))
    if task.kind == "extract":
        _measures_texts(task, [(x, y, one) for (x, y), one in zip(pairs, predictions, strict=True)])
        return
    if task.kind == "generate":
        _measures_writing(task, [y for _, y in pairs], [one["text"] for one in predictions])
        return
    _measures_between_0_and_1(task, [y for _, y in pairs], [decide(task.kind, one) for one in predictions])


def check_model(
    model: str | type[Any],
    pairs: Sequence[tuple[Any, Any]],
    folder: Path,
    *,
    recipe: Recipe | None = None,
) -> None:
    """Hold a model to its contract. `pairs` are of a kind that it learns; `folder` is empty and keeps what it wrote.

    `predict` answers every x, in order, however odd; what comes back are probabilities; saving and loading changes no
    answer; the exported folder gives the same answers in a process without a training framework; nothing but ordinary
    files is written; the same seed gives the same bytes; and the arguments come back as they were.
    """
    kind = registry.model(model) if isinstance(model, str) else model
    recipe = recipe or Recipe(max_minutes=1.0)
    before = copy.deepcopy(pairs)
    first, second = (_fitted(kind, pairs, folder / name, recipe) for name in ("first", "second"))
    assert pairs == before, "fit changed the pairs it was given"
    _answers_everything(first.predict, pairs)
    _survives_saving(first, kind, [x for x, _ in pairs], folder)
    second.save(_new(folder / "again"))
    assert _bytes_of(folder / "saved") == _bytes_of(folder / "again"), "two fits with one seed differ"
    _answers_without_training_framework(first, pairs, folder)
    for written in ("saved", "exported"):
        _are_ordinary_files(folder / written)


def decide(kind: Kind, scores: Scores) -> Any:
    """Return the answer that probabilities stand for.

    >>> decide("classify", {"a": 0.4, "b": 0.6})
    'b'
    """
    if kind == "classify":
        return max(scores, key=scores.__getitem__)
    return frozenset(label for label, p in scores.items() if p >= 0.5)


def _names_what_exists(task: Task) -> None:
    assert task.metrics, "a task names one metric or more; the first one decides"
    for name in task.metrics:
        registry.metric(name)
        family = name.partition(".")[0]
        assert family in FAMILIES[task.kind], f"{name} does not measure answers of the kind {task.kind!r}"
    assert task.models, "a task names one model or more; the first one is the baseline"
    for name in task.models:
        try:
            kinds = registry.model(name).kinds
        except SetupError:  # its framework is not installed, so there is nothing to look at
            continue
        assert task.kind in kinds, f"the model {name!r} does not {task.kind}"


def _is_cleaned_for_good(task: Task, request: Any, options: Any) -> None:
    assert isinstance(request, task.Request), f"clean returned {type(request).__name__}"
    assert task.clean(request, options) == request, f"clean does not leave a clean request alone: {request}"
    before = copy.deepcopy(request)
    assert task.to_x(request, options) == task.to_x(request, options), "to_x answers the same request twice otherwise"
    assert request == before, "to_x changed its request"


def _ranks(task: Task, request: Any, gold: list[Any], options: Any) -> None:
    response = task.to_response(request, [{"id": "a", "score": 1.0}], options)
    assert isinstance(response, task.Response), f"to_response returned {type(response).__name__}"
    json.dumps(asdict(response))
    ranked = [tuple(sorted(one)) for one in gold]
    for name in task.metrics:
        value = registry.metric(name)(gold, ranked)
        assert abs(value - 1) < 1e-9, f"{name} of right answers is {value}, not 1"


def _rejects_the_empty(task: Task, request: Any, options: Any) -> None:
    texts = {one.name: " \n" for one in fields(request) if isinstance(getattr(request, one.name), str)}
    cleaned = task.clean(replace(request, **texts), options)
    assert isinstance(cleaned, Reject), "clean lets an empty request through"
    assert cleaned.reason, "a Reject says why"


def _measures_between_0_and_1(task: Task, gold: list[Any], predicted: list[Any]) -> None:
    for name in task.metrics:
        metric = registry.metric(name)
        value = metric(gold, predicted)
        assert 0 <= value <= 1, f"{name} is {value}"
        assert abs(metric(gold, gold) - 1) < 1e-9, f"{name} of right answers is {metric(gold, gold)}, not 1"


def _measures_texts(task: Task, made: Sequence[tuple[Any, Any, Any]]) -> None:
    """Check metrics of answers by their words, which the places in gold and prediction stand for."""
    gold = [spans.texts(x, y) for x, y, _ in made]
    given = [spans.answer(x, one) for x, _, one in made]
    right = [min(one, default="") for one in gold]
    for name in task.metrics:
        metric = registry.metric(name)
        assert 0 <= metric(gold, given) <= 1, f"{name} is {metric(gold, given)}"
        assert abs(metric(gold, right) - 1) < 1e-9, f"{name} of right answers is {metric(gold, right)}, not 1"


def _measures_writing(task: Task, gold: list[frozenset[str]], written: list[str]) -> None:
    """Check metrics of texts, of which any that is right is as good as another."""
    for name in task.metrics:
        metric = registry.metric(name)
        assert 0 <= metric(gold, written) <= 1, f"{name} is {metric(gold, written)}"
        value = metric(gold, [min(one) for one in gold])
        assert abs(value - 1) < 1e-9, f"{name} of right texts is {value}, not 1"


def _fitted(kind: Any, pairs: Sequence[tuple[Any, Any]], work: Path, recipe: Recipe) -> Any:
    model = kind()
    facts = model.fit(pairs, pairs, recipe=recipe, work=_new(work))
    json.dumps(facts)
    return model


def _answers_everything(predict: Callable[[Sequence[Any]], Sequence[Scores]], pairs: Sequence[tuple[Any, Any]]) -> None:
    xs = [x for x, _ in pairs]
    xs += [one for one in HARD_TEXTS if all(isinstance(x, str) for x in xs)]
    before = copy.deepcopy(xs)
    together = predict(xs)
    assert xs == before, "predict changed the texts it was given"
    assert len(together) == len(xs), f"predict gave {len(together)} answers to {len(xs)} texts"
    assert len(predict([])) == 0, "predict answers an empty list with an empty one"
    for x, scores in zip(xs, together, strict=True):
        _are_probabilities(scores, exclusive=isinstance(pairs[0][1], str))
        alone = predict([x])[0]
        assert _close(scores, alone, within=TIE), f"predict answers {x[:40]!r} otherwise in company: {scores}, {alone}"


def _are_probabilities(scores: Scores, *, exclusive: bool) -> None:
    assert all(type(p) is float and 0 <= p <= 1 for p in scores.values()), f"these are no probabilities: {scores}"
    if exclusive:
        assert abs(sum(scores.values()) - 1) < 1e-6, f"these do not sum to 1: {scores}"


def _survives_saving(model: Any, kind: Any, xs: Sequence[Any], folder: Path) -> None:
    before = model.predict(xs)
    model.save(_new(folder / "saved"))
    assert list(model.predict(xs)) == list(before), "saving changed the answers"
    after = kind.load(folder / "saved").predict(xs)
    assert all(_close(a, b, within=1e-6) for a, b in zip(before, after, strict=True)), "loading changed the answers"


def _answers_without_training_framework(model: Any, pairs: Sequence[tuple[Any, Any]], folder: Path) -> None:
    xs = [x for x, _ in pairs]
    kind: Kind = "classify" if isinstance(pairs[0][1], str) else "tag"
    before = model.predict(xs)
    model.export(_new(folder / "exported"))
    _answers_everything(open_session(folder / "exported").predict, pairs)
    given = json.dumps([str(folder / "exported"), xs])
    done = subprocess.run([sys.executable, "-c", FRESH], input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"the exported model cannot be opened: {done.stderr[-2000:]}"
    answer = json.loads(done.stdout)
    loaded = sorted(set(TRAINING) & {name.split(".")[0] for name in answer["modules"]})
    assert not loaded, f"the exported model loads {', '.join(loaded)}"
    for x, ours, theirs in zip(xs, before, answer["scores"], strict=True):
        same = decide(kind, ours) == decide(kind, theirs) or _close(ours, theirs, within=TIE)
        assert same, f"the exported model answers {x!r} otherwise: {ours}, {theirs}"


def _are_ordinary_files(folder: Path) -> None:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files, f"nothing was written to {folder.name}"
    for path in files:
        assert path.suffix in ORDINARY, f"{path.name} is not one of {', '.join(sorted(ORDINARY))}"
        assert not path.read_bytes().startswith(PICKLED), f"{path.name} is a pickle"


def _close(ours: Scores, theirs: Scores, *, within: float) -> bool:
    return ours.keys() == theirs.keys() and all(abs(p - theirs[label]) <= within for label, p in ours.items())


def _bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _new(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder
