"""Step 3. Let candidates try on a sample, measure them on this machine, keep the cheapest that is good enough."""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from luodi import child, registry
from luodi.contracts import Facts, Job, Outcome, Recipe, Refuses, record
from luodi.errors import LuodiError, ScenarioError, SetupError
from luodi.log import progress
from luodi.metrics import automation, calibration, interval
from luodi.runtime import measure
from luodi.runtime.endpoint import Endpoint
from luodi.steps import trial
from luodi.store import digest, read_json, read_lines, write_json, write_lines
from luodi.text import price

REMOTE = "remote"
CLEARLY_CHEAPER = 3.0  # clocks jitter; a candidate later in the list must be cheaper by this factor to go first
EQUAL = 0.005  # far inside the interval of any sample
N_MEASURED = 200
SAMPLE_EPOCHS = 3  # enough to rank candidates; the winner learns again, and longer, from all rows


@record
class Settings:
    """Which models may try, and what they must respect."""

    models: tuple[str, ...] | None = None
    """Candidates, cheapest first; left out, every one that the task knows."""
    base: str = "starter"
    """The pretrained encoder: `starter`, a folder, or a hub name (with LUODI_NETWORK=1)."""
    sample: int = 2_000
    """Every candidate learns from the same so many rows."""
    max_minutes: float = 5.0
    """No candidate may plan to learn longer."""
    max_size_mb: float | None = None
    """Larger models are not considered."""
    licenses: tuple[str, ...] | None = None
    """Models under other licenses are not considered."""
    remote: Endpoint | tuple[Endpoint, ...] = ()
    """Large models that may try too, each behind an OpenAI-compatible endpoint: the texts are sent there."""
    n_resamples: int = 1_000
    """Resamples behind each interval."""


def run(job: Job) -> Outcome:
    """Write what each candidate predicted on dev; the winner's model too, if it saw all the training rows."""
    settings: Settings = job.settings
    prepared = job.inputs["prepare"]
    endpoints = remotes(settings)
    names = [one for one in settings.models or job.task.models if one != REMOTE] + list(endpoints)
    n_train = prepared.facts["rows"]["train"]
    ranks = job.task.kind == "rank"  # half of a log is another log, so every candidate learns from all of it
    n_sample = n_train if ranks else min(settings.sample, n_train)
    sample = prepared.path if ranks else _sample(job.work, prepared.path / "train.jsonl", n_sample, job.seed)
    whole = n_sample == n_train
    candidates: list[Facts] = []
    measured: dict[str, Any] = {}
    for name in progress(names, total=len(names), doing="contest"):
        refused = _refusal(name, job, sample)
        if refused:
            candidates.append({"model": name, "value": None, "low": None, "high": None, "refused": refused})
            continue
        facts, scales = _try(name, job, sample, whole=whole)
        candidates.append(facts)
        measured[name] = scales
    allowed = [one for one in candidates if one["refused"] is None]
    if not allowed:
        why = "; ".join(f"{one['model']}: {one['refused']}" for one in candidates)
        raise ScenarioError(f"no candidate may take part ({why})", fix="loosen [select]")
    defined = job.inputs["define"].facts["succeed"]
    winner, why = choose(allowed, measured, defined, job.task.metrics[0], whole=whole)
    if whole:
        shutil.copytree(job.work / winner["model"] / "model", job.out / "model")
    for one in allowed:
        shutil.copyfile(job.work / one["model"] / "dev.jsonl", job.out / f"{one['model']}.jsonl")
    return Outcome(
        facts={
            "model": winner["model"],
            "metric": job.task.metrics[0],
            "base": settings.base,
            "remote": endpoints,
            "sample": n_sample,
            "whole": whole,
            "n_dev": prepared.facts["rows"]["dev"],
            "candidates": candidates,
        },
        measured={
            "why": why,
            "candidates": measured,
            "machine": measure.machine(),
            "forecast": _forecast(winner["model"], measured, n_sample, n_train),
        },
    )


