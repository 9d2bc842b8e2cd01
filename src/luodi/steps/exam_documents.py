"""The last exam of search: every passage stands against the right ones, on every judged question kept for it."""

from typing import Any

from luodi.contracts import Facts, Job, Outcome
from luodi.steps import sitting
from luodi.steps.sitting import Sitting
from luodi.store import write_json, write_lines
from luodi.text import shorten

DETAILS = "details.json"
N_LISTED = 20


def run(job: Job, dev_rows: list[dict[str, Any]], rows: list[dict[str, Any]]) -> Outcome:
    """Write the model to be served to `session/`, the exam's answers to `exam.jsonl`, the rest to `details.json`."""
    session, exam, parity = sitting.exported(job, dev_rows, rows)
    metrics = {one: sitting.measure(job, one, exam) for one in job.task.metrics}
    write_lines(
        job.out / "exam.jsonl",
        (
            {"line": row["line"], "request": row["request"], "y": row["y"], "answer": list(answer)}
            for row, answer in zip(rows, exam.answers, strict=True)
        ),
    )
    write_json(job.out / DETAILS, {"misses": _misses(exam)})
    return Outcome(
        facts={
            "model": job.inputs["finetune"].facts["model"],
            "form": "plain",
            "n_exam": len(rows),
            "metrics": metrics,
            "trained": {one: metrics[one]["value"] for one in job.task.metrics},
            "parity": parity,
            "temperature": 1.0,
            "promise": None,
            "baselines": sitting.baselines(job, exam),
            "slices": sitting.slices(job, exam, "words"),
            "questions": job.inputs["prepare"].facts["questions"],
            "how": session.about(),
        }
    )


def _misses(exam: Sitting) -> list[Facts]:
    """Return some questions without a right answer among the first 10, with what was shown instead."""
    missed = [
        n for n, (gold, got) in enumerate(zip(exam.gold, exam.answers, strict=True)) if not set(gold) & set(got[:10])
    ]
    return [
        {
            "where": exam.rows[n]["line"],
            "text": shorten(str(exam.rows[n]["request"]["query"]), 280),
            "gold": sorted(exam.gold[n])[:5],
            "shown": list(exam.answers[n][:5]),
        }
        for n in missed[:N_LISTED]
    ]
