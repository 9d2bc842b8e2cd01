"""Train a challenger on what people reviewed, and hold it against the champion. The champion's run is left as it is."""

import csv
import dataclasses
import io
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from luodi import runner, verdict
from luodi.bundle import ABOUT, Bundle, open_bundle
from luodi.contracts import Reject, record
from luodi.data import corrections
from luodi.errors import DataError, SetupError
from luodi.ledger import audit, shelf
from luodi.ledger.ids import new_id
from luodi.ledger.ledger import Ledger
from luodi.loop import compare, desk, gate, gold, overlay, records
from luodi.loop.compare import Check, Sat
from luodi.loop.gate import Base, Sifted
from luodi.loop.gold import Gold
from luodi.loop.overlay import Decided
from luodi.loop.records import Challenge
from luodi.runner import Progress
from luodi.scenario import Scenario
from luodi.steps.reviewing import Review
from luodi.store import MEASURED, read_json, read_lines, write_json, write_text

APART = "challenger"
"""Where the challenger's artifacts are kept, in `.luodi`."""
QUARANTINE, WRITTEN = "quarantine.csv", "written.json"
MOST_RECENT = 2_000
SCALES = ("size_mb", "p50_ms", "p95_ms")


@record
class Champion:
    """The model in charge."""

    release: str
    """Its id among the releases; nothing where the service has noted none."""
    path: Path
    misses: frozenset[str]
    """Targets that it does not meet either."""


def run(
    scenario: Scenario,
    ledger: Ledger,
    *,
    actor: str = desk.OWNER,
    new_labels: Collection[str] = (),
    tell: Callable[[Progress], None] = lambda progress: None,
) -> Challenge:
    """Train a challenger through the seven steps, compare, and keep the report in `.luodi/challenges/ID`.

    Raises `DataError` where nothing was reviewed that may be learned from, or no run is there to challenge.
    """
    if scenario.task.kind not in {"classify", "tag"}:
        raise DataError(
            f"{scenario.task_name} gives no labels that people could review", where=str(scenario.path),
            fix="a recommender learns from its log of events: luodi run",
        )  # fmt: skip
    artifacts = runner.latest(scenario)
    if "deploy" not in artifacts:
        raise DataError("there is no finished run to challenge", where=str(scenario.path), fix="luodi run makes one")
    label = _label_field(scenario)
    questions = gold.frozen(scenario.home, artifacts["evaluate"], label=label)
    champion = _champion(scenario, ledger, artifacts)
    rules = scenario.settings["deploy"].review
    learned, recent = _sifted(scenario, ledger, artifacts, questions, rules, new_labels)
    n_new = _write_overlay(scenario, learned)
    challenger = _train(scenario, tell)
    sats = [_sit(champion.path, challenger["deploy"].path, *_gold_rows(questions, label, scenario))]
    sats.append(_sit(champion.path, challenger["deploy"].path, *_recent_rows(recent, scenario)))
    checks = (
        compare.recent(sats[1]),
        compare.gold(sats[0], scenario.task.metrics[0], seed=scenario.seed, margin=rules.worse),
        compare.parts(sats),
        _targets(challenger, champion),
    )
    made = Challenge(
        id=new_id(),
        beats=all(one.met for one in checks),
        checks=checks,
        bundle=challenger["deploy"].path,
        folder=scenario.home / records.FOLDER,
        report={},
    )
    held = [*learned[1].held, *recent[1].held]
    report = _report(
        scenario, made, champion, questions, n_new=n_new, prepared=challenger["prepare"].path,
        sifted=(learned[1], recent[1]),
    )  # fmt: skip
    return _keep(dataclasses.replace(made, folder=made.folder / made.id, report=report), held, ledger, actor)


def _label_field(scenario: Scenario) -> str:
    return "labels" if "labels" in {one.name for one in dataclasses.fields(scenario.task.Row)} else "label"


def _champion(scenario: Scenario, ledger: Ledger, artifacts: Mapping[str, Any]) -> Champion:
    """Return the release in charge, or the last run's bundle where the service has noted none."""
    found = ledger.read(lambda connection: shelf.in_stage(connection, scenario.name, "champion"))
    path = Path(found["bundle"]) if found else artifacts["deploy"].path
    if not (path / ABOUT).is_file():
        raise SetupError("the champion's bundle is gone", where=str(path), fix="luodi run makes a fresh one")
    own = [one for one in records.reports(scenario.home) if one["bundle"] == str(path)]
    if own:
        misses = {one["metric"] for one in own[0]["targets"] if not one["met"]}
    else:
        misses = {one.metric for one in verdict.judge(artifacts).checks if not one.met}
    return Champion(release=found["id"] if found else "", path=path, misses=frozenset(misses))


