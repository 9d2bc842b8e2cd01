"""Train a recommender on what visitors took since, and replay the latest of it to champion and challenger alike."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from luodi import challenge, runner
from luodi.bundle import open_bundle
from luodi.challenge import Champion
from luodi.contracts import Reject
from luodi.errors import DataError
from luodi.ledger import audit, shown
from luodi.ledger.ids import new_id
from luodi.ledger.ledger import Ledger
from luodi.loop import clicked, records, replay
from luodi.loop.clicked import Form
from luodi.loop.compare import Check
from luodi.loop.records import Challenge
from luodi.loop.replay import Replay
from luodi.runner import Progress
from luodi.scenario import Scenario
from luodi.steps.prepare_events import known_of
from luodi.store import read_json, read_lines, write_json

EXAM, WRITTEN = "exam.jsonl", "clicked.json"
THIRD = 1 / 3
"""Of what came since: a third to learn from, a third to choose by, and the last third to be asked about."""


def run(scenario: Scenario, ledger: Ledger, *, actor: str, tell: Callable[[Progress], None]) -> Challenge:
    """Train a challenger through the seven steps, compare, and keep the report in `.luodi/challenges/ID`.

    Raises `DataError` where nothing was taken, no run is there to challenge, or nothing is asked by time.
    """
    artifacts = runner.latest(scenario)
    if "deploy" not in artifacts:
        raise DataError("there is no finished run to challenge", where=str(scenario.path), fix="luodi run makes one")
    if scenario.options.split != "time":
        raise DataError(
            "a challenge replays what happened last", where=f"{scenario.path}: [options] split", fix='split = "time"'
        )
    champion, until = _champion(scenario, ledger, artifacts)
    form = _form(scenario, artifacts)
    memory = scenario.home / records.FOLDER / WRITTEN
    found = shown.clicks(ledger, scenario.name)
    lines = clicked.write(scenario.root / clicked.FILE, found, form=form, memory=memory)
    fresh = [one for one in lines if _seconds(one, form) > until]
    if not fresh:
        raise DataError(
            "nothing was taken since that a challenger could learn from",
            where=f"the ledger of {scenario.name}",
            fix='send what visitors take: POST feedback with "id" and "item"',
        )
    challenger = _train(scenario, len(fresh) / (len(fresh) + artifacts["prepare"].facts["rows"]["kept"]), tell)
    began = min(_seconds(one, form) for one in fresh)
    asked = _replay(champion.path, challenger, began * max(1, form.per_second), timed=bool(form.per_second))
    checks = (
        replay.recent(asked, seed=scenario.seed),
        replay.all_of_them(asked, seed=scenario.seed),
        replay.parts(asked, seed=scenario.seed),
        _shown(scenario, ledger, champion, challenger, form),
        challenge.targets(challenger, champion),
    )
    bundle, folder = challenger["deploy"].path, scenario.home / records.FOLDER / new_id()
    made = Challenge(
        id=folder.name, beats=all(one.met for one in checks), checks=checks, bundle=bundle, folder=folder, report={}
    )
    latest = max(_seconds(one, form) for one in lines)
    report = _report(scenario, made, champion, n_new=len(fresh)) | {"learned_until": latest}
    return _keep(dataclasses.replace(made, report=report), ledger, actor)


def _champion(scenario: Scenario, ledger: Ledger, artifacts: Mapping[str, Any]) -> tuple[Champion, int]:
    """Return the release in charge, and the moment of the last click that went into it; −1 where none did."""
    found = challenge.in_charge(scenario, ledger, artifacts)
    own = [one for one in records.reports(scenario.home) if one["bundle"] == str(found.path)]
    return found, int(own[0]["learned_until"]) if own else -1


def _form(scenario: Scenario, artifacts: Mapping[str, Any]) -> Form:
    """Return how the scenario's log says things: its kinds, the least weight, and the unit of its times."""
    from luodi.train.lesson import Lesson

    options = scenario.options
    times = Lesson.load(artifacts["prepare"].path).log.time
    latest = int(times.max())
    per_second = 1_000 if latest > clicked.MILLISECONDS else 1
    if latest <= len(times) + artifacts["prepare"].facts["rows"]["rejected"]:  # the numbers of its rows
        per_second = 0
    return Form(
        least_kind=min(options.kinds, key=options.kinds.__getitem__) if options.kinds else "",
        kinds=frozenset(options.kinds),
        weight=str(options.min_weight) if options.min_weight is not None else "",
        per_second=per_second,
    )


