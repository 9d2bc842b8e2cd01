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
from luodi.bundle import ABOUT, open_bundle
from luodi.contracts import record
from luodi.data import corrections
from luodi.errors import DataError, SetupError
from luodi.ledger import audit, shelf
from luodi.ledger.ids import new_id
from luodi.ledger.ledger import Ledger
from luodi.loop import compare, crossfit, desk, gate, gold, overlay, records
from luodi.loop.compare import Check, Sat
from luodi.loop.gate import Base, Sifted
from luodi.loop.gold import Gold
from luodi.loop.overlay import Decided
from luodi.loop.records import Challenge
from luodi.runner import Progress
from luodi.scenario import Scenario
from luodi.steps import s3_select
from luodi.steps.reviewing import Review
from luodi.store import MEASURED, read_json, read_lines, write_json, write_text

APART = "challenger"
"""Where the challenger's artifacts are kept, in `.luodi`."""
QUARANTINE, WRITTEN = "quarantine.csv", "written.json"
ENOUGH_GOLD = 1_000
"""Questions; where two models differ on every tenth, an accuracy lost is then known to 1.6 points."""
SCALES = ("size_mb", "p50_ms", "p95_ms")


@record
class Champion:
    """The model in charge."""

    release: str
    """Its id among the releases; nothing where the service has noted none."""
    path: Path
    misses: frozenset[str]
    """Targets that it does not meet either."""
    knows: frozenset[str]
    """Ids of the requests that it has learned from."""


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
            fix="run it anew instead: luodi run",
        )  # fmt: skip
    artifacts = runner.latest(scenario)
    if "deploy" not in artifacts:
        raise DataError("there is no finished run to challenge", where=str(scenario.path), fix="luodi run makes one")
    label = overlay.label_field(scenario.task)
    questions = gold.frozen(scenario.home, artifacts["evaluate"], label=label)
    champion = _champion(scenario, ledger, artifacts)
    rules = scenario.settings["deploy"].review
    passed, sifted = _sifted(scenario, ledger, artifacts, questions, rules, new_labels)
    learned = write_overlay(scenario, passed, sifted.held)
    challenger = _train(keeping(scenario, champion), tell)
    asked = [one for one in passed if one.reviewed.request_id in learned]
    twins = crossfit.Twins(scenario, challenger, asked, open_bundle(champion.path))
    recent, drawn = twins.on_reviewed(champion.knows)
    exams = [_sit(champion.path, challenger["deploy"].path, questions, label, scenario)]
    if len(questions.rows) < ENOUGH_GOLD:
        exams.append(twins.on_known(champion.knows))
    checks = (
        compare.recent(recent),
        compare.drawn(drawn),
        compare.gold(exams, scenario.task.metrics[0], seed=scenario.seed, margin=rules.worse),
        compare.parts(exams, recent),
        targets(challenger, champion),
    )
    made = Challenge(
        id=new_id(),
        beats=all(one.met for one in checks),
        checks=checks,
        bundle=challenger["deploy"].path,
        folder=scenario.home / records.FOLDER,
        report={},
    )
    prepared = challenger["prepare"].path
    report = _report(scenario, made, champion, questions, n_new=len(learned), prepared=prepared, sifted=sifted)
    made = dataclasses.replace(made, folder=made.folder / made.id, report=report)
    return keep(made, sifted.held, learned, ledger, actor)


def _champion(scenario: Scenario, ledger: Ledger, artifacts: Mapping[str, Any]) -> Champion:
    """Return the release in charge, and what it has learned from."""
    found = in_charge(scenario, ledger, artifacts)
    own = [one for one in records.reports(scenario.home) if one["bundle"] == str(found.path)]
    knows = frozenset[str]()
    if own:
        knows = frozenset(read_json(scenario.home / records.FOLDER / own[0]["id"] / crossfit.LEARNED))
    elif scenario.settings["define"].reviewed:
        knows = frozenset(overlay.read(scenario.root / scenario.settings["define"].reviewed))
    return dataclasses.replace(found, knows=knows)


def in_charge(scenario: Scenario, ledger: Ledger, artifacts: Mapping[str, Any]) -> Champion:
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
    return Champion(release=found["id"] if found else "", path=path, misses=frozenset(misses), knows=frozenset())


