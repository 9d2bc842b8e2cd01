"""Does a model that answers out of passages keep its contract? Every failure is an `AssertionError`."""

import copy
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from luodi import registry
from luodi.contracts import Recipe
from luodi.runtime import spans
from luodi.runtime.reading import passages_of
from luodi.runtime.session import open_session
from luodi.testing import FRESH, HARD_TEXTS, ORDINARY, PICKLED, TIE, TRAINING

Xs = Sequence[dict[str, Any]]
HARD: Xs = (
    *({"question": "what is it?", "passage": text} for text in HARD_TEXTS if text.strip()),
    *({"question": text, "passage": "It is cafe\u0301 👩‍👩‍👧 number 7."} for text in HARD_TEXTS if text.strip()),
    {"question": "which?", "passage": "", "found": []},
    {"question": "which?", "passage": "", "found": [{"text": "number 7"}, {"text": "\u0301 7 \ufe0f"}]},
)


def check_reader(
    model: str | type[Any], pairs: Sequence[tuple[dict[str, Any], Any]], folder: Path, *, recipe: Recipe | None = None
) -> None:
    """Hold a reader to its contract. `pairs` are questions with places; `folder` is empty and keeps what it wrote.

    Every x is answered, however odd; spans lie in their passages, are best first and have probabilities; saving,
    loading and a process without a training framework change no answer; the same seed gives the same bytes; nothing
    but ordinary files is written; and the arguments come back as they were.
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
    _answers([*xs, *HARD], first)
    answered = first.predict(xs)
    for name in ("saved", "again", "exported"):
        (folder / name).mkdir()
    first.save(folder / "saved")
    second.save(folder / "again")
    for path in (folder / "saved").rglob("*"):
        same = (
            path.is_dir() or path.read_bytes() == (folder / "again" / path.relative_to(folder / "saved")).read_bytes()
        )
        assert same, f"two fits with one seed differ in {path.name}"
    assert _same(xs, answered, kind.load(folder / "saved").predict(xs)), "loading changed the answers"
    first.export(folder / "exported")
    session = open_session(folder / "exported")
    _answers([*xs, *HARD], session)
    assert _same(xs, answered, session.predict(xs)), "exporting changed the answers"  # type: ignore[arg-type]
    _needs_no_training_framework(folder / "exported", xs, answered)
    for path in (*(folder / "saved").rglob("*"), *(folder / "exported").rglob("*")):
        assert path.is_dir() or path.suffix in ORDINARY, f"{path.name} is not one of {', '.join(sorted(ORDINARY))}"
        assert path.is_dir() or not path.read_bytes().startswith(PICKLED), f"{path.name} is a pickle"


def _answers(xs: Xs, model: Any) -> None:
    together = model.predict(xs)
    assert len(together) == len(xs), f"predict gave {len(together)} answers to {len(xs)} questions"
    assert len(model.predict([])) == 0, "predict answers an empty list with an empty one"
    for x, found in zip(xs, together, strict=True):
        scores = [one["score"] for one in found]
        assert found, "a question gets no answer, and not even that there is none"
        assert scores == sorted(scores, reverse=True), f"these are not best first: {scores}"
        assert all(0 <= one <= 1 for one in scores), f"these are no probabilities: {scores}"
        assert sum(scores) <= 1 + 1e-6, f"these are no probabilities: {scores}"
        for one in found:
            passage = x["passage"] or one.get("source", {"text": ""})["text"]
            assert 0 <= one["start"] <= one["end"] <= len(passage), f"outside of its passage: {one}"
            assert one["start"] == one["end"] or passage in passages_of(x), "out of another passage"
            text = passage[one["start"] : one["end"]]
            assert text == text.strip(), f"white space around {text!r}"
    alone = [model.predict([x])[0] for x in xs[:5]]
    assert _same(xs[:5], together[:5], alone), "predict answers otherwise in company"


def _same(xs: Xs, ours: Sequence[Any], theirs: Sequence[Any]) -> bool:
    """Say whether the best answers are the same, or a tie that rounding may break either way."""
    for x, a, b in zip(xs, ours, theirs, strict=True):
        if spans.answer(x, a) != spans.answer(x, b) and abs(a[0]["score"] - b[0]["score"]) > TIE:
            return False
    return True


def _needs_no_training_framework(folder: Path, xs: Xs, before: Sequence[Any]) -> None:
    given = json.dumps([str(folder), list(xs)])
    done = subprocess.run([sys.executable, "-c", FRESH], input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"the exported model cannot be opened: {done.stderr[-2000:]}"
    answer = json.loads(done.stdout)
    loaded = sorted({*TRAINING} & {name.split(".")[0] for name in answer["modules"]})
    assert not loaded, f"the exported model loads {', '.join(loaded)}"
    assert _same(xs, before, answer["scores"]), "the exported model answers otherwise"
