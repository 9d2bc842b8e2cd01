"""In which form and by which engine a model is served: faster ones are made, held against it, and timed here."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from luodi.contracts import ExportsOnnx, Facts, Job, Scores, record
from luodi.errors import SetupError
from luodi.runtime.session import open_session
from luodi.steps.trial import answer, best
from luodi.store import read_json, read_lines, write_json

AGREES = 0.99  # int8 must give 99 of 100 same answers on dev
SAME = 1.0  # the exported model must give every answer that the trained one gives
ALONE = 100  # rows that a faster form is asked one by one: kernels for a text alone are others, and have erred
NEAR = 1e-3  # ... but for ties: two labels this close are one answer
MIXED = "int8-mixed"
ONNX = "onnx-int8"


@record
class Exam:
    """Examples with the answers that were given to them."""

    rows: list[dict[str, Any]]
    gold: list[Any]
    scores: list[Scores]
    answers: list[Any]


@record
class Served:
    """What was decided: the form and engine to serve, how each that was tried agreed, and what clocks said."""

    form: str
    engine: str
    parity: list[Facts]
    measured: Facts


def sit(rows: list[dict[str, Any]], model: Any, *, alone: int = 0) -> Exam:
    """Let a model or a session answer the rows, the first of them, as many as `alone` says, one by one."""
    scores = [model.predict([row["x"]])[0] for row in rows[:alone]]
    scores += model.predict([row["x"] for row in rows[alone:]])
    gold = [answer(row["y"]) for row in rows]
    answers = [answer(best(y, one)) for y, one in zip(gold, scores, strict=True)]
    return Exam(rows=rows, gold=gold, scores=scores, answers=answers)


def decide(job: Job, model: Any, dev: Exam, exam: Exam) -> Served:
    """Write the session to serve; the first form that answers on dev as the trained model does, and its engine.

    `dev` and `exam` are what the trained model answered.
    """
    from luodi.runtime import quantize  # loads OpenVINO, which reading a scenario file can do without

    plain = _empty(job.work / "plain")
    model.export(plain)
    parity = [_compare("exported", plain, dev, exam, agrees=SAME, loses=0.0)]
    assert parity[0]["ok"], f"the exported model answers otherwise than the trained one: {parity[0]}"
    if not quantize.is_network(plain):
        shutil.copytree(plain, job.out / "session")
        return Served(form="plain", engine="own", parity=parity, measured={})
    texts = [row["x"] for row in read_lines(job.inputs["prepare"].path / "train.jsonl")]
    form, folder = "fp32", plain
    for name, made, more in _forms(job, plain, texts):
        parity.append(more | _compare(name, made, dev, exam, agrees=AGREES, loses=job.settings.max_loss))
        if parity[-1]["ok"]:
            form, folder = name, made
            break
    engine, measured = "openvino", Facts()
    if isinstance(model, ExportsOnnx):
        other = _onnx(job, model, texts, folder)
        if other is not None:
            parity.append(_compare(ONNX, other, dev, exam, agrees=AGREES, loses=job.settings.max_loss))
            found = _race(job, {"openvino": folder, "onnx": other}, texts) if parity[-1]["ok"] else {}
            measured = {"engines": found.get("times", {})}
            if found.get("engine") == "onnx":
                form, engine, folder = "int8", "onnx", other
    shutil.copytree(folder, job.out / "session")
    return Served(form=form, engine=engine, parity=parity, measured=measured)


def _forms(job: Job, plain: Path, texts: list[str]) -> Iterator[tuple[str, Path, Facts]]:
    """Yield the faster forms, fastest first; where int8 was not good enough, with ever more of it left in float."""
    from luodi.runtime import quantize

    for form in quantize.forms(plain, job.settings.quantize):
        folder = _empty(job.work / form)
        quantize.make(plain, form, texts, folder)
        yield form, folder, {}
        if form == "int8":  # asked for the next, so this one has not done
            order = quantize.sensitive(plain, folder, texts)
            n = 1
            while n <= len(order) / 2:  # with more of it in float, bfloat16 is as fast
                mixed = _empty(job.work / f"{MIXED}-{n}")
                quantize.relax(folder, order[:n], mixed)
                yield MIXED, mixed, {"kept": sorted(order[:n]), "of": len(order)}
                n *= 2


def _onnx(job: Job, model: ExportsOnnx, texts: list[str], holder: Path) -> Path | None:
    """Return the folder of the model in int8 for ONNX Runtime; `None` where it would be of no use."""
    from luodi.runtime import quantize_onnx

    settings = job.settings
    if settings.engine == "openvino" or settings.quantize != "int8":
        return None
    if not quantize_onnx.is_there():
        if settings.engine == "onnx":
            fix = 'pip install "luodi[train]", or leave engine out'
            raise SetupError("ONNX Runtime is not installed", where="[evaluate] engine", fix=fix)
        return None
    if settings.engine == "fastest" and _noted(job) is None and _is_fast_enough(job, holder, texts):
        return None
    plain, folder = _empty(job.work / "onnx"), _empty(job.work / ONNX)
    model.export_onnx(plain)
    quantize_onnx.make(plain, folder)
    return folder


def _is_fast_enough(job: Job, holder: Path, texts: list[str]) -> bool:
    from luodi.runtime import race

    return race.race({"holder": holder}, texts, work=job.work)["holder"]["p50_ms"] <= race.ENOUGH_MS


def _noted(job: Job) -> Facts | None:
    """Return what an earlier, interrupted try decided: clocks may say otherwise now, and bytes must not."""
    file = job.work / "engine.json"
    return cast(Facts, read_json(file)) if file.is_file() else None


def _race(job: Job, folders: dict[str, Path], texts: list[str]) -> Facts:
    from luodi.runtime import race

    found = _noted(job)
    if found is None:
        times = race.race(folders, texts, work=job.work)
        wins = job.settings.engine == "onnx" or race.beats(times["onnx"], times["openvino"])
        found = {"engine": "onnx" if wins else "openvino", "times": times}
        write_json(job.work / "engine.json", found)
    return found


def _compare(form: str, folder: Path, dev: Exam, exam: Exam, *, agrees: float, loses: float) -> Facts:
    """Hold the answers of an exported form against the trained model's: on dev to decide, on the exam to report."""
    session = open_session(folder)
    made = {"form": form, "ok": True}
    for part, theirs in (("dev", dev), ("exam", exam)):
        ours = sit(theirs.rows, session, alone=ALONE if agrees < SAME else 0)
        same = sum(_is_same(*one) for one in zip(ours.answers, theirs.answers, theirs.scores, strict=True))
        change = _accuracy(ours) - _accuracy(theirs)
        made[part] = {"agree": same / len(theirs.gold), "change": change}
    decides = made["dev"]
    assert isinstance(decides, dict)
    made["ok"] = decides["agree"] >= agrees and decides["change"] >= -max(loses, 1 / len(dev.gold)) - 1e-9
    return {**made, **cast(Facts, made["exam"])}


def _is_same(ours: Any, theirs: Any, scores: Scores) -> bool:
    """Say whether two answers are the same, or a tie of the trained model's that rounding may break either way."""
    if ours == theirs:
        return True
    if isinstance(ours, str):
        return abs(scores[ours] - scores[theirs]) < NEAR
    return all(abs(scores[label] - 0.5) < NEAR for label in ours ^ theirs)


def _accuracy(exam: Exam) -> float:
    return sum(1 for g, a in zip(exam.gold, exam.answers, strict=True) if g == a) / len(exam.gold)


def _empty(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
