"""One candidate's try, in a process of its own: `python -m luodi.steps.trial ORDER.json`."""

import json
import os
import resource
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

from luodi import registry
from luodi.contracts import Recipe, Task, record
from luodi.errors import LuodiError
from luodi.runtime import spans
from luodi.store import as_y, explain_os_error, read_json, read_pairs, write_json, write_lines

USER_ERROR = 22
LESSONS = {"events": "luodi.train.lesson", "documents": "luodi.train.corpus"}
"""What reads a prepared folder that is no file of rows, by what the task learns from: a module with a `Lesson`."""


@record
class Order:
    """What to try, on what, and where to leave it."""

    model: str
    train: str
    dev: str
    folder: str
    recipe: Recipe
    learns_from: str = "rows"
    """"rows", or a name in `LESSONS`."""
    kind: str = "classify"


def main(order: Order) -> None:
    """Fit, predict dev, save and export; leave `result.json` last."""
    folder = Path(order.folder)
    train, dev = read_train(Path(order.train), order.learns_from), read_pairs(Path(order.dev))
    work = folder / "work"
    work.mkdir(exist_ok=True)
    model = registry.model(order.model)()
    started = time.monotonic()
    facts = model.fit(train, dev, recipe=order.recipe, work=work)
    seconds = time.monotonic() - started
    predictions = model.predict(asked([x for x, _ in dev]))
    write_lines(
        folder / "dev.jsonl",
        (noted(order.kind, x, y, scores) for (x, y), scores in zip(dev, predictions, strict=True)),
    )
    for name in ("model", "session"):
        (folder / name).mkdir(exist_ok=True)
    model.save(folder / "model")
    model.export(folder / "session")
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    write_json(folder / "result.json", {"facts": facts, "seconds": seconds, "memory_mb": round(memory_mb, 1)})


def noted(kind: str, x: Any, y: Any, scores: Any) -> dict[str, Any]:
    """Return what is kept of an answer: gold, answer, and where it has any, its probabilities."""
    if kind == "rank":
        return {"y": plain(y), "answer": [hit["id"] for hit in scores]}
    if kind == "extract":
        return {"y": sorted(spans.texts(x, y)), "answer": spans.answer(x, scores), "scores": scores}
    return {"y": plain(y), "answer": best(y, scores), "scores": scores}


def is_right(kind: str, gold: Any, answer: Any) -> bool:
    """Say whether an answer is right, as the metrics take both."""
    return spans.is_right(gold, answer) if kind == "extract" else bool(gold == answer)


def learns_from(task: Task) -> str:
    """Return what a task learns from: "rows" of texts with labels, or what it says itself."""
    return str(getattr(task, "learns_from", "rows"))


def read_train(path: Path, what: str) -> Any:
    """Return what a model learns from: the pairs of a file, or the lesson of a folder."""
    return read_pairs(path) if what == "rows" else import_module(LESSONS[what]).Lesson.load(path)


def asked(xs: list[Any]) -> list[Any]:
    """Return xs as an exam asks them: rankings need not be explained."""
    return [x | {"reasons": False} if isinstance(x, dict) and "user" in x else x for x in xs]


def plain(y: Any) -> Any:
    """Return an answer as JSON holds it."""
    return y if isinstance(y, str | dict) else sorted(y)


def answer(value: Any) -> Any:
    """Return a gold answer as metrics take it."""
    return as_y(value)


def given(kind: str, value: Any) -> Any:
    """Return a model's answer as metrics take it: of a ranking, the order counts."""
    return tuple(value) if kind == "rank" else as_y(value)


def best(y: Any, scores: dict[str, float]) -> Any:
    """Return what the scores answer, in the form of the gold answer."""
    if isinstance(y, str):
        return max(scores, key=scores.__getitem__)
    return sorted(label for label, p in scores.items() if p >= 0.5)


if __name__ == "__main__":
    raw = read_json(Path(sys.argv[1]))
    try:
        main(Order(**raw | {"recipe": Recipe(**raw["recipe"])}))
    except Exception as caught:
        error = caught if isinstance(caught, LuodiError) else explain_os_error(caught, Path(raw["folder"]))
        if error is None:
            raise
        sys.stdout.write(json.dumps({"what": error.what, "where": error.where, "fix": error.fix}) + "\n")
        sys.stdout.flush()
        os._exit(USER_ERROR)
