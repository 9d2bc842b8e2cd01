"""Does a model that writes texts keep its contract? Every failure is an `AssertionError`."""

import copy
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from luodi import registry
from luodi.contracts import Draft, Material, Recipe
from luodi.metrics import generation
from luodi.runtime.session import open_session
from luodi.testing import FRESH, HARD_TEXTS, ORDINARY, PICKLED, TRAINING

HARD: Sequence[Material] = tuple(Material(text=text) for text in HARD_TEXTS if text.strip())
ALIKE = 0.9
"""How nearly, as chrF, a form with rounded numbers writes the same as the model it was made from."""


def check_writer(
    model: str | type[Any],
    pairs: Sequence[tuple[Material, frozenset[str]]],
    folder: Path,
    *,
    recipe: Recipe | None = None,
    hard: Sequence[Material] = HARD,
) -> None:
    """Hold a writer to its contract. `pairs` are materials with right texts; `folder` is empty and keeps what it wrote.

    Every x is answered with a text and a score from 0 to 1, however odd it is; saving and loading change no answer;
    exporting changes few, and what is exported answers without a training framework; the same seed gives the same
    bytes; nothing but ordinary files is written; and the arguments come back as they were.
    """
    kind = registry.model(model) if isinstance(model, str) else model
    recipe = recipe or Recipe(max_minutes=1.0)
    before = copy.deepcopy(pairs)
    first, second = kind(), kind()
    for one, name in ((first, "first"), (second, "second")):
        (folder / name).mkdir()
        json.dumps(one.fit(pairs, pairs, recipe=recipe, work=folder / name))
    assert pairs == before, "fit changed the pairs it was given"
    xs = [x for x, _ in pairs]
    _answers([*xs, *hard], first)
    written = first.predict(xs)
    for name in ("saved", "again", "exported"):
        (folder / name).mkdir()
    first.save(folder / "saved")
    second.save(folder / "again")
    for path in (folder / "saved").rglob("*"):
        twin = folder / "again" / path.relative_to(folder / "saved")
        assert path.is_dir() or path.read_bytes() == twin.read_bytes(), f"two fits with one seed differ in {path.name}"
    assert _alike(written, kind.load(folder / "saved").predict(xs)) > 1 - 1e-9, "loading changed the answers"
    first.export(folder / "exported")
    session = open_session(folder / "exported")
    _answers([*xs, *hard], session)
    assert _alike(written, session.predict(xs)) >= ALIKE, "exporting changed the answers"  # type: ignore[arg-type]
    _needs_no_training_framework(folder / "exported", xs, written)
    for path in (*(folder / "saved").rglob("*"), *(folder / "exported").rglob("*")):
        assert path.is_dir() or path.suffix in ORDINARY, f"{path.name} is not one of {', '.join(sorted(ORDINARY))}"
        assert path.is_dir() or not path.read_bytes().startswith(PICKLED), f"{path.name} is a pickle"


def _answers(xs: Sequence[Material], model: Any) -> None:
    before = copy.deepcopy(xs)
    together = model.predict(xs)
    assert xs == before, "predict changed the texts it was given"
    assert len(together) == len(xs), f"predict gave {len(together)} answers to {len(xs)} texts"
    assert len(model.predict([])) == 0, "predict answers an empty list with an empty one"
    for x, one in zip(xs, together, strict=True):
        assert isinstance(one["text"], str), f"this is no text: {one}"
        assert type(one["score"]) is float, f"this is no score: {one}"
        assert 0 <= one["score"] <= 1, f"this is no score: {one}"
        n_parts = len(x["parts"]) if "parts" in x else len(x["text"])
        assert all(0 <= n < n_parts for n in one.get("sources", ())), f"it rests on what was not given: {one}"
    alone = [model.predict([x])[0] for x in xs[:5]]
    assert _alike(together[:5], alone) >= ALIKE, "predict answers otherwise in company"


def _alike(ours: Sequence[Draft], theirs: Sequence[Draft]) -> float:
    """Return how nearly two writers write the same."""
    if [one["text"] for one in ours] == [one["text"] for one in theirs]:
        return 1.0
    return generation.chrf([frozenset({one["text"]}) for one in ours], [one["text"] for one in theirs])


def _needs_no_training_framework(folder: Path, xs: Sequence[Material], before: Sequence[Draft]) -> None:
    given = json.dumps([str(folder), list(xs)])
    done = subprocess.run([sys.executable, "-c", FRESH], input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"the exported model cannot be opened: {done.stderr[-2000:]}"
    answer = json.loads(done.stdout)
    loaded = sorted({*TRAINING} & {name.split(".")[0] for name in answer["modules"]})
    assert not loaded, f"the exported model loads {', '.join(loaded)}"
    assert _alike(before, answer["scores"]) >= ALIKE, "the exported model answers otherwise"
