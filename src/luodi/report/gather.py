"""What the page is about: one plain dictionary from a scenario, its artifacts and its verdict."""

import time
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any, Protocol

import luodi
from luodi.contracts import Artifact
from luodi.store import read_json


class Case(Protocol):
    """The part of a `Scenario` that the page shows; `luodi.scenario` is a layer above and may not be named here."""

    @property
    def path(self) -> Path: ...
    @property
    def name(self) -> str: ...
    @property
    def task_name(self) -> str: ...
    @property
    def goal(self) -> str: ...
    @property
    def seed(self) -> int: ...


def gather(scenario: Case, artifacts: Mapping[str, Artifact], judged: Any) -> dict[str, Any]:
    """Return all that `page.render` takes. `judged` is a `Verdict`, or `None` when the run stopped early."""
    steps = {
        name: {
            "key": one.key,
            "digest": one.digest,
            "facts": {**one.facts, **_beside(one, "details.json")},
            "measured": one.measured,
        }
        for name, one in artifacts.items()
    }
    return {
        "scenario": {
            "name": scenario.name,
            "task": scenario.task_name,
            "goal": scenario.goal,
            "seed": scenario.seed,
            "file": scenario.path.name,
        },
        "version": luodi.__version__,
        "written": time.strftime("%Y-%m-%d %H:%M"),
        "verdict": asdict(judged) if is_dataclass(judged) and not isinstance(judged, type) else judged,
        "steps": steps,
        "profile": _beside(artifacts["prepare"], "profile.json") if "prepare" in artifacts else None,
        "inspection": _beside(artifacts["prepare"], "inspection.json") if "prepare" in artifacts else None,
    }


def _beside(artifact: Artifact, name: str) -> dict[str, Any]:
    """Return what a step wrote into a file because it is too long for its facts; empty where it wrote none."""
    try:
        found = read_json(artifact.path / name)
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