def _sifted(
    scenario: Scenario,
    ledger: Ledger,
    artifacts: Mapping[str, Any],
    questions: Gold,
    rules: Review,
    new_labels: Collection[str],
) -> tuple[tuple[list[Decided], Sifted], tuple[list[Decided], Sifted]]:
    """Return what may be learned from, and what both models are compared on, with what was held back of each."""

    def look(connection: Any) -> Any:
        decided = overlay.harvest(connection, scenario.name, scenario.task, scenario.options)
        return decided, desk.admins(connection), desk.summary(connection, scenario.name)["by_reviewer"]

    decided, admins, people = ledger.read(look)
    agreed = {one["reviewer"]: (round((one["agreement"] or 0) * one["shared"]), one["shared"]) for one in people}
    rows = list(read_lines(artifacts["prepare"].path / "train.jsonl"))
    texts, labels = [str(row["x"]) for row in rows], [corrections.label_text(row["y"]) for row in rows]
    label = _label_field(scenario)
    exam = [_text(scenario, gold.split(row, label)[0]) for row in questions.rows]

    def sift(some: Sequence[Decided], unknown: Sequence[str]) -> tuple[list[Decided], Sifted]:
        base = Base(texts=texts, labels=labels, exam=unknown)
        rows = [one.reviewed for one in some]
        found = gate.sift(rows, base, rules=rules, admins=admins, agreement=agreed, new_labels=new_labels)
        passed = {one.request_id for one in found.passed}
        return [one for one in some if one.reviewed.request_id in passed], found

    sides: dict[bool, list[Decided]] = {True: [], False: []}
    for one in decided:
        sides[overlay.is_held(one.reviewed.text, rules.held)].append(one)
    recent = sift(sides[True], [])
    return sift(sides[False], [*exam, *(one.reviewed.text for one in recent[0])]), recent


def _text(scenario: Scenario, request: Mapping[str, Any]) -> str:
    return str(scenario.task.to_x(scenario.task.Request(**request), scenario.options))


def _write_overlay(scenario: Scenario, learned: tuple[list[Decided], Sifted]) -> int:
    """Write the table of reviewed texts; return how many a challenger learns from."""
    path, memory = scenario.root / overlay.FILE, scenario.home / records.FOLDER / WRITTEN
    memory.parent.mkdir(parents=True, exist_ok=True)
    written = set(read_json(memory)) if memory.is_file() else set()
    ids = overlay.write(path, scenario.task, learned[0], written=written)
    write_json(memory, sorted(ids))
    n = len(overlay.read(path))
    if n == 0:
        held = Counter(one.reason for one in learned[1].held)
        why = f"; held back: {', '.join(held)}" if held else ""
        raise DataError(
            f"nothing was reviewed that a challenger could learn from{why}",
            where=f"the review queue of {scenario.name}",
            fix="review some texts: luodi serve shows the queue",
        )
    return n


def _train(scenario: Scenario, tell: Callable[[Progress], None]) -> dict[str, Any]:
    """Run the seven steps with the reviewed rows, the gold set as the exam, and all that is made kept apart."""
    define, prepare = scenario.settings["define"], scenario.settings["prepare"]
    settings = scenario.settings | {
        "define": dataclasses.replace(define, test=(f".luodi/{gold.FILE}",), reviewed=overlay.FILE),
        "prepare": dataclasses.replace(prepare, seen="train", near_duplicates=True, inspect=False),
    }
    return runner.run(dataclasses.replace(scenario, settings=settings, apart=APART), tell=tell).artifacts


def _gold_rows(questions: Gold, label: str, scenario: Scenario) -> tuple[list[Any], list[Any], list[Any]]:
    pairs = [gold.split(row, label) for row in questions.rows]
    names = scenario.settings["evaluate"].slices
    tags = [{name: row["tags"][name] for name in names if name in row["tags"]} for row in questions.rows]
    return [scenario.task.Request(**request) for request, _ in pairs], [y for _, y in pairs], tags


def _recent_rows(
    recent: tuple[list[Decided], Sifted], scenario: Scenario
) -> tuple[list[Any], list[Any], list[Mapping[str, str]]]:
    rows = recent[0][-MOST_RECENT:]
    ys = [_y(scenario, one.reviewed.label) for one in rows]
    return [scenario.task.Request(**one.request) for one in rows], ys, [{}] * len(rows)


