"""The last exam of answers out of passages: the words of each against the right ones, and what can be promised."""

import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from luodi import registry
from luodi.contracts import Facts, Job, Outcome, record
from luodi.metrics import automation, calibration, extraction
from luodi.runtime import spans
from luodi.runtime.session import open_session
from luodi.steps import measuring
from luodi.steps.forms import ALONE
from luodi.steps.trial import answer
from luodi.store import read_lines, write_json, write_lines
from luodi.text import shorten

AGREES, LOSES = 0.97, 0.005
"""A smaller form must give 97 of 100 same answers and lose at most half a point of F1, or one row's worth, on dev: of
two places that are nearly as likely, rounding may prefer the other."""
SAME = 0.995
"""So many answers of the exported model are the trained one's; the rest are ties that the order of sums decides."""
N_MISTAKES = 20
DETAILS = "details.json"
ANSWER = "answer"
"""The tag that says whether a question has an answer; results are always cut by it."""


@record
class Sitting:
    """Questions with the texts that are right, and the spans that were answered."""

    rows: list[dict[str, Any]]
    gold: list[frozenset[str]]
    spans: list[list[Any]]
    answers: list[str]

    @property
    def right(self) -> list[bool]:
        return [spans.is_right(gold, one) for gold, one in zip(self.gold, self.answers, strict=True)]


def run(job: Job, dev_rows: list[dict[str, Any]], rows: list[dict[str, Any]]) -> Outcome:
    """Write the model to be served to `session/`, the exam's answers to `exam.jsonl`, the rest to `details.json`."""
    name = job.inputs["finetune"].facts["model"]
    model = registry.model(name).load(job.inputs["finetune"].path / "model")
    trained_dev, trained = sit(dev_rows, model), sit(rows, model)
    form, parity = _export(job, model, trained_dev, trained)
    session = open_session(job.out / "session")
    dev, exam = sit(dev_rows, session), sit(rows, session)
    t = _temperature(dev) if job.settings.calibrate else 1.0
    sure_dev, sure = (_confidence(one, t) for one in (dev, exam))
    automate = job.inputs["define"].facts["automate"]
    promise = automation.promise((sure_dev, dev.right), (sure, exam.right), **automate) if automate else None
    sharp = [calibration.sharpen("extract", one, t) for one in exam.spans]
    write_lines(
        job.out / "exam.jsonl",
        (
            {key: row[key] for key in ("line", "request", "tags", "y")} | {"answer": given, "scores": one}
            for row, given, one in zip(exam.rows, exam.answers, sharp, strict=True)
        ),
    )
    details = {
        "reliability": calibration.reliability(sure, exam.right),
        "automation_curve": automation.curve(sure, exam.right),
        "mistakes": _mistakes(exam, sure),
    }
    write_json(job.out / DETAILS, details)
    raw = _confidence(exam, 1.0)
    return Outcome(
        facts={
            "model": name,
            "form": form,
            "n_exam": len(rows),
            "metrics": measuring.measured(job, exam.gold, exam.answers),
            "trained": {one: measuring.value(one, trained.gold, trained.answers) for one in job.task.metrics},
            "parity": parity,
            "temperature": t,
            "ece": {
                "before": calibration.expected_calibration_error(raw, exam.right),
                "after": calibration.expected_calibration_error(sure, exam.right),
            },
            "promise": asdict(promise) if promise else None,
            "baselines": measuring.baselines(job, exam.gold, exam.answers, lambda model: sit(rows, model).answers),
            "slices": measuring.slices(job, rows, exam.gold, exam.answers, (ANSWER, *job.settings.slices)),
            "always": _always(exam),
            "seen": None,
        }
    )


def sit(rows: list[dict[str, Any]], model: Any, *, alone: int = 0) -> Sitting:
    """Ask every question, the first of them, as many as `alone` says, one by one."""
    made = [list(model.predict([row["x"]])[0]) for row in rows[:alone]]
    made += [list(one) for one in model.predict([row["x"] for row in rows[alone:]])]
    return Sitting(
        rows=rows,
        gold=[spans.texts(row["x"], answer(row["y"])) for row in rows],
        spans=made,
        answers=[spans.answer(row["x"], one) for row, one in zip(rows, made, strict=True)],
    )


