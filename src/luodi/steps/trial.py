"""One candidate's try, in a process of its own: `python -m luodi.steps.trial ORDER.json`."""

import json
import os
import resource
import shutil
import subprocess
import sys
import time
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

from luodi import child, registry
from luodi.contracts import Recipe, Task, record
from luodi.errors import LuodiError, SetupError
from luodi.runtime import spans
from luodi.runtime.session import read_about
from luodi.steps import crossed
from luodi.store import as_y, explain_os_error, read_json, read_pairs, write_json, write_lines

USER_ERROR = 22
SERVED = "served"
NETWORKS = {"engine_network", "engine_blend", "engine_reader"}
N_CALIBRATE = 32  # for speed and size; what is served is calibrated on more
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
    before: str | None = None
    """The folder of a model that has read on, to start from."""
    export: bool = True
    """Export too, to be timed and weighed."""
    cross: bool = False
    """Judge on training rows too, where dev is too small to tell candidates apart."""
    sketch: bool = False
    """Export the model as it is before it learns, and no more."""


def main(order: Order) -> None:
    """Fit, predict dev, save and export; leave `result.json` last."""
    if order.sketch:
        _sketch(order)
        return
    folder = Path(order.folder)
    train, dev = read_train(Path(order.train), order.learns_from), read_pairs(Path(order.dev))
    work = folder / "work"
    work.mkdir(exist_ok=True)
    kind = registry.model(order.model)

    def fresh() -> Any:
        return kind() if order.before is None else kind.load(Path(order.before))

    judged: list[tuple[Any, Any, Any]] = []
    if order.cross and order.kind not in {"extract", "generate"} and crossed.is_needed(train, dev):
        others = crossed.answers(fresh, train, dev, recipe=order.recipe, work=work)
        judged = [(None, y, scores) for y, scores in others]
    model = fresh()
    started = time.monotonic()
    facts = model.fit(train, dev, recipe=order.recipe, work=work)
    seconds = time.monotonic() - started
    predictions = model.predict(asked([x for x, _ in dev]))
    judged += [(x, y, scores) for (x, y), scores in zip(dev, predictions, strict=True)]
    write_lines(
        folder / "dev.jsonl",
        (noted(order.kind, x, y, scores) for x, y, scores in judged),
    )
    (folder / "model").mkdir(exist_ok=True)
    model.save(folder / "model")
    if order.export:
        (folder / "session").mkdir(exist_ok=True)
        model.export(folder / "session")
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    if order.export:
        _as_served(folder, train)
    write_json(folder / "result.json", {"facts": facts, "seconds": seconds, "memory_mb": round(memory_mb, 1)})


def noted(kind: str, x: Any, y: Any, scores: Any) -> dict[str, Any]:
    """Return what is kept of an answer: gold, answer, and where it has any, its probabilities."""
    if kind == "rank":
        return {"y": plain(y), "answer": [hit["id"] for hit in scores]}
    if kind == "extract":
        return {"y": sorted(spans.texts(x, y)), "answer": spans.answer(x, scores), "scores": scores}
    if kind == "generate":
        return {"y": plain(y), "answer": scores["text"], "scores": scores}
    return {"y": plain(y), "answer": best(y, scores), "scores": scores}


def _sketch(order: Order) -> None:
    folder, train = Path(order.folder), read_train(Path(order.train), order.learns_from)
    (folder / "session").mkdir(exist_ok=True)
    registry.model(order.model)().sketch(train, recipe=order.recipe, folder=folder / "session")
    _as_served(folder, train)


def _as_served(folder: Path, train: Any) -> None:
    """Write a network in int8 too, as it will be served if it answers the same: that is what costs are measured on."""
    if read_about(folder / "session")["engine"] in NETWORKS:
        from luodi.runtime import quantize  # loads OpenVINO

        shutil.rmtree(folder / SERVED, ignore_errors=True)
        quantize.make(folder / "session", "int8", [x for x, _ in train[:N_CALIBRATE]], folder / SERVED)


def run(order: Order) -> None:
    """Run a trial so that its memory is its own, and its death too. Raises what the user can mend."""
    folder = Path(order.folder)
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "order.json", asdict(order))
    command = child.command("luodi.steps.trial", str(folder / "order.json"))
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    if done.returncode == USER_ERROR:
        raise LuodiError(**json.loads(done.stdout.decode().splitlines()[-1]))
    if done.returncode in {-9, 137}:
        raise SetupError(
            f"{order.model} was ended by the system, most likely for want of memory",
            fix="make [select] sample smaller, or leave the model out of [select] models",
        )
    assert done.returncode == 0, f"the trial of {order.model} failed with {done.returncode}"


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