def remotes(settings: Settings) -> dict[str, Facts]:
    """Return the endpoints of a scenario by the names under which they take part: `remote`, `remote-2`, …"""
    many = (settings.remote,) if isinstance(settings.remote, Endpoint) else settings.remote
    return {REMOTE if n == 1 else f"{REMOTE}-{n}": asdict(one) for n, one in enumerate(many, start=1)}


def choose(
    candidates: Sequence[Facts], measured: dict[str, Any], targets: dict[str, float], metric: str, *, whole: bool = True
) -> tuple[Facts, str]:
    """Return the cheapest candidate whose lower bound meets the targets, else the best, and one sentence why."""
    enough = [one for one in candidates if _is_enough(one, measured[one["model"]], targets)]
    if enough:
        best = enough[0]
        for one in enough[1:]:
            if measured[one["model"]]["usd_per_1k"] * CLEARLY_CHEAPER < measured[best["model"]]["usd_per_1k"]:
                best = one
        rest = f"the cheapest of {len(candidates)} whose lower bound meets the targets"
    else:
        best = max(candidates, key=lambda one: one["value"])
        if not whole:  # more rows help the richer of two equals, and those stand later in the list
            best = [one for one in candidates if one["value"] >= best["value"] - EQUAL][-1]
        rest = (
            f"the best of {len(candidates)} (on the sample none was sure to meet the targets)"
            if targets
            else f"the best of {len(candidates)}"
        )
    cost = measured[best["model"]]
    what = metric.partition(".")[2].replace("_", " ")
    sentence = (
        f"{best['model']}: {rest}; {what} {best['value']:.3f} ({best['low']:.3f}–{best['high']:.3f}) on dev, "
        f"{cost['p50_ms']:.3g} ms, {cost['size_mb']:.3g} MB, {price(cost['usd_per_1k'])}"
    )
    return best, sentence


def _is_enough(one: Facts, cost: dict[str, float], targets: dict[str, float]) -> bool:
    """Say whether a candidate is sure to meet the targets, of which one at least is a quality."""
    quality = {name: at for name, at in targets.items() if not name.startswith("cost.")}
    affordable = all(cost[name.partition(".")[2]] <= at for name, at in targets.items() if name not in quality)
    good = bool(quality) and all(
        name in one["metrics"] and one["metrics"][name]["low"] >= at for name, at in quality.items()
    )
    return good and affordable and bool(one["promises"])


def _refusal(name: str, job: Job, sample: Path) -> str | None:
    """Say why a model may not take part, before anything is learned."""
    settings: Settings = job.settings
    try:
        model = registry.model(name)
    except SetupError as error:
        if settings.models or name in remotes(settings):
            raise
        return error.what
    if job.task.kind not in model.kinds:
        return f"it cannot {job.task.kind}"
    if settings.licenses is not None and model.license not in settings.licenses:
        return f"its license is {model.license}"
    candidate = model()
    if isinstance(candidate, Refuses):
        texts = (
            [row["x"] for row in read_lines(sample)]
            if sample.is_file()
            else trial.read_train(sample, trial.learns_from(job.task))
        )
        return candidate.refuses(texts, recipe=Recipe(seed=job.seed, base=job.path_of(settings.base)))
    return None


def _sample(work: Path, file: Path, n: int, seed: int) -> Path:
    """Write the first n rows in an order of hashes: every candidate learns from the same ones."""
    rows = list(read_lines(file))
    if n < len(rows):
        rows = sorted(rows, key=lambda row: digest([seed, row["line"]]))[:n]
    path = work / "sample.jsonl"
    write_lines(path, ({"x": row["x"], "y": row["y"]} for row in rows))
    return path


def _try(name: str, job: Job, sample: Path, *, whole: bool) -> tuple[Facts, dict[str, float]]:
    """Fit one candidate in a process of its own, or take what an earlier, interrupted contest found."""
    folder = job.work / name
    done = folder / "done.json"
    if not done.is_file():
        folder.mkdir(exist_ok=True)
        settings: Settings = job.settings
        order = trial.Order(
            model=name,
            train=str(sample),
            dev=str(job.inputs["prepare"].path / "dev.jsonl"),
            folder=str(folder),
            recipe=Recipe(
                seed=job.seed,
                max_minutes=settings.max_minutes,
                base=job.path_of(settings.base),
                epochs=None if whole else SAMPLE_EPOCHS,
                remote=remotes(settings).get(name),
            ),
            learns_from=trial.learns_from(job.task),
            kind=job.task.kind,
        )
        result = _in_a_process(order)
        facts, scales = _judge(name, job, folder, result)
        write_json(done, {"facts": facts, "scales": scales})
    found = read_json(done)
    return found["facts"], found["scales"]


def _in_a_process(order: trial.Order) -> dict[str, Any]:
    """Run a trial so that its memory is its own, and its death too."""
    file = Path(order.folder) / "order.json"
    write_json(file, asdict(order))
    done = subprocess.run(child.command("luodi.steps.trial", str(file)), stdout=subprocess.PIPE, check=False)
    if done.returncode == trial.USER_ERROR:
        raise LuodiError(**json.loads(done.stdout.decode().splitlines()[-1]))
    if done.returncode in {-9, 137}:
        raise SetupError(
            f"{order.model} was ended by the system, most likely for want of memory",
            fix="make [select] sample smaller, or leave the model out of [select] models",
        )
    assert done.returncode == 0, f"the trial of {order.model} failed with {done.returncode}"
    result: dict[str, Any] = read_json(Path(order.folder) / "result.json")
    return result


def _judge(name: str, job: Job, folder: Path, result: dict[str, Any]) -> tuple[Facts, dict[str, float]]:
    metric = job.task.metrics[0]
    family = sys.modules[registry.metric(metric).__module__]
    rows = list(read_lines(folder / "dev.jsonl"))
    gold = [trial.answer(row["y"]) for row in rows]
    predicted = [trial.given(job.task.kind, row["answer"]) for row in rows]
    n = job.settings.n_resamples
    metrics = {
        one: interval.bootstrap(family, one.partition(".")[2], gold, predicted, n_resamples=n, seed=job.seed)
        for one in job.task.metrics
    }
    texts = [row["x"] for row in read_lines(job.inputs["prepare"].path / "dev.jsonl")][:N_MEASURED]
    core_hour = job.inputs["define"].facts["price"]["core_hour"]
    scales = measure.measure(folder / "session", texts, work=folder, core_hour=core_hour)
    limit = job.settings.max_size_mb
    refused = f"it is {scales['size_mb']:.0f} MB large" if limit and scales["size_mb"] > limit else None
    facts = {
        "model": name,
        **metrics[metric],
        "metrics": metrics,
        "refused": refused,
        "promises": _promises(job, rows, gold, predicted),
    }
    facts["learned"] = result["facts"]
    return facts, scales | {"fit_s": result["seconds"], "train_memory_mb": result["memory_mb"]}


def _promises(job: Job, rows: list[dict[str, Any]], gold: list[Any], predicted: list[Any]) -> bool:
    """Say whether the asked precision looks reachable on dev. Only the exam can promise it."""
    automate = job.inputs["define"].facts["automate"]
    if not automate:
        return True
    sure = [calibration.confidence(job.task.kind, row["scores"]) for row in rows]
    right = [trial.is_right(job.task.kind, g, p) for g, p in zip(gold, predicted, strict=True)]
    return automation.promise((sure, right), (sure, right), **automate).threshold is not None


def _forecast(name: str, measured: dict[str, Any], n_sample: int, n_train: int) -> dict[str, Any]:
    """Scale the winner's time to all rows. Memory grows too, but by less; the sample's is a lower bound."""
    scales = measured[name]
    return {
        "model": name,
        "rows": n_train,
        "finetune_s": round(scales["fit_s"] * n_train / n_sample, 1),
        "train_memory_mb": scales["train_memory_mb"],
    }
