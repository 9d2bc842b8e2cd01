"""Step 5. Fit the chosen model to the labelled data, and the plain ones that it has to beat."""

import resource
import shutil
import time
from pathlib import Path
from typing import Any

from luodi import registry
from luodi.contracts import Facts, Job, Outcome, Recipe, Searches, record
from luodi.steps import search, together
from luodi.steps.trial import learns_from, read_train
from luodi.store import read_pairs


@record
class Settings:
    """Learn the task."""

    max_minutes: float = 30.0
    """Learning is planned to end within so long; the best model so far is kept."""
    epochs: int | None = None
    """How often every row is seen; left out, more often the fewer rows there are."""
    learning_rate: float | None = None
    """How far a step goes; left out, what suits the model."""
    max_tokens: int | None = None
    """Longer texts are cut; left out, enough for 98 of 100 texts."""
    frozen_layers: int | None = None
    """So many of the lowest layers of a network stay as they are: faster, and less exact; left out, all learn."""
    lora_rank: int | None = None
    """Learn additions of this rank instead of the weights themselves, in less memory; left out, the weights."""
    class_weights: bool = False
    """Weigh rare labels up."""
    search_minutes: float = 0.0
    """Look for a better recipe for about so long first; what is set above stays. Never worse on dev than without."""


def run(job: Job) -> Outcome:
    """Write the fitted model to `model/` and each plain one to `baselines/<name>/`."""
    selected, prepared = job.inputs["select"], job.inputs["prepare"].path
    name = selected.facts["model"]
    how = recipe(job.settings, selected.facts, seed=job.seed, base=job.path_of(selected.facts["base"]))
    what = learns_from(job.task)
    train, dev = (
        read_train(prepared / "train.jsonl" if what == "rows" else prepared, what),
        read_pairs(prepared / "dev.jsonl"),
    )
    started = time.monotonic()
    (job.out / "model").mkdir()
    if _is_finished(job):
        shutil.copytree(selected.path / "model", job.out / "model", dirs_exist_ok=True)
        learned = next(one["learned"] for one in selected.facts["candidates"] if one["model"] == name)
        facts: Facts = {"model": name, "from": "the contest, which saw every training row", **learned}
    elif job.settings.search_minutes and isinstance(registry.model(name)(), Searches):
        facts = {"model": name, **search.run(job, name, how)}
    else:
        facts = {"model": name, **_fit(job, name, train, dev, how)}
    seconds = time.monotonic() - started
    for other in _plain(job, name):
        folder = job.out / "baselines" / other
        folder.mkdir(parents=True)
        baseline = registry.model(other)()
        baseline.fit(train, dev, recipe=how, work=_work(job, other))
        baseline.save(folder)
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    return Outcome(facts=facts, measured={"seconds": round(seconds, 2), "train_memory_mb": round(memory_mb, 1)})


def recipe(settings: Settings, selected: Facts, *, seed: int, base: str) -> Recipe:
    """Return how the chosen model learns from all rows; `selected` are the facts of the contest."""
    return Recipe(
        seed=seed,
        max_minutes=settings.max_minutes,
        base=base,
        epochs=settings.epochs,
        learning_rate=settings.learning_rate,
        max_tokens=settings.max_tokens,
        frozen_layers=settings.frozen_layers,
        lora_rank=settings.lora_rank,
        class_weights=settings.class_weights,
        remote=selected["remote"].get(selected["model"]),
    )


def _fit(job: Job, name: str, train: Any, dev: Any, how: Recipe) -> Facts:
    pretrained = job.inputs["pretrain"]
    kind = registry.model(name)
    before = None if "skipped" in pretrained.facts else pretrained.path / "model"
    if getattr(kind, "parallel", False) and (n := _n_processes()) > 1:
        prepared, what = job.inputs["prepare"].path, learns_from(job.task)
        order = together.Order(
            model=name,
            before=None if before is None else str(before),
            train=str(prepared / "train.jsonl" if what == "rows" else prepared),
            dev=str(prepared / "dev.jsonl"),
            work=str(_work(job, name)),
            out=str(job.out / "model"),
            recipe=how,
            learns_from=what,
        )
        return together.fit(order, n=n)
    model = kind() if before is None else kind.load(before)
    facts: Facts = model.fit(train, dev, recipe=how, work=_work(job, name))
    model.save(job.out / "model")
    return facts


def _n_processes() -> int:
    from luodi.train import parallel

    return parallel.n_processes()


def _is_finished(job: Job) -> bool:
    """Say whether the contest's winner already learned from every row, just as this step would have it learn."""
    settings: Settings = job.settings
    unchanged = Settings(max_minutes=settings.max_minutes) == settings
    return bool(job.inputs["select"].facts["whole"] and "skipped" in job.inputs["pretrain"].facts and unchanged)


def _plain(job: Job, chosen: str) -> list[str]:
    """Return the other candidates that are quick to fit on all rows."""
    names = [one["model"] for one in job.inputs["select"].facts["candidates"] if one["refused"] is None]
    return [name for name in names if name != chosen and registry.model(name).plain]


def _work(job: Job, name: str) -> Path:
    folder = job.work / name
    folder.mkdir(exist_ok=True)
    return folder
