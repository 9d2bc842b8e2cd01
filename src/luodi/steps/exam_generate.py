"""The last exam of texts that are written: each against what people wrote, and what can be promised of them."""

import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from luodi.contracts import Draft, Facts, Job, Outcome, record
from luodi.metrics import automation, calibration
from luodi.runtime.session import open_session
from luodi.steps import measuring
from luodi.steps.trial import answer
from luodi.store import write_json, write_lines
from luodi.text import shorten

LOSES = 0.003
"""The form that is served may lose so much of the first metric, or one row's worth, on dev: three tenths of a BLEU. Of
two words that are nearly as likely rounding may prefer the other, so texts need not be the same."""
N_MISTAKES = 20
SHOWN = 1_000
DETAILS = "details.json"


@record
class Sitting:
    """Rows with the texts that are right, and those that were written."""

    rows: list[dict[str, Any]]
    gold: list[frozenset[str]]
    drafts: list[Draft]

    @property
    def answers(self) -> list[str]:
        return [one["text"] for one in self.drafts]


def run(job: Job, dev_rows: list[dict[str, Any]], rows: list[dict[str, Any]]) -> Outcome:
    """Write the model to be served to `session/`, the exam's answers to `exam.jsonl`, the rest to `details.json`."""
    name = job.inputs["finetune"].facts["model"]
    model = measuring.trained(job, name)
    trained_dev, trained = sit(dev_rows, model), sit(rows, model)
    session, form, parity = _export(job, model, trained_dev, trained)
    dev, exam = sit(dev_rows, session), sit(rows, session)
    good_dev, good = (measuring.right(job, one.gold, one.answers) for one in (dev, exam))
    t = calibration.fit_temperature("generate", good_dev, dev.drafts) if job.settings.calibrate else 1.0
    sure_dev, sure = (_confidence(one, t) for one in (dev, exam))
    automate = job.inputs["define"].facts["automate"]
    promise = automation.promise((sure_dev, good_dev), (sure, good), **automate) if automate else None
    sharp = [calibration.sharpen("generate", one, t) for one in exam.drafts]
    write_lines(
        job.out / "exam.jsonl",
        (
            {key: row[key] for key in ("line", "request", "tags", "y")} | {"answer": one["text"], "scores": one}
            for row, one in zip(exam.rows, sharp, strict=True)
        ),
    )
    worth = measuring.by_row(job.task.metrics[0], exam.gold, exam.answers)
    details = {
        "reliability": calibration.reliability(sure, good),
        "automation_curve": automation.curve(sure, good),
        "mistakes": _mistakes(exam, sure, worth),
    }
    write_json(job.out / DETAILS, details)
    raw = _confidence(exam, 1.0)
    found = measuring.flags(job, exam.rows, exam.drafts)
    flags = Counter(flag for one in found for flag in one)
    return Outcome(
        facts={
            "model": name,
            **measuring.remote(job, name),
            "form": form,
            "n_exam": len(rows),
            "metrics": measuring.measured(job, exam.gold, exam.answers) | measuring.checked(job, found),
            "signatures": _signatures(job, exam),
            "good": {"from": job.inputs["define"].facts["good"], "share": sum(good) / len(good)},
            "flags": dict(sorted(flags.items())),
            "trained": {one: measuring.value(one, trained.gold, trained.answers) for one in job.task.metrics},
            "parity": parity,
            "temperature": t,
            "ece": {
                "before": calibration.expected_calibration_error(raw, good),
                "after": calibration.expected_calibration_error(sure, good),
            },
            "promise": asdict(promise) if promise else None,
            "baselines": measuring.baselines(job, exam.gold, exam.answers, lambda model: sit(rows, model).answers),
            "slices": measuring.slices(job, rows, exam.gold, exam.answers, job.settings.slices),
            "seen": None,
        }
    )


def sit(rows: list[dict[str, Any]], model: Any) -> Sitting:
    """Have a text written for every row."""
    drafts = list(model.predict([row["x"] for row in rows]))
    return Sitting(rows=rows, gold=[answer(row["y"]) for row in rows], drafts=drafts)


def _export(job: Job, model: Any, dev: Sitting, exam: Sitting) -> tuple[Any, str, list[Facts]]:
    """Write `session/`; return it open, its form, and how it compares with the trained model.

    A model that knows a faster form says so by an `export` that takes one; the first that is as good is served.
    """
    parity: list[Facts] = []
    wanted = job.settings.quantize
    forms = [one for one in getattr(model, "forms", ("plain",)) if one in {"plain", "fp32"} or wanted == "int8"]
    for form in forms:
        folder = _new(job.work / form)
        if form == "plain":
            model.export(folder)
        else:
            model.export(folder, form=form)
        session = open_session(folder)
        parity.append(_compare(job, form, session, dev, exam))
        if parity[-1]["ok"]:
            shutil.copytree(folder, job.out / "session")
            return session, form, parity
    raise AssertionError(f"the exported model writes worse than the trained one: {parity}")


def _compare(job: Job, form: str, session: Any, dev: Sitting, exam: Sitting) -> Facts:
    """Hold what an exported form writes against what the trained model does: dev decides, the exam is reported."""
    made: Facts = {"form": form}
    metric = job.task.metrics[0]
    for part, theirs in (("dev", dev), ("exam", exam)):
        ours = sit(theirs.rows, session)
        same = sum(a == b for a, b in zip(ours.answers, theirs.answers, strict=True))
        pair = [measuring.value(metric, one.gold, one.answers) for one in (ours, theirs)]
        made[part] = {"agree": same / len(theirs.gold), "change": pair[0] - pair[1]}
    ok = made["dev"]["change"] >= -max(LOSES, 1 / len(dev.gold)) - 1e-9
    return {**made, "ok": ok, **made["exam"]}


def _confidence(exam: Sitting, temperature: float) -> list[float]:
    sharp = [calibration.sharpen("generate", one, temperature) for one in exam.drafts]
    return [calibration.confidence("generate", one) for one in sharp]


def _signatures(job: Job, exam: Sitting) -> dict[str, str]:
    made = {}
    for metric in job.task.metrics:
        said = getattr(measuring.family(metric), "signatures", None)
        if said is not None:
            made[metric] = said(exam.gold)[metric.partition(".")[2]]
    return made


def _mistakes(exam: Sitting, sure: Sequence[float], worth: Sequence[float]) -> list[Facts]:
    """Return the worst texts, by how much surer they were than good: what people wrote stands beside each."""
    order = sorted(range(len(worth)), key=lambda n: worth[n] - sure[n])
    return [
        {
            "where": exam.rows[n]["line"],
            "text": shorten(str(exam.rows[n]["x"]["text"]), SHOWN),
            "gold": shorten(" | ".join(sorted(exam.gold[n])), SHOWN),
            "predicted": shorten(exam.answers[n], SHOWN) or "(nothing)",
            "score": sure[n],
            "worth": worth[n],
        }
        for n in order[:N_MISTAKES]
        if worth[n] < 1
    ]


def _new(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder
