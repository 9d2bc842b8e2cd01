"""Does a model that ranks keep its contract? Every failure is an `AssertionError`."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from luodi import registry
from luodi.contracts import Hit, Recipe
from luodi.runtime.session import open_session
from luodi.testing import FRESH, ORDINARY, PICKLED, TRAINING

HARD = (
    {"user": "", "items": []},
    {"user": "nobody", "items": None},
    {"user": "", "items": ["no such item"], "session": ["../../etc/passwd", "\u202e", ""]},
    {"user": "", "items": [], "k": 3, "exclude": ["no such item"], "less_like": ["no such item"]},
)


def check_ranker(
    model: str | type[Any], lesson: Any, dev: Sequence[tuple[Any, Any]], folder: Path, *, recipe: Recipe | None = None
) -> None:
    """Hold a model that ranks to its contract. `folder` is empty and keeps what it wrote.

    Every query is answered, however odd; ids are of the catalogue, best first and none twice; nothing that the visitor
    had is shown; what is excluded stays out; saving, loading and a process without a training framework change no
    answer; the same seed gives the same answers; nothing but ordinary files is written.
    """
    kind = registry.model(model) if isinstance(model, str) else model
    recipe = recipe or Recipe(max_minutes=1.0)
    first, second = kind(), kind()
    for one, name in ((first, "first"), (second, "second")):
        work = folder / name
        work.mkdir()
        json.dumps(one.fit(lesson, dev, recipe=recipe, work=work))
    xs = [x for x, _ in dev]
    before = first.predict(xs)
    _answers(xs, before, lesson)
    _answers(HARD, first.predict(HARD), lesson)
    assert first.predict([]) == [], "predict answers an empty list with an empty one"
    assert _ids(second.predict(xs)) == _ids(before), "two fits with one seed differ"
    excluded = [{**x, "exclude": [hits[0]["id"]]} for x, hits in zip(xs, before, strict=True) if hits]
    for x, hits in zip(excluded, first.predict(excluded), strict=True):
        assert x["exclude"][0] not in {one["id"] for one in hits}, "what is excluded is shown"
    for name in ("saved", "exported"):
        (folder / name).mkdir()
    first.save(folder / "saved")
    first.export(folder / "exported")
    assert _ids(kind.load(folder / "saved").predict(xs)) == _ids(before), "loading changed the answers"
    assert _ids(open_session(folder / "exported").predict(xs)) == _ids(before), "exporting changed the answers"  # type: ignore[arg-type]
    _needs_no_training_framework(folder / "exported", xs, before)
    for path in (*(folder / "saved").rglob("*"), *(folder / "exported").rglob("*")):
        assert path.is_dir() or path.suffix in ORDINARY, f"{path.name} is not one of {', '.join(sorted(ORDINARY))}"
        assert path.is_dir() or not path.read_bytes().startswith(PICKLED), f"{path.name} is a pickle"


def _answers(xs: Sequence[Any], answers: Sequence[Sequence[Hit]], lesson: Any) -> None:
    assert len(answers) == len(xs), f"predict gave {len(answers)} answers to {len(xs)} queries"
    catalogue = set(lesson.log.items)
    for x, hits in zip(xs, answers, strict=True):
        ids, scores = [one["id"] for one in hits], [one["score"] for one in hits]
        assert set(ids) <= catalogue, f"these are not of the catalogue: {set(ids) - catalogue}"
        assert len(ids) == len(set(ids)), f"an item stands twice: {ids}"
        assert not set(ids) & set(x.get("items") or ()), "what the visitor had is shown"
        assert scores == sorted(scores, reverse=True), f"these are not best first: {scores}"
        assert ids, "a visitor gets no recommendation at all"


def _needs_no_training_framework(folder: Path, xs: Sequence[Any], before: Sequence[Sequence[Hit]]) -> None:
    given = json.dumps([str(folder), list(xs)])
    done = subprocess.run([sys.executable, "-c", FRESH], input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"the exported model cannot be opened: {done.stderr[-2000:]}"
    answer = json.loads(done.stdout)
    loaded = sorted({*TRAINING, "implicit"} & {name.split(".")[0] for name in answer["modules"]})
    assert not loaded, f"the exported model loads {', '.join(loaded)}"
    assert _ids(answer["scores"]) == _ids(before), "the exported model answers otherwise"


def _ids(answers: Sequence[Sequence[Any]]) -> list[list[str]]:
    return [[one["id"] for one in hits] for hits in answers]