def _temperature(dev: Sitting) -> float:
    marks = [
        [spans.is_right(gold, spans.read(row["x"], one)) for one in each]
        for row, gold, each in zip(dev.rows, dev.gold, dev.spans, strict=True)
    ]
    return calibration.fit_temperature("extract", marks, dev.spans)


def _confidence(exam: Sitting, temperature: float) -> list[float]:
    return [calibration.confidence("extract", calibration.sharpen("extract", one, temperature)) for one in exam.spans]


def _export(job: Job, model: Any, trained_dev: Sitting, trained: Sitting) -> tuple[str, list[Facts]]:
    """Export, then try faster forms; the first that answers like the trained model on dev is the one to serve."""
    from luodi.runtime import quantize  # loads OpenVINO, which reading a scenario file can do without

    plain = _new(job.work / "plain")
    model.export(plain)
    tried = quantize.forms(plain, job.settings.quantize)
    parity = [_compare("exported", plain, trained_dev, trained, agrees=SAME, loses=0.0)]
    assert parity[0]["ok"], f"the exported model answers otherwise than the trained one: {parity[0]}"
    xs = [row["x"] for row in read_lines(job.inputs["prepare"].path / "train.jsonl")]
    for form in tried:
        folder = _new(job.work / form)
        quantize.make(plain, form, xs, folder)
        parity.append(_compare(form, folder, trained_dev, trained, agrees=AGREES, loses=LOSES))
        if parity[-1]["ok"]:
            shutil.copytree(folder, job.out / "session")
            return form, parity
    shutil.copytree(plain, job.out / "session")
    return ("fp32" if tried else "plain"), parity


def _compare(form: str, folder: Path, dev: Sitting, exam: Sitting, *, agrees: float, loses: float) -> Facts:
    """Hold the answers of an exported form against the trained model's: on dev to decide, on the exam to report."""
    session = open_session(folder)
    made: Facts = {"form": form}
    for part, theirs in (("dev", dev), ("exam", exam)):
        ours = sit(theirs.rows, session, alone=ALONE if agrees < SAME else 0)
        same = sum(a == b for a, b in zip(ours.answers, theirs.answers, strict=True))
        change = extraction.f1(ours.gold, ours.answers) - extraction.f1(theirs.gold, theirs.answers)
        made[part] = {"agree": same / len(theirs.gold), "change": change}
    least = min(agrees, 1 - 1 / len(dev.gold))
    good = made["dev"]["agree"] >= least and made["dev"]["change"] >= -max(loses, 1 / len(dev.gold)) - 1e-9
    return {**made, "ok": good, **made["exam"]}


def _always(exam: Sitting) -> Facts | None:
    """Return what the same reader would reach if it always answered; `None` where every question has an answer."""
    if all(exam.gold):
        return None
    forced = [
        next((text for one in each if (text := spans.read(row["x"], one))), "")
        for row, each in zip(exam.rows, exam.spans, strict=True)
    ]
    n = sum(not one for one in exam.gold)
    return {"n_without": n, "f1": extraction.f1(exam.gold, forced)}


def _mistakes(exam: Sitting, sure: Sequence[float]) -> list[Facts]:
    """Return the mistakes that were made with the most confidence: wrong annotations hide among them."""
    wrong = [n for n, right in enumerate(exam.right) if not right]
    return [
        {
            "where": exam.rows[n]["line"],
            "text": shorten(str(exam.rows[n]["x"]["question"]), 280),
            "gold": " | ".join(sorted(exam.gold[n])) or "(no answer)",
            "predicted": shorten(exam.answers[n], 280) or "(no answer)",
            "score": sure[n],
        }
        for n in sorted(wrong, key=lambda n: -sure[n])[:N_MISTAKES]
    ]


def _new(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder
