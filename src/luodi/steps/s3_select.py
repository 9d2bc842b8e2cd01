"""Step 3. Let candidates try on a sample, measure them on this machine, keep the cheapest that is good enough."""

import shutil
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from luodi import registry
from luodi.contracts import Facts, Job, Outcome, Refuses, Scarce, record
from luodi.errors import ScenarioError, SetupError
from luodi.runtime import measure
from luodi.runtime.endpoint import Endpoint
from luodi.steps import contest, paying, trial
from luodi.store import read_lines
from luodi.text import of_metric, of_unit, price

REMOTE = "remote"
ON_REQUEST = {"decoder-lora", "decoder-writer", "distilled"}  # a base of its own; a second training after the encoder's
CLEARLY_CHEAPER = 3.0  # clocks jitter; a candidate later in the list must be cheaper by this factor to go first
EQUAL = 0.005  # far inside the interval of any sample


@record
class Settings:
    """Which models may try, and what they must respect."""

    models: tuple[str, ...] | None = None
    """Candidates, cheapest first; left out, every one that the task knows, but distilled and those that need a base."""
    base: str = "starter"
    """The pretrained encoder, a causal model for decoder-lora or decoder-writer, for seq2seq a translator of Marian's
    kind: `starter`, a folder, a hub name (LUODI_NETWORK=1)."""
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
    known = settings.models or [one for one in job.task.models if one not in ON_REQUEST]
    names = [one for one in known if one != REMOTE] + list(endpoints)
    n_train = prepared.facts["rows"]["train"]
    ranks = job.task.kind == "rank"
    # half of a log is another log, and a tenth of the texts teaches no language: there, all learn from all of it
    n_sample = n_train if job.task.kind in contest.FROM_ALL else min(settings.sample, n_train)
    samples = (
        [contest.Sample(path=prepared.path, n=n_sample)]
        if ranks
        else contest.samples(job.work, prepared.path / "train.jsonl", contest.rungs(job.task.kind, n_sample), job.seed)
    )
    whole = n_sample == n_train
    held = contest.Contest(job=job, rungs=tuple(samples), whole=whole, remotes=endpoints)
    refused = _refused(held, names)
    shown = contest.hold(held, [name for name in names if name not in refused])
    nothing: Facts = {"value": None, "low": None, "high": None}
    candidates: list[Facts] = [
        shown[name].facts if name in shown else {"model": name, **nothing, "refused": refused[name]} for name in names
    ]
    measured: dict[str, Any] = {name: one.scales for name, one in shown.items()}
    allowed = [one for one in candidates if one["refused"] is None]
    if not allowed:
        why = "; ".join(f"{one['model']}: {one['refused']}" for one in candidates)
        raise ScenarioError(f"no candidate may take part ({why})", fix="loosen [select]")
    defined = job.inputs["define"].facts["succeed"]
    winner, why = choose(allowed, measured, defined, job.task.metrics[0], whole=whole)
    best = shown[winner["model"]].folder
    if whole:
        shutil.copytree(best / "model", job.out / "model")
    for one in allowed:
        folder = shown[one["model"]].folder
        shutil.copyfile(folder / "dev.jsonl", job.out / f"{one['model']}.jsonl")
        if one is not winner:
            one["gain"] = contest.paired(job, folder, best, n_resamples=settings.n_resamples)
    return Outcome(
        facts={
            "model": winner["model"],
            "metric": job.task.metrics[0],
            "base": settings.base,
            "remote": endpoints,
            "sample": n_sample,
            "whole": whole,
            "n_dev": sum(1 for _ in read_lines(job.out / f"{winner['model']}.jsonl")),
            "candidates": candidates,
        },
        measured={
            "why": why,
            "more": paying.more(winner, allowed, measured),
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
    time, size = (of_unit(name, cost[name]) for name in ("p50_ms", "size_mb"))
    sentence = (
        f"{best['model']}: {rest}; {of_metric(metric)} {best['value']:.3f} ({best['low']:.3f}–{best['high']:.3f})"
        f" on dev, {time}, {size}, {price(cost['usd_per_1k'])}"
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


def _refused(held: contest.Contest, names: Sequence[str]) -> dict[str, str]:
    """Return why models may not take part, before anything is learned.

    Limits on cost leave one candidate at least in the contest: the verdict says that it does not meet them.
    """
    found = {name: why for name in names if (why := _refusal(name, held))}
    rest = [name for name in names if name not in found]
    dear = {name: why for name in rest if (why := contest.too_dear(held, name))}
    return found | dear if len(dear) < len(rest) else found


def _refusal(name: str, held: contest.Contest) -> str | None:
    job, settings = held.job, held.job.settings
    try:
        model = registry.model(name)
    except SetupError as error:
        if settings.models or name in held.remotes:
            raise
        return error.what
    if job.task.kind not in model.kinds:
        return f"it cannot {job.task.kind}"
    if settings.licenses is not None and model.license not in settings.licenses:
        return f"its license is {model.license}"
    candidate = model()
    if isinstance(candidate, Scarce) and not settings.models:
        rows, n_labels = job.inputs["prepare"].facts["rows"]["train"], len(job.inputs["prepare"].facts["labels"])
        if rows > candidate.most_per_label * n_labels:
            return f"it is for {candidate.most_per_label} rows a label or fewer, and here are {rows / n_labels:.0f}"
    if isinstance(candidate, Refuses):
        sample = held.rungs[-1].path
        texts = (
            [row["x"] for row in read_lines(sample)]
            if sample.is_file()
            else trial.read_train(sample, trial.learns_from(job.task))
        )
        return candidate.refuses(texts, recipe=held.recipe(name, last=True))
    return None


def _forecast(name: str, measured: dict[str, Any], n_sample: int, n_train: int) -> dict[str, Any]:
    """Scale the winner's time to all rows. Memory grows too, but by less; the sample's is a lower bound."""
    scales = measured[name]
    return {
        "model": name,
        "rows": n_train,
        "finetune_s": round(scales["fit_s"] * n_train / n_sample, 1),
        "train_memory_mb": scales["train_memory_mb"],
    }
