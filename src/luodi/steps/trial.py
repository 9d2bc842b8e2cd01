"""One candidate's try, in a process of its own: `python -m luodi.steps.trial ORDER.json`."""

import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

from luodi import registry
from luodi.contracts import Recipe, record
from luodi.errors import LuodiError
from luodi.store import as_y, explain_os_error, read_json, read_pairs, write_json, write_lines

USER_ERROR = 22


@record
class Order:
    """What to try, on what, and where to leave it."""

    model: str
    train: str
    dev: str
    folder: str
    recipe: Recipe


def main(order: Order) -> None:
    """Fit, predict dev, save and export; leave `result.json` last."""
    folder = Path(order.folder)
    train, dev = read_train(Path(order.train)), read_pairs(Path(order.dev))
    work = folder / "work"
    work.mkdir(exist_ok=True)
    model = registry.model(order.model)()
    started = time.monotonic()
    facts = model.fit(train, dev, recipe=order.recipe, work=work)
    seconds = time.monotonic() - started
    predictions = model.predict(asked([x for x, _ in dev]))
    write_lines(
        folder / "dev.jsonl",
        (
            {"y": plain(y), "answer": best(y, scores), "scores": scores}
            if isinstance(scores, dict)
            else {"y": plain(y), "answer": [hit["id"] for hit in scores]}
            for (_, y), scores in zip(dev, predictions, strict=True)
        ),
    )
    for name in ("model", "session"):
        (folder / name).mkdir(exist_ok=True)
    model.save(folder / "model")
    model.export(folder / "session")
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    write_json(folder / "result.json", {"facts": facts, "seconds": seconds, "memory_mb": round(memory_mb, 1)})


def read_train(path: Path) -> Any:
    """Return what a model learns from: the pairs of a file, or the lesson of a folder of events."""
    if path.is_file():
        return read_pairs(path)
    from luodi.train.lesson import Lesson  # loads scipy, which pairs can do without

    return Lesson.load(path)


def asked(xs: list[Any]) -> list[Any]:
    """Return xs as an exam asks them: rankings need not be explained."""
    return [x | {"reasons": False} if isinstance(x, dict) and "user" in x else x for x in xs]


def plain(y: Any) -> Any:
    """Return an answer as JSON holds it."""
    return y if isinstance(y, str) else sorted(y)


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
