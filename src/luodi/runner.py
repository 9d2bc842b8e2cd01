"""Run the steps in order, skip what has not changed, and end in a verdict."""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

import luodi
from luodi import registry, verdict
from luodi.contracts import Artifact, Job, Outcome, Step, record
from luodi.errors import ScenarioError, did_you_mean
from luodi.scenario import Scenario
from luodi.steps import STEPS
from luodi.steps.trial import learns_from
from luodi.store import Store, digest, digest_file, explained, write_json

NAMES = tuple(step.name for step in STEPS)


@record
class Progress:
    """One line of the run, as it happens."""

    step: str
    state: str
    """`start`, `run`, `cached` or `skipped`."""
    seconds: float
    artifact: Artifact | None = None


@record
class Run:
    """What a run left behind."""

    scenario: Scenario
    artifacts: dict[str, Artifact]
    verdict: verdict.Verdict | None
    """`None` when the run was stopped before the last step."""


def run(
    scenario: Scenario,
    *,
    until: str | None = None,
    fresh: str | None = None,
    tell: Callable[[Progress], None] = lambda progress: None,
) -> Run:
    """Run a scenario's steps; those whose inputs, settings and code have not changed are not run again.

    `until` stops after a step; `fresh` runs a step and all after it anew. Raises `LuodiError`.
    """
    for option, name in (("--until", until), ("--fresh", fresh)):
        if name is not None and name not in NAMES:
            raise ScenarioError(f"there is no step {name!r}", where=option, fix=did_you_mean(name, NAMES))
    store = Store(scenario.home)
    with store.lock(), explained(scenario.home):
        artifacts = _steps(scenario, store, until, fresh, tell)
        judged = verdict.judge(artifacts) if "deploy" in artifacts else None
        _lock_file(scenario, artifacts)
        if judged:
            write_json(scenario.home / "verdict.json", asdict(judged))
    return Run(scenario=scenario, artifacts=artifacts, verdict=judged)


def latest(scenario: Scenario) -> dict[str, Artifact]:
    """Return the artifacts of the last run, as far as it came and as far as they are still there."""
    store, artifacts = Store(scenario.home), dict[str, Artifact]()
    for step in STEPS:
        key = key_of(step, scenario, artifacts) if not step.always else _define_key(scenario)
        found = store.find(step.name, key)
        if found is None:
            break
        artifacts[step.name] = found
    return artifacts


def key_of(step: Step, scenario: Scenario, inputs: dict[str, Artifact]) -> str:
    """Name a step's output by everything that decides it, before it is made.

    Inputs count by their content, not by their key: a step that runs again and comes out
    the same does not make the steps after it run again.
    """
    decides = {
        "step": step.name,
        "settings": asdict(scenario.settings[step.name]),
        "present": step.name in scenario.present,
        "options": asdict(scenario.options),
        "task": scenario.task_name,
        "inputs": {name: inputs[name].digest for name in step.needs},
        "code": {file.name: digest_file(file) for file in _code(step, scenario, inputs)},
        "seed": scenario.seed,
        "version": luodi.__version__,
    }
    if step.name == "select":  # the encoder may be a folder of the user's, whose bytes may change
        weights = scenario.root / scenario.settings["select"].base / "model.safetensors"
        decides["base"] = digest_file(weights) if weights.is_file() else None
    if step.name == "deploy":  # the only step that writes down what the scenario is called and what it is for
        decides |= {"name": scenario.name, "goal": scenario.goal}
    return digest(decides)[:16]


def _steps(
    scenario: Scenario, store: Store, until: str | None, fresh: str | None, tell: Callable[[Progress], None]
) -> dict[str, Artifact]:
    artifacts = dict[str, Artifact]()
    anew = False
    for step in STEPS:
        anew = anew or step.name == fresh
        started = time.monotonic()
        tell(Progress(step=step.name, state="start", seconds=0.0))
        key = _define_key(scenario) if step.always else key_of(step, scenario, artifacts)
        found = None if anew else store.find(step.name, key)
        state = "cached"
        if found is None:
            found = _run_step(step, key, scenario, store, artifacts)
            state = "skipped" if "skipped" in found.facts else "run"
        artifacts[step.name] = found
        seconds = time.monotonic() - started
        _log(scenario, step=step.name, state=state, key=key, seconds=round(seconds, 3))
        tell(Progress(step=step.name, state=state, seconds=seconds, artifact=found))
        if step.name == until:
            break
    return artifacts


def _run_step(step: Step, key: str, scenario: Scenario, store: Store, artifacts: dict[str, Artifact]) -> Artifact:
    out, work = store.begin(step.name, key)
    job = Job(
        name=scenario.name,
        goal=scenario.goal,
        task_name=scenario.task_name,
        task=scenario.task,
        options=scenario.options,
        settings=scenario.settings[step.name],
        seed=scenario.seed,
        root=scenario.root,
        inputs={name: artifacts[name] for name in step.needs},
        out=out,
        work=work,
    )
    outcome = Outcome(facts={"skipped": "the scenario has no [pretrain] section"})
    if step.name != "pretrain" or "pretrain" in scenario.present:
        outcome = import_module(f"luodi.steps.{step.module}").run(job)
    inputs = {name: artifacts[name].key for name in step.needs}
    return store.commit(step.name, key, outcome.facts, outcome.measured, inputs)


def _define_key(scenario: Scenario) -> str:
    """`define` looks at the outside world, so what it finds there is its key."""
    step = STEPS[0]
    found = import_module(f"luodi.steps.{step.module}").look(
        scenario.root, scenario.settings["define"], learns_from=learns_from(scenario.task)
    )
    settings = asdict(scenario.settings["define"])
    return digest({"settings": settings, "found": found, "version": luodi.__version__})[:16]


def _code(step: Step, scenario: Scenario, inputs: dict[str, Artifact]) -> list[Path]:
    """The files whose text decides a step's outcome: its own, the task's, those of the models it may call."""
    modules = [f"luodi.steps.{step.module}"]
    if "task" in step.runs:
        modules.append(registry.module_of("tasks", scenario.task_name))
    if "models" in step.runs:
        chosen = inputs["select"].facts.get("model") if "select" in inputs else None
        names = [chosen] if chosen else scenario.settings["select"].models or scenario.task.models
        modules += [registry.module_of("models", name) for name in names]
    return [_file_of(module) for module in modules]


def _file_of(module: str) -> Path:
    """Find a module's file without importing it, so that asking for a key loads no framework."""
    if module.startswith("luodi."):
        return Path(__file__).parent / (module.removeprefix("luodi.").replace(".", "/") + ".py")
    found = sys.modules.get(module) or import_module(module)
    assert found.__file__, f"{module} has no file"
    return Path(found.__file__)


def _lock_file(scenario: Scenario, artifacts: dict[str, Artifact]) -> None:
    """Write `luodi.lock` beside the scenario file: a change of numbers shows up in review as a diff."""
    steps = {name: {"key": one.key, "digest": one.digest, "facts": one.facts} for name, one in artifacts.items()}
    folder = scenario.home if scenario.apart else scenario.root
    write_json(folder / "luodi.lock", {"scenario": scenario.name, "steps": steps})


def _log(scenario: Scenario, **values: Any) -> None:
    line = json.dumps({"time": time.strftime("%Y-%m-%dT%H:%M:%S%z"), **values})
    with (scenario.home / "log.jsonl").open("a", encoding="utf-8") as file:
        file.write(line + "\n")