def _y(scenario: Scenario, label: str) -> Any:
    return label if scenario.task.kind == "classify" else frozenset(one for one in label.split("|") if one)


def _sit(champion: Path, challenger: Path, requests: list[Any], ys: list[Any], tags: list[Any]) -> Sat:
    """Let both models answer, each with its own cleaning."""
    answers = [_answers(open_bundle(path), requests) for path in (champion, challenger)]
    return Sat(gold=ys, champion=answers[0], challenger=answers[1], tags=tags)


def _answers(bundle: Bundle, requests: Sequence[Any]) -> list[Any]:
    made = bundle.answer(requests)
    if bundle.task.kind == "classify":
        return ["" if isinstance(one, Reject) else one.label for one in made]
    return [frozenset() if isinstance(one, Reject) else frozenset(one.labels) for one in made]


def _targets(challenger: Mapping[str, Any], champion: Champion) -> Check:
    """Ask whether the challenger meets every target that the champion meets."""
    checks = verdict.judge(challenger).checks
    broken = [one for one in checks if not one.met and one.metric not in champion.misses]
    says = "it meets every target that the champion meets" if checks else "the scenario sets no target"
    if broken:
        says = "missed, and met by the champion: " + ", ".join(
            f"{one.metric} ({one.value}, asked {one.asked})" for one in broken
        )
    return Check(
        name="targets", met=not broken, says=says, numbers={"targets": [dataclasses.asdict(c) for c in checks]}
    )


def _report(
    scenario: Scenario,
    made: Challenge,
    champion: Champion,
    questions: Gold,
    *,
    n_new: int,
    prepared: Path,
    sifted: tuple[Sifted, Sifted],
) -> dict[str, Any]:
    """Return all that is kept of a challenge. No text of a request is in it."""
    reasons = Counter(one.reason for part in sifted for one in part.held)
    scales = {
        who: {name: read_json(path / MEASURED).get(name) for name in SCALES}
        | {"model": read_json(path / ABOUT)["model"]}
        for who, path in (("champion", champion.path), ("challenger", made.bundle))
        if (path / MEASURED).is_file()
    }
    return {
        "id": made.id,
        "scenario": scenario.name,
        "at": time.time(),
        "beats": made.beats,
        "bundle": str(made.bundle),
        "champion": {"release": champion.release, "bundle": str(champion.path)},
        "checks": [dataclasses.asdict(one) for one in made.checks],
        "targets": made.checks[-1].numbers["targets"],
        "scales": scales,
        "learned_from": n_new,
        "held_share": scenario.settings["deploy"].review.held,
        "held_back": dict(reasons.most_common()),
        "triggers": [
            {"account": one.account, "word": one.word, "label": one.label, "rows": len(one.rows)}
            for part in sifted
            for one in part.triggers
        ],
        "gold": {"digest": questions.digest, "frozen_at": questions.frozen_at, "rows": len(questions.rows),
                 "gone": questions.n_gone},
        "corrected": _contradictions(scenario, prepared),
    }  # fmt: skip


def _contradictions(scenario: Scenario, prepared: Path) -> int:
    """Count reviewed texts that a correction is about: the correction stands."""
    reviewed = {row["key"] for row in read_lines(prepared / "train.jsonl") if str(row["line"]).startswith(overlay.FILE)}
    decided = corrections.read(scenario.root / scenario.settings["define"].corrections)
    return sum(one.key in reviewed for one in decided)


def _keep(made: Challenge, held: Sequence[gate.Held], ledger: Ledger, actor: str) -> Challenge:
    """Write report and quarantine, and a line in the audit trail."""
    made.folder.mkdir(parents=True)
    write_json(made.folder / records.REPORT, made.report)
    out = io.StringIO(newline="")
    table = csv.writer(out, lineterminator="\n")
    table.writerow(("request_id", "reviewers", "label", "reason"))
    for one in held:
        cells = (one.row.request_id, "|".join(one.row.reviewers), one.row.label, one.reason)
        table.writerow([corrections.neutral(cell) for cell in cells])
    write_text(made.folder / QUARANTINE, out.getvalue())
    details = {"beats": made.beats, "learned_from": made.report["learned_from"], "held_back": len(held)}
    ledger.write_now(
        lambda connection: audit.append(connection, actor=actor, action="challenge", subject=made.id, details=details)
    )
    return made
