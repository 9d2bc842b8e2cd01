"""Train a reader on answers that people reviewed, and hold it against the champion on some that neither has learned."""

import dataclasses
import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from luodi import challenge, runner
from luodi.bundle import Bundle, open_bundle
from luodi.contracts import Reject
from luodi.errors import DataError
from luodi.ledger.ids import new_id
from luodi.ledger.ledger import Ledger
from luodi.loop import compare, judged, overlay, records
from luodi.loop.compare import Check, Sat
from luodi.loop.gate import Held
from luodi.loop.overlay import Decided
from luodi.loop.records import Challenge
from luodi.metrics import extraction, interval
from luodi.runner import Progress
from luodi.runtime import spans
from luodi.scenario import Scenario
from luodi.store import read_lines

EXAM = "exam.jsonl"
APART = 3  # of so many reviewed answers one is never learned from: what readers are compared on
RIGHT, WRONG = "right", "wrong"


def run(
    scenario: Scenario, ledger: Ledger, *, actor: str, tell: Callable[[Progress], None] = lambda progress: None
) -> Challenge:
    """Train a challenger through the seven steps, compare, and keep the report in `.luodi/challenges/ID`.

    Raises `DataError` where nothing was reviewed that may be learned from, or no run is there to challenge.
    """
    artifacts = runner.latest(scenario)
    if "deploy" not in artifacts:
        raise DataError("there is no finished run to challenge", where=str(scenario.path), fix="luodi run makes one")
    champion = challenge.in_charge(scenario, ledger, artifacts)
    passed, held = _sifted(scenario, ledger, artifacts["evaluate"].path)
    asked = [one for one in passed if is_apart(one)]
    taught = [one for one in passed if not is_apart(one)]
    learned = challenge.write_overlay(scenario, taught, held, cells=judged.row_of)
    challenger = _train(challenge.keeping(scenario, champion), tell)
    bundle = challenger["deploy"].path
    both = open_bundle(champion.path), open_bundle(bundle)
    recent = _recent(both, asked, scenario)
    at = [n for n, one in enumerate(asked) if one.reason == "sampled"]
    checks = (
        compare.recent(recent),
        compare.drawn(Sat(**{name: [getattr(recent, name)[n] for n in at] for name in Sat.__dataclass_fields__})),
        _exam(both, list(read_lines(challenger["evaluate"].path / EXAM)), scenario),
        challenge.targets(challenger, champion),
    )
    folder = scenario.home / records.FOLDER / new_id()
    made = Challenge(
        id=folder.name, beats=all(one.met for one in checks), checks=checks, bundle=bundle, folder=folder, report={}
    )
    report = challenge.told(scenario, made, champion) | {
        "learned_from": len(learned),
        "compared_on": len(asked),
        "held_back": dict(Counter(one.reason for one in held).most_common()),
    }
    return challenge.keep(dataclasses.replace(made, report=report), held, learned, ledger, actor)


def is_apart(one: Decided) -> bool:
    """Say whether a reviewed answer is one that readers are compared on: its question and passage alone decide."""
    text = f"{one.request['question']}\n{one.request.get('passage', '')}"
    return zlib.crc32(text.encode()) % APART == 0


def _sifted(scenario: Scenario, ledger: Ledger, evaluated: Path) -> tuple[list[Decided], list[Held]]:
    decided, admins, agreement = challenge.reviewed(scenario, ledger)
    requests = [row["request"] for row in read_lines(evaluated / EXAM)]
    exam = {str(one.get("passage") or one["question"]) for one in requests}
    return judged.sift(decided, exam=exam, admins=admins, agreement=agreement)


def _train(scenario: Scenario, tell: Callable[[Progress], None]) -> dict[str, Any]:
    """Run the seven steps with the reviewed rows; the exam stays what it was, and all that is made is kept apart."""
    define, prepare = scenario.settings["define"], scenario.settings["prepare"]
    settings = scenario.settings | {
        "define": dataclasses.replace(define, reviewed=overlay.FILE),
        "prepare": dataclasses.replace(prepare, inspect=False),
    }
    return runner.run(dataclasses.replace(scenario, settings=settings, apart=challenge.APART), tell=tell).artifacts


def _recent(both: tuple[Bundle, Bundle], asked: Sequence[Decided], scenario: Scenario) -> Sat:
    """Return how both answered reviewed questions that neither has learned from, and no later reader will."""
    requests = [scenario.task.Request(**one.request) for one in asked]
    gold = [frozenset({text} if (text := judged.right(one.reviewed.label, one.response)) else ()) for one in asked]
    theirs, mine = (_marked(one, requests, gold) for one in both)
    return Sat(gold=[RIGHT] * len(asked), champion=theirs, challenger=mine, tags=[{}] * len(asked))


def _marked(bundle: Bundle, requests: Sequence[Any], gold: Sequence[frozenset[str]]) -> list[str]:
    given = _answers(bundle, requests)
    return [RIGHT if spans.is_right(right, one) else WRONG for right, one in zip(gold, given, strict=True)]


def _answers(bundle: Bundle, requests: Sequence[Any]) -> list[str]:
    return ["" if isinstance(one, Reject) else one.answer for one in bundle.answer(requests)]


def _exam(both: tuple[Bundle, Bundle], rows: Sequence[Mapping[str, Any]], scenario: Scenario) -> Check:
    """Ask whether the challenger lost more than the margin of F1 on the exam, with its whole one-sided interval."""
    requests = [scenario.task.Request(**row["request"]) for row in rows]
    gold = [spans.texts(row["request"], row["y"]) for row in rows]
    theirs, mine = (_answers(one, requests) for one in both)
    found = interval.paired(
        extraction, "f1", gold, mine, theirs, n_resamples=compare.N_RESAMPLES, seed=scenario.seed,
        confidence=1 - 2 * compare.ALPHA,
    )  # fmt: skip
    margin = scenario.settings["deploy"].review.worse
    was, now = (extraction.f1(gold, one) for one in (theirs, mine))
    says = (
        f"on {len(rows)} questions of the exam, F1 {now:.3f} instead of {was:.3f}; with {1 - compare.ALPHA:.0%} "
        f"confidence it lost at most {max(0.0, -found['low']):.3f}, and {margin:.3f} is allowed"
    )
    numbers = {"n": len(rows), "champion": was, "challenger": now, "margin": margin, **found}
    return Check(name="exam", met=found["low"] >= -margin, says=says, numbers=numbers)
