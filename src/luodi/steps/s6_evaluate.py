"""Step 6. The last exam: measure, make it smaller and faster, and measure again what will be served."""

from collections.abc import Sequence
from dataclasses import asdict
from importlib import import_module
from types import ModuleType
from typing import Any, Literal

from luodi.contracts import Facts, Job, Outcome, Scores, record
from luodi.metrics import automation, calibration
from luodi.runtime.session import open_session
from luodi.steps import forms, measuring
from luodi.steps.forms import Exam, sit
from luodi.steps.trial import learns_from, plain
from luodi.store import read_lines, write_json, write_lines
from luodi.text import shorten

N_MISTAKES = 20
DETAILS = "details.json"
"""What is too long for the lock file, or quotes the user's texts."""
OWN_EXAM = frozenset({"extract", "generate"})
"""Kinds whose exam is a module of its own."""


@record
class Settings:
    """Measure, then optimize, then measure again."""

    slices: tuple[str, ...] = ()
    """Columns to look at one by one: how good is it in each channel, in each language?"""
    calibrate: bool = True
    """Make probabilities mean what they say, by a temperature."""
    quantize: Literal["int8", "bf16", "none"] = "int8"
    """The form to serve a network in, if it answers the same: "int8", "bf16" or "none"."""
    max_loss: float = 0.003
    """A faster form may lose at most so much accuracy on dev, or one row."""
    engine: Literal["fastest", "openvino", "onnx"] = "fastest"
    """What runs a network: "openvino", "onnx" (ONNX Runtime), or whichever is clearly faster on this machine."""
    n_resamples: int = 2_000
    """Resamples behind each interval."""


def run(job: Job) -> Outcome:
    """Write the model to be served to `session/`, the exam's answers to `exam.jsonl`."""
    prepared = job.inputs["prepare"].path
    dev_rows, rows = list(read_lines(prepared / "dev.jsonl")), list(read_lines(prepared / "test.jsonl"))
    special = job.task.kind if job.task.kind in OWN_EXAM else learns_from(job.task)
    if special != "rows":
        exam = import_module(f"luodi.steps.exam_{special}")
        return exam.run(job, dev_rows, rows)  # type: ignore[no-any-return]
    return _labelled(job, dev_rows, rows)


def _labelled(job: Job, dev_rows: list[dict[str, Any]], rows: list[dict[str, Any]]) -> Outcome:
    settings: Settings = job.settings
    name = job.inputs["finetune"].facts["model"]
    model = measuring.trained(job, name)
    trained_dev, trained = sit(dev_rows, model), sit(rows, model)
    served = forms.decide(job, model, trained_dev, trained)
    session = open_session(job.out / "session")
    dev, exam = sit(dev_rows, session), sit(rows, session)
    kind = job.task.kind
    t = calibration.fit_temperature(kind, dev.gold, dev.scores) if settings.calibrate else 1.0
    sharp_dev = [calibration.sharpen(kind, one, t) for one in dev.scores]
    sharp = [calibration.sharpen(kind, one, t) for one in exam.scores]
    sure_dev = [calibration.confidence(kind, one) for one in sharp_dev]
    sure = [calibration.confidence(kind, one) for one in sharp]
    raw = [calibration.confidence(kind, one) for one in exam.scores]
    right_dev = [g == a for g, a in zip(dev.gold, dev.answers, strict=True)]
    right = [g == a for g, a in zip(exam.gold, exam.answers, strict=True)]
    automate = job.inputs["define"].facts["automate"]
    promise = automation.promise((sure_dev, right_dev), (sure, right), **automate) if automate else None
    _write_exam(job, exam, sharp)
    family = measuring.family(job.task.metrics[0])
    write_json(
        job.out / DETAILS,
        {
            "per_class": family.per_class(exam.gold, exam.answers),
            "confusion": _confusion(family, exam),
            "reliability": calibration.reliability(sure, right),
            "automation_curve": automation.curve(sure, right),
            "mistakes": _mistakes(exam, sure),
        },
    )
    return Outcome(
        facts={
            "model": name,
            **measuring.remote(job, name),
            "form": served.form,
            "engine": served.engine,
            "n_exam": len(rows),
            "metrics": measuring.measured(job, exam.gold, exam.answers),
            "trained": {metric: measuring.value(metric, trained.gold, trained.answers) for metric in job.task.metrics},
            "parity": served.parity,
            "temperature": t,
            "ece": {
                "before": calibration.expected_calibration_error(raw, right),
                "after": calibration.expected_calibration_error(sure, right),
            },
            "promise": asdict(promise) if promise else None,
            "baselines": measuring.baselines(job, exam.gold, exam.answers, lambda model: sit(rows, model).answers),
            "slices": measuring.slices(job, rows, exam.gold, exam.answers, settings.slices),
            "seen": _seen(job, exam, session),
        },
        measured=served.measured,
    )


def _write_exam(job: Job, exam: Exam, sharp: Sequence[Scores]) -> None:
    """Write each row of the exam with what was answered."""
    write_lines(
        job.out / "exam.jsonl",
        (
            {key: row[key] for key in ("line", "request", "tags", "y")} | {"answer": plain(a), "scores": one}
            for row, a, one in zip(exam.rows, exam.answers, sharp, strict=True)
        ),
    )


def _confusion(family: ModuleType, exam: Exam) -> Facts | None:
    if not hasattr(family, "confusion"):
        return None
    labels, counts = family.confusion(exam.gold, exam.answers)
    return {"labels": labels, "counts": counts}


def _seen(job: Job, exam: Exam, session: Any) -> Facts | None:
    """Return what the questions that training has met would have done to the score; `None` without such."""
    rows = list(read_lines(job.inputs["prepare"].path / "seen.jsonl"))
    if not rows:
        return None
    met = sit(rows, session)
    metric, both = job.task.metrics[0], (exam.gold + met.gold, exam.answers + met.answers)
    without = measuring.value(metric, exam.gold, exam.answers)
    return {"n": len(rows), "without": without, "with": measuring.value(metric, *both)}


def _mistakes(exam: Exam, sure: Sequence[float]) -> list[Facts]:
    """Return the mistakes that were made with the most confidence: wrong labels hide among them."""
    wrong = [n for n, (g, a) in enumerate(zip(exam.gold, exam.answers, strict=True)) if g != a]
    return [
        {
            "where": exam.rows[n]["line"],
            "text": shorten(str(exam.rows[n]["x"]), 280),
            "gold": _words(exam.gold[n]),
            "predicted": _words(exam.answers[n]),
            "score": sure[n],
        }
        for n in sorted(wrong, key=lambda n: -sure[n])[:N_MISTAKES]
    ]


def _words(y: Any) -> str:
    return y if isinstance(y, str) else ", ".join(sorted(y)) or "(none)"