def _sifted(
    scenario: Scenario,
    ledger: Ledger,
    artifacts: Mapping[str, Any],
    questions: Gold,
    rules: Review,
    new_labels: Collection[str],
) -> tuple[list[Decided], Sifted]:
    """Return what may be learned from, and all that was found of it."""

    decided, admins, agreed = reviewed(scenario, ledger)
    rows = list(read_lines(artifacts["prepare"].path / "train.jsonl"))
    texts, labels = [str(row["x"]) for row in rows], [corrections.label_text(row["y"]) for row in rows]
    label = overlay.label_field(scenario.task)
    exam = [_text(scenario, gold.split(row, label)[0]) for row in questions.rows]

    base = Base(texts=texts, labels=labels, exam=exam)
    found = gate.sift(
        [one.reviewed for one in decided], base, rules=rules, admins=admins, agreement=agreed, new_labels=new_labels
    )
    passed = {one.request_id for one in found.passed}
    return [one for one in decided if one.reviewed.request_id in passed], found


def reviewed(scenario: Scenario, ledger: Ledger) -> tuple[list[Decided], frozenset[str], dict[str, tuple[int, int]]]:
    """Return what people decided, who may settle a dispute, and of each how often others agreed, of how many."""

    def look(connection: Any) -> Any:
        decided = overlay.harvest(connection, scenario.name, scenario.task, scenario.options)
        return decided, desk.admins(connection), desk.summary(connection, scenario.name)["by_reviewer"]

    decided, admins, people = ledger.read(look)
    agreed = {one["reviewer"]: (round((one["agreement"] or 0) * one["shared"]), one["shared"]) for one in people}
    return decided, admins, agreed


def _text(scenario: Scenario, request: Mapping[str, Any]) -> str:
    return str(scenario.task.to_x(scenario.task.Request(**request), scenario.options))


def write_overlay(
    scenario: Scenario, passed: Sequence[Decided], held: Sequence[gate.Held], cells: overlay.Cells = overlay.labeled
) -> set[str]:
    """Write the table of reviewed texts; return the ids of those that a challenger learns from.

    Raises `DataError` where there is none.
    """
    path, memory = scenario.root / overlay.FILE, scenario.home / records.FOLDER / WRITTEN
    memory.parent.mkdir(parents=True, exist_ok=True)
    written = set(read_json(memory)) if memory.is_file() else set()
    ids = overlay.write(path, scenario.task, passed, written=written, cells=cells)
    write_json(memory, sorted(ids))
    learned = set(overlay.read(path))
    if not learned:
        reasons = Counter(one.reason for one in held)
        why = f"; held back: {', '.join(reasons)}" if reasons else ""
        raise DataError(
            f"nothing was reviewed that a challenger could learn from{why}",
            where=f"the review queue of {scenario.name}",
            fix="review some texts: luodi serve shows the queue",
        )
    return learned


def keeping(scenario: Scenario, champion: Champion) -> Scenario:
    """Return the scenario with the champion's model as the only one beside the baseline.

    Another model of the same worth gets other texts right, and all those that it loses would have to be told from
    chance; and its contest takes longer than all the rest.
    """
    select, baseline = scenario.settings["select"], scenario.task.models[0]
    model = read_json(champion.path / ABOUT)["model"]
    if model == baseline:  # it has nothing to learn with
        return scenario
    remote = select.remote if model in s3_select.remotes(select) else ()
    kept = (baseline,) if remote else (baseline, model)
    settings = scenario.settings | {"select": dataclasses.replace(select, models=kept, remote=remote)}
    return dataclasses.replace(scenario, settings=settings)


def _train(scenario: Scenario, tell: Callable[[Progress], None]) -> dict[str, Any]:
    """Run the seven steps with the reviewed rows, the gold set as the exam, and all that is made kept apart."""
    define, prepare = scenario.settings["define"], scenario.settings["prepare"]
    settings = scenario.settings | {
        "define": dataclasses.replace(define, test=(f".luodi/{gold.FILE}",), reviewed=overlay.FILE),
        "prepare": dataclasses.replace(prepare, seen="train", near_duplicates=True, inspect=False),
    }
    return runner.run(dataclasses.replace(scenario, settings=settings, apart=APART), tell=tell).artifacts


