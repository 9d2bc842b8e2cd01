"""Questions answered with lists, and what the lists are worth: what every exam of a task that ranks has in common."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from luodi import registry
from luodi.contracts import Facts, Job, Outcome, record
from luodi.metrics import interval, ranking
from luodi.runtime.session import open_session
from luodi.steps.trial import answer, asked
from luodi.store import write_json, write_lines

DETAILS = "details.json"
SAME = 1.0
MAX_SLICES = 20


@record
class Sitting:
    """Questions, and the ids that were answered, best first."""

    rows: list[dict[str, Any]]
    gold: list[Any]
    """Sets of ids, or their grades."""
    answers: list[tuple[str, ...]]
    scores: list[tuple[float, ...]]


def sit(rows: list[dict[str, Any]], model: Any) -> Sitting:
    """Ask every question."""
    hits = model.predict(asked([row["x"] for row in rows]))
    return Sitting(
        rows=rows,
        gold=[answer(row["y"]) for row in rows],
        answers=[tuple(one["id"] for one in each) for each in hits],
        scores=[tuple(one["score"] for one in each) for each in hits],
    )


def exported(job: Job, dev_rows: list[dict[str, Any]], rows: list[dict[str, Any]]) -> tuple[Any, Sitting, list[Facts]]:
    """Write the model to be served to `session/`; return its session, its exam, and that both rank alike."""
    model = registry.model(job.inputs["finetune"].facts["model"]).load(job.inputs["finetune"].path / "model")
    folder = job.out / "session"
    folder.mkdir()
    model.export(folder)
    session = open_session(folder)
    exam = sit(rows, session)
    on_dev = compare(sit(dev_rows, model), sit(dev_rows, session))
    parity = [{"form": "exported", "ok": True, "dev": on_dev, **compare(sit(rows, model), exam)}]
    assert all(one["agree"] >= SAME for one in (parity[0], on_dev)), f"the exported model ranks otherwise: {parity}"
    return session, exam, parity


def compare(theirs: Sitting, ours: Sitting) -> Facts:
    """Hold the lists of an exported model against the trained one's."""
    same = sum(a == b for a, b in zip(theirs.answers, ours.answers, strict=True))
    return {"agree": same / max(1, len(ours.rows)), "change": value(ours) - value(theirs)}


def value(exam: Sitting) -> float:
    """Return NDCG@10."""
    return ranking.ndcg_at_10(exam.gold, exam.answers)


def measure(job: Job, metric: str, exam: Sitting) -> dict[str, float]:
    """Return a metric with its interval."""
    name = metric.partition(".")[2]
    n = job.settings.n_resamples
    return interval.bootstrap(ranking, name, exam.gold, exam.answers, n_resamples=n, seed=job.seed)


def outcome(job: Job, exam: Sitting, parity: list[Facts], *, by: Sequence[str], details: Facts, **more: Any) -> Outcome:
    """Write the exam's answers to `exam.jsonl` and `details` to their file; return what every such exam found out.

    `by` are the tags that slices are cut by, `more` are the facts that this kind of exam has beside.
    """
    write_lines(
        job.out / "exam.jsonl",
        (
            {"line": row["line"], "request": row["request"], "y": row["y"], "answer": list(answer)}
            for row, answer in zip(exam.rows, exam.answers, strict=True)
        ),
    )
    write_json(job.out / DETAILS, details)
    metrics = {one: measure(job, one, exam) for one in job.task.metrics}
    facts = {
        "model": job.inputs["finetune"].facts["model"],
        "form": "plain",
        "n_exam": len(exam.rows),
        "metrics": metrics,
        "trained": {one: metrics[one]["value"] for one in job.task.metrics},
        "parity": parity,
        "temperature": 1.0,
        "promise": None,
        "baselines": baselines(job, exam),
        "slices": {tag: slices(job, exam, tag) for tag in by},
    }
    return Outcome(facts=facts | more)


def baselines(job: Job, exam: Sitting) -> Facts:
    """Compare with every plain model that learned from the same events, on the same exam."""
    name = job.task.metrics[0].partition(".")[2]
    result = {}
    for folder in sorted((job.inputs["finetune"].path / "baselines").glob("*")):
        theirs = sit(exam.rows, registry.model(folder.name).load(folder))
        n, seed = job.settings.n_resamples, job.seed
        gain = interval.paired(ranking, name, exam.gold, exam.answers, theirs.answers, n_resamples=n, seed=seed)
        result[folder.name] = measure(job, job.task.metrics[0], theirs) | {
            "gain": gain["gain"],
            "gain_low": gain["low"],
            "gain_high": gain["high"],
        }
    return result


def slices(job: Job, exam: Sitting, column: str) -> Facts:
    """Measure the questions of each value of a tag by themselves."""
    members: dict[str, list[int]] = defaultdict(list)
    for n, row in enumerate(exam.rows):
        members[row["tags"].get(column, "")].append(n)
    frequent = sorted(members.items(), key=lambda item: (-len(item[1]), item[0]))[:MAX_SLICES]
    return {value: {"n": len(at)} | measure(job, job.task.metrics[0], part(exam, at)) for value, at in frequent}


def part(exam: Sitting, at: Sequence[int]) -> Sitting:
    """Return some of the questions."""
    return Sitting(
        rows=[exam.rows[n] for n in at],
        gold=[exam.gold[n] for n in at],
        answers=[exam.answers[n] for n in at],
        scores=[exam.scores[n] for n in at],
    )
