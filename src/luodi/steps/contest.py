"""The contest itself: who learns when, on how many rows, who is dropped on the way, and what each has shown."""

import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from luodi import registry
from luodi.contracts import Facts, Job, Recipe, Sketches, record
from luodi.log import bar_for
from luodi.metrics import automation, calibration, interval
from luodi.runtime import measure
from luodi.steps import measuring, trial
from luodi.store import digest, read_json, read_lines, write_json, write_lines
from luodi.text import of_unit

N_MEASURED = 200
SAMPLE_EPOCHS = 3  # enough to rank candidates; the winner learns again, and longer, from all rows
SMALLEST_RUNG, GROWTH = 500, 4
SKETCH = "sketch"
FROM_ALL = frozenset({"rank", "generate"})
"""Kinds whose candidates all learn from all rows, at most so long as `[select] max_minutes` says."""
BUSY = 2.0  # a machine that others use makes everything so much slower; who is only as far off as that may take part

Scales = dict[str, float]


@record
class Sample:
    """Rows to learn from: a file of them, or the folder of an event log."""

    path: Path
    n: int


@record
class Contest:
    """Who may learn from what, under which limits."""

    job: Job
    rungs: tuple[Sample, ...]
    """Growing samples; the last is the one that decides."""
    whole: bool
    """Whether the last one holds every training row."""
    remotes: dict[str, Facts]

    def recipe(self, name: str, *, last: bool) -> Recipe:
        settings = self.job.settings
        return Recipe(
            seed=self.job.seed,
            max_minutes=settings.max_minutes,
            base=self.job.path_of(settings.base),
            epochs=None if last and self.whole else SAMPLE_EPOCHS,
            remote=self.remotes.get(name),
        )


@record
class Shown:
    """What a candidate has shown on dev and on the scales."""

    facts: Facts
    scales: Scales
    folder: Path


def rungs(kind: str, n: int) -> list[int]:
    """Return the rows of each rung of a contest over n rows."""
    return [n] if kind in FROM_ALL else sizes(n)