def _sit(champion: Path, challenger: Path, questions: Gold, label: str, scenario: Scenario) -> Sat:
    """Let both models answer the gold set, each with its own cleaning."""
    pairs = [gold.split(row, label) for row in questions.rows]
    names = scenario.settings["evaluate"].slices
    tags = [{name: row["tags"][name] for name in names if name in row["tags"]} for row in questions.rows]
    requests = [scenario.task.Request(**request) for request, _ in pairs]
    ours, theirs = (crossfit.said(open_bundle(path), requests) for path in (challenger, champion))
    return Sat(gold=[y for _, y in pairs], champion=theirs, challenger=ours, tags=tags)


def targets(challenger: Mapping[str, Any], champion: Champion) -> Check:
    """Ask whether the challenger meets every target that the champion meets."""
    checks = verdict.judge(challenger).checks
    broken = [one for one in checks if not one.met and one.metric not in champion.misses]
    says = "it meets every target that the champion meets" if checks else "the scenario sets no target"
    if broken:
        says = "missed, and met by the champion: " + ", ".join(
            f"{one.metric} ({one.value}, asked {one.asked})" for one in broken
        )
    promises = [read_json(champion.path / ABOUT)["promise"], challenger["evaluate"].facts["promise"]]
    if all(promises):
        was, now = (f"{one['share']:.0%}" for one in promises)
        says += f"; at {promises[1]['precision']:.0%} precision it answers {now} alone, and the champion {was}"
    return Check(
        name="targets", met=not broken, says=says, numbers={"targets": [dataclasses.asdict(c) for c in checks]}
    )


def told(scenario: Scenario, made: Challenge, champion: Champion) -> dict[str, Any]:
    """Return what the reports of all challenges begin with."""
    return {
        "id": made.id,
        "scenario": scenario.name,
        "at": time.time(),
        "beats": made.beats,
        "bundle": str(made.bundle),
        "champion": {"release": champion.release, "bundle": str(champion.path)},
        "checks": [dataclasses.asdict(one) for one in made.checks],
        "targets": made.checks[-1].numbers["targets"],
        "scales": scales(champion, made.bundle),
    }


def _report(
    scenario: Scenario,
    made: Challenge,
    champion: Champion,
    questions: Gold,
    *,
    n_new: int,
    prepared: Path,
    sifted: Sifted,
) -> dict[str, Any]:
    """Return all that is kept of a challenge. No text of a request is in it."""
    reasons = Counter(one.reason for one in sifted.held)
    return told(scenario, made, champion) | {
        "learned_from": n_new,
        "held_back": dict(reasons.most_common()),
        "triggers": [
            {"account": one.account, "word": one.word, "label": one.label, "rows": len(one.rows)}
            for one in sifted.triggers
        ],
        "gold": {"digest": questions.digest, "frozen_at": questions.frozen_at, "rows": len(questions.rows),
                 "gone": questions.n_gone},
        "corrected": _contradictions(scenario, prepared),
    }  # fmt: skip


def scales(champion: Champion, challenger: Path) -> dict[str, Any]:
    """Return size and speed of both."""
    return {
        who: {name: read_json(path / MEASURED).get(name) for name in SCALES}
        | {"model": read_json(path / ABOUT)["model"]}
        for who, path in (("champion", champion.path), ("challenger", challenger))
        if (path / MEASURED).is_file()
    }


def _contradictions(scenario: Scenario, prepared: Path) -> int:
    """Count reviewed texts that a correction is about: the correction stands."""
    reviewed = {row["key"] for row in read_lines(prepared / "train.jsonl") if str(row["line"]).startswith(overlay.FILE)}
    decided = corrections.read(scenario.root / scenario.settings["define"].corrections)
    return sum(one.key in reviewed for one in decided)


def keep(made: Challenge, held: Sequence[gate.Held], learned: Collection[str], ledger: Ledger, actor: str) -> Challenge:
    """Write report, quarantine and what was learned from, and a line in the audit trail."""
    made.folder.mkdir(parents=True)
    write_json(made.folder / crossfit.LEARNED, sorted(learned))
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