def _seconds(line: Mapping[str, str], form: Form) -> int:
    return int(line["time"]) // form.per_second if form.per_second and line["time"] else 0


def _train(scenario: Scenario, share: float, tell: Callable[[Progress], None]) -> dict[str, Any]:
    """Run the seven steps with the clicks, cut so that the exam is about the last of them; all is kept apart."""
    define, prepare = scenario.settings["define"], scenario.settings["prepare"]
    dev, test = (min(was, THIRD * share) for was in (prepare.dev, prepare.test))
    settings = scenario.settings | {
        "define": dataclasses.replace(define, reviewed=clicked.FILE),
        "prepare": dataclasses.replace(prepare, dev=dev, test=test),
    }
    return runner.run(dataclasses.replace(scenario, settings=settings, apart=challenge.APART), tell=tell).artifacts


def _replay(champion: Path, challenger: Mapping[str, Any], began: int, *, timed: bool) -> Replay:
    """Ask both about the moments of the challenger's exam, of which it learned nothing, nor did the champion."""
    rows = list(read_lines(challenger["evaluate"].path / EXAM))
    return Replay(
        gold=[frozenset(row["y"]) for row in rows],
        champion=_lists(champion, rows),
        challenger=[row["answer"] for row in rows],
        tags=[{"history": known_of(len(row["request"]["items"]))} for row in rows],
        fresh=[not timed or row["request"]["at"] >= began for row in rows],
    )


def _lists(path: Path, rows: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    bundle = open_bundle(path)
    known = set(bundle.options.context)  # a champion may be older than a column of the context
    requests = [
        bundle.task.Request(
            **{k: tuple(v) if isinstance(v, list) else v for k, v in row["request"].items()}
            | {"context": {name: one for name, one in (row["request"]["context"] or {}).items() if name in known}}
        )
        for row in rows
    ]
    return [[] if isinstance(one, Reject) else [item.id for item in one.items] for one in bundle.answer(requests)]


def _shown(scenario: Scenario, ledger: Ledger, champion: Champion, challenger: Mapping[str, Any], form: Form) -> Check:
    """Estimate what both would have earned on the impressions of the time that the exam is about."""
    from luodi.steps import exam_offpolicy
    from luodi.train.lesson import Lesson

    prepared = challenger["prepare"].path
    begins = [row["request"]["at"] for row in read_lines(challenger["evaluate"].path / EXAM)]
    first = min(begins) // max(1, form.per_second) if form.per_second else 0
    rows = list(_impressions(ledger, scenario.name, first))
    if not any(by_chance for *_, by_chance in rows):
        return replay.impressions(None, None)
    lesson, k = Lesson.load(prepared), scenario.options.k
    kept = [row[:4] for row in rows]
    was, now = (
        exam_offpolicy.estimated(
            kept, open_bundle(path).session, lesson, k=k, seed=scenario.seed, n_resamples=replay.N_RESAMPLES
        )
        for path in (champion.path, challenger["deploy"].path)
    )
    return replay.impressions(was, now)


def _impressions(ledger: Ledger, scenario: str, first: int) -> Iterator[tuple[str, str, float, float, bool]]:
    """Yield user, item, propensity, reward of what was shown since, and whether chance had put it there."""
    for one in shown.impressions(ledger, scenario):
        if one["time"] >= first:
            yield one["user"], one["item"], float(one["propensity"]), float(one["reward"]), one["because"] == "chance"


def _report(scenario: Scenario, made: Challenge, champion: Champion, *, n_new: int) -> dict[str, Any]:
    """Return all that is kept of a challenge. Nobody's id is in it."""
    return challenge.told(scenario, made, champion) | {"learned_from": n_new, "held_back": {}}


def _keep(made: Challenge, ledger: Ledger, actor: str) -> Challenge:
    """Write the report, and a line in the audit trail."""
    made.folder.mkdir(parents=True)
    write_json(made.folder / records.REPORT, made.report)
    details = {"beats": made.beats, "learned_from": made.report["learned_from"]}
    ledger.write_now(
        lambda connection: audit.append(connection, actor=actor, action="challenge", subject=made.id, details=details)
    )
    return dataclasses.replace(made, report=read_json(made.folder / records.REPORT))
