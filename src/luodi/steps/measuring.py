"""What the exams of all kinds of rows have in common: values with intervals, baselines, slices, what is right."""

import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

from luodi import registry
from luodi.contracts import Draft, Facts, Job, Keeps
from luodi.metrics import checks, interval
from luodi.runtime import spans

MAX_SLICES = 20
AT_ONCE = 256  # rows whose own values are computed together


def family(metric: str) -> ModuleType:
    """Return the module that a metric is of."""
    return sys.modules[registry.metric(metric).__module__]


def value(metric: str, gold: Sequence[Any], answers: Sequence[Any]) -> float:
    """Return a metric."""
    return float(registry.metric(metric)(gold, answers))


def measure(job: Job, metric: str, gold: Sequence[Any], answers: Sequence[Any]) -> dict[str, float]:
    """Return a metric with its interval."""
    name, n = metric.partition(".")[2], job.settings.n_resamples
    return interval.bootstrap(family(metric), name, gold, answers, n_resamples=n, seed=job.seed)


def measured(job: Job, gold: Sequence[Any], answers: Sequence[Any]) -> Facts:
    """Return all metrics of the task with their intervals."""
    return {metric: measure(job, metric, gold, answers) for metric in job.task.metrics}


def trained(job: Job, name: str) -> Any:
    """Return the fitted model; one whose answers cost money goes on from those that it noted before a crash."""
    model = registry.model(name).load(job.inputs["finetune"].path / "model")
    if isinstance(model, Keeps):
        model.keep(job.work)
    return model


def remote(job: Job, name: str) -> Facts:
    """Return where texts go, and in which form, if they go anywhere."""
    if name not in job.inputs["select"].facts["remote"]:
        return {}
    told = {key: job.inputs["finetune"].facts[key] for key in ("asks", "host", "here", "prompt", "examples")}
    return {"remote": told | {"personal": job.inputs["prepare"].facts["wash"]["personal"]}}


def flags(job: Job, rows: Sequence[Mapping[str, Any]], drafts: Sequence[Draft]) -> list[tuple[str, ...]]:
    """Return what the checks find against each written text: of its model, or of the task that hands it out."""
    made = []
    for row, one in zip(rows, drafts, strict=True):
        request = job.task.Request(**row["request"])
        response = job.task.to_response(request, one, job.options)
        made.append(tuple(sorted({*one.get("flags", ()), *getattr(response, "flags", ())})))
    return made


def checked(job: Job, found: Sequence[Sequence[str]]) -> Facts:
    """Return what is measured without right answers, with its interval; `found` are the flags of each text."""
    return {name: checks.interval(found) for name in checks.measured_for(job.task.kind)}


def by_row(metric: str, gold: Sequence[Any], answers: Sequence[Any]) -> list[float]:
    """Return the value of a metric on each row by itself."""
    import numpy as np

    of = family(metric)
    tables, made = of.table(gold, answers), list[float]()
    for start in range(0, len(gold), AT_ONCE):
        parts = [one[start : start + AT_ONCE] for one in tables]
        made += of.from_counts(metric.partition(".")[2], np.eye(len(parts[0])), *parts)
    return made


def right(job: Job, gold: Sequence[Any], answers: Sequence[Any]) -> list[bool]:
    """Say of each answer whether it is right; of a text that was written, whether its value is high enough."""
    if job.task.kind == "extract":
        return [spans.is_right(one, given) for one, given in zip(gold, answers, strict=True)]
    if job.task.kind == "generate":
        return [one >= job.inputs["define"].facts["good"] for one in by_row(job.task.metrics[0], gold, answers)]
    return [bool(one == given) for one, given in zip(gold, answers, strict=True)]


def baselines(job: Job, gold: Sequence[Any], answers: Sequence[Any], ask: Callable[[Any], Sequence[Any]]) -> Facts:
    """Compare with every plain model that learned from the same rows; `ask` returns a model's answers to the exam."""
    metric, result = job.task.metrics[0], {}
    for folder in sorted((job.inputs["finetune"].path / "baselines").glob("*")):
        theirs = ask(registry.model(folder.name).load(folder))
        gain = interval.paired(family(metric), metric.partition(".")[2], gold, answers, theirs,
                               n_resamples=job.settings.n_resamples, seed=job.seed)  # fmt: skip
        both = {"gain": gain["gain"], "gain_low": gain["low"], "gain_high": gain["high"]}
        result[folder.name] = measure(job, metric, gold, theirs) | both
    return result


def slices(job: Job, rows: Sequence[Any], gold: Sequence[Any], answers: Sequence[Any], columns: Sequence[str]) -> Facts:
    """Measure each value of each column by itself; values beyond the most frequent are left out."""
    result: Facts = {}
    for column in columns:
        members: dict[str, list[int]] = defaultdict(list)
        for n, row in enumerate(rows):
            members[row["tags"].get(column, "")].append(n)
        frequent = sorted(members.items(), key=lambda item: (-len(item[1]), item[0]))[:MAX_SLICES]
        result[column] = {
            one: {"n": len(at)} | measure(job, job.task.metrics[0], [gold[n] for n in at], [answers[n] for n in at])
            for one, at in frequent
        }
    return result
