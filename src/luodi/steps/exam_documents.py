"""The last exam of search: every passage stands against the right ones, on every judged question kept for it."""

from typing import Any

from luodi.contracts import Facts, Job, Outcome
from luodi.steps import sitting
from luodi.steps.sitting import Sitting
from luodi.text import shorten

N_LISTED = 20


def run(job: Job, dev_rows: list[dict[str, Any]], rows: list[dict[str, Any]]) -> Outcome:
    """Write the model to be served to `session/`, the exam's answers to `exam.jsonl`, the rest to `details.json`."""
    session, exam, parity = sitting.exported(job, dev_rows, rows)
    return sitting.outcome(
        job,
        exam,
        parity,
        by=("words",),
        details={"misses": _misses(exam)},
        questions=job.inputs["prepare"].facts["questions"],
        how=session.about(),
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