def sizes(n: int) -> list[int]:
    """Return the rows of each rung: quarters of quarters, as long as they are worth looking at.

    >>> sizes(2_000), sizes(20_000), sizes(900)
    ([500, 2000], [1250, 5000, 20000], [900])
    """
    made = [n]
    while made[0] // GROWTH >= SMALLEST_RUNG:
        made.insert(0, made[0] // GROWTH)
    return made


def samples(work: Path, file: Path, sizes: Sequence[int], seed: int) -> list[Sample]:
    """Write the first n rows in an order of hashes: every candidate learns from the same ones, more hold the fewer."""
    rows = list(read_lines(file))
    ordered = sorted(rows, key=lambda row: digest([seed, row["line"]]))
    made = []
    for n in sizes:
        path = work / f"sample-{n}.jsonl"
        taken = rows if n == len(rows) else ordered[:n]
        write_lines(path, ({"x": row["x"], "y": row["y"]} for row in taken))
        made.append(Sample(path=path, n=n))
    return made


def hold(contest: Contest, names: Sequence[str]) -> dict[str, Shown]:
    """Let the candidates try, and return what each has shown; one that was dropped says why in `refused`.

    Those that learn in seconds do so side by side, one to a core. The others follow one by one, since they use all
    cores, and climb from small samples to large ones as long as it is worth it. All are measured alone.
    """
    plain = [name for name in names if registry.model(name).plain and contest.job.task.kind != "rank"]
    bar = bar_for(total=len(names), doing="contest")
    with ThreadPoolExecutor(max(1, len(os.sched_getaffinity(0)))) as threads:
        list(threads.map(lambda name: _fit(contest, name, contest.rungs[-1]), plain))
    found: dict[str, Shown] = {}
    for name in [*plain, *(one for one in names if one not in plain)]:
        found[name] = _show(contest, name, contest.rungs[-1]) if name in plain else _climb(contest, name, found)
        bar.update(1)
    bar.close()
    return {name: found[name] for name in names}


def too_dear(contest: Contest, name: str) -> str | None:
    """Say which limit a candidate cannot keep, by weighing and timing it before it has learned anything."""
    job = contest.job
    limits = {key.partition(".")[2]: at for key, at in job.inputs["define"].facts["succeed"].items() if "cost." in key}
    if job.settings.max_size_mb is not None:
        limits["size_mb"] = min(job.settings.max_size_mb, limits.get("size_mb", job.settings.max_size_mb))
    if not limits or not issubclass(registry.model(name), Sketches):
        return None
    folder = job.work / f"{name}-{SKETCH}"
    file = folder / "scales.json"
    if not file.is_file():
        _order(contest, name, contest.rungs[-1], folder, sketch=True)
        write_json(file, _scales(job, folder))
    scales = read_json(file)
    for limit, at in limits.items():
        found = scales[{"p95_ms": "p50_ms"}.get(limit, limit)]  # of all answers, half are slower than this at least
        if found > at * (1.0 if limit == "size_mb" else BUSY):
            return f"untrained it already takes {of_unit(limit, found)}, {of_unit(limit, at)} asked ({limit})"
    return None


def _climb(contest: Contest, name: str, found: dict[str, Shown]) -> Shown:
    """Let a slow candidate learn from ever more rows, unless it is clear that more would not help."""
    for sample in contest.rungs[:-1]:
        shown = _show(contest, name, sample)
        for other in found.values():
            if other.facts["refused"] is None and (why := _hopeless(contest, shown, other, sample.n)):
                return Shown(facts=shown.facts | {"refused": why}, scales=shown.scales, folder=shown.folder)
    return _show(contest, name, contest.rungs[-1])


def _hopeless(contest: Contest, shown: Shown, other: Shown, n: int) -> str | None:
    """Say why a candidate can be dropped: it costs no less than another, and cannot catch up.

    Mistakes fall with the number of rows by a power law whose exponent is at most one half (Hestness et al. 2017,
    "Deep Learning Scaling is Predictable, Empirically", section 2): on k times the rows they shrink by the root of k.
    So it cannot when even the upper end of the paired interval of its quality leaves more mistakes than that.
    """
    if shown.scales["usd_per_1k"] < other.scales["usd_per_1k"]:
        return None
    gap = paired(contest.job, shown.folder, other.folder, n_resamples=contest.job.settings.n_resamples)
    shrinks = (contest.rungs[-1].n / n) ** 0.5
    mistakes = 1 - other.facts["value"]
    if mistakes - gap["high"] <= mistakes * shrinks:
        return None
    return f"on {n:,} rows it made {mistakes - gap['high']:.3f} mistakes or more, {other.facts['model']} {mistakes:.3f}"


def paired(job: Job, ours: Path, theirs: Path, *, n_resamples: int) -> dict[str, float]:
    """Return by how much one candidate beats another on the rows that both answered: `gain`, `low`, `high` (95 %)."""
    metric = job.task.metrics[0]
    family = sys.modules[registry.metric(metric).__module__]
    gold, mine = answers(job, ours)
    other = answers(job, theirs)[1]
    both = min(len(mine), len(other))  # the rows of dev come last, whatever else one of them was asked
    compared = gold[-both:], mine[-both:], other[-both:]
    return interval.paired(family, metric.partition(".")[2], *compared, n_resamples=n_resamples, seed=job.seed)


def answers(job: Job, folder: Path) -> tuple[list[Any], list[Any]]:
    """Return what the rows of dev should be answered, and what a candidate said."""
    rows = list(read_lines(folder / "dev.jsonl"))
    return [trial.answer(row["y"]) for row in rows], [trial.given(job.task.kind, row["answer"]) for row in rows]


def _folder(contest: Contest, name: str, sample: Sample) -> Path:
    last = sample.n == contest.rungs[-1].n
    return contest.job.work / (name if last else f"{name}-{sample.n}")


def _fit(contest: Contest, name: str, sample: Sample) -> Path:
    """Fit one candidate in a process of its own, unless an earlier, interrupted contest has."""
    folder = _folder(contest, name, sample)
    if not (folder / "result.json").is_file():
        _order(contest, name, sample, folder)
    return folder


def _show(contest: Contest, name: str, sample: Sample) -> Shown:
    """Fit and judge one candidate, or take what an earlier, interrupted contest found."""
    folder = _fit(contest, name, sample)
    done = folder / "done.json"
    if not done.is_file():
        facts, scales = _judge(contest.job, name, folder)
        write_json(done, {"facts": facts, "scales": scales})
    found = read_json(done)
    return Shown(facts=found["facts"], scales=found["scales"], folder=folder)


def _order(contest: Contest, name: str, sample: Sample, folder: Path, *, sketch: bool = False) -> None:
    order = trial.Order(
        model=name,
        train=str(sample.path),
        dev=str(contest.job.inputs["prepare"].path / "dev.jsonl"),
        folder=str(folder),
        recipe=contest.recipe(name, last=sample.n == contest.rungs[-1].n),
        learns_from=trial.learns_from(contest.job.task),
        kind=contest.job.task.kind,
        cross=not contest.remotes,  # whose answers cost money, and are asked for once
        sketch=sketch,
    )
    trial.run(order)


def _judge(job: Job, name: str, folder: Path) -> tuple[Facts, Scales]:
    result, metric = read_json(folder / "result.json"), job.task.metrics[0]
    family = sys.modules[registry.metric(metric).__module__]
    gold, predicted = answers(job, folder)
    n = job.settings.n_resamples
    metrics = {
        one: interval.bootstrap(family, one.partition(".")[2], gold, predicted, n_resamples=n, seed=job.seed)
        for one in job.task.metrics
    } | _checked(job, folder)
    scales = _scales(job, folder)
    limit = job.settings.max_size_mb
    refused = f"it is {scales['size_mb']:.0f} MB large" if limit and scales["size_mb"] > limit else None
    facts = {
        "model": name,
        **metrics[metric],
        "metrics": metrics,
        "refused": refused,
        "promises": _promises(job, folder, gold, predicted),
        "learned": result["facts"],
    }
    return facts, scales | {"fit_s": result["seconds"], "train_memory_mb": result["memory_mb"]}


def _checked(job: Job, folder: Path) -> Facts:
    """Return what the checks of written texts say of a candidate; nothing where answers are no texts."""
    if job.task.kind != "generate":
        return {}
    rows = list(read_lines(job.inputs["prepare"].path / "dev.jsonl"))
    drafts = [one["scores"] for one in read_lines(folder / "dev.jsonl")]
    return measuring.checked(job, measuring.flags(job, rows, drafts))


def _scales(job: Job, folder: Path) -> Scales:
    """Time and weigh a candidate as it would be served: a network in int8."""
    texts = [row["x"] for row in read_lines(job.inputs["prepare"].path / "dev.jsonl")][:N_MEASURED]
    core_hour = job.inputs["define"].facts["price"]["core_hour"]
    served = folder / trial.SERVED
    session = served if served.is_dir() else folder / "session"
    return measure.measure(session, texts, work=folder, core_hour=core_hour)


def _promises(job: Job, folder: Path, gold: list[Any], predicted: list[Any]) -> bool:
    """Say whether the asked precision looks reachable on dev. Only the exam can promise it."""
    automate = job.inputs["define"].facts["automate"]
    if not automate:
        return True
    sure = [calibration.confidence(job.task.kind, row["scores"]) for row in read_lines(folder / "dev.jsonl")]
    right = measuring.right(job, gold, predicted)
    return automation.promise((sure, right), (sure, right), **automate).threshold is not None
