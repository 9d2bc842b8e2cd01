"""Names to modules, without importing them: the file system is the list."""

import importlib
import re
from collections.abc import Callable
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from luodi.contracts import Task
from luodi.errors import ScenarioError, SetupError, did_you_mean

EXTRA = {
    "torch": "train",
    "transformers": "train",
    "sklearn": "train",
    "openvino": "train",
    "tokenizers": "train",
    "implicit": "rec",
    "sacrebleu": "translate",
    "ctranslate2": "translate",
    "httpx2": "remote",
    "usearch": "search",
    "rjieba": "serve",
}
NUMBERED = re.compile("-[0-9]{1,2}$")
"""What sets the further endpoints of a scenario apart: `remote`, `remote-2`, `remote-3`."""


@cache
def names(group: str) -> dict[str, str]:
    """Return `{name: module}` for a group, "tasks" or "models".

    A built-in is any file in the group's folder; a plug-in is any entry point `luodi.<group>`.

    >>> names("tasks")["text-classification"]
    'luodi.tasks.text_classification'
    """
    files = sorted((Path(__file__).parent / group).glob("[!_]*.py"))
    ours = {file.stem.replace("_", "-"): f"luodi.{group}.{file.stem}" for file in files}
    return {point.name: point.value for point in entry_points(group=f"luodi.{group}")} | ours


def module_of(group: str, name: str) -> str:
    """Return the module behind a name. Raises `ScenarioError` with the closest known name."""
    known = names(group)
    name = name if name in known else NUMBERED.sub("", name)
    if name not in known:
        raise ScenarioError(f"there is no {group.removesuffix('s')} {name!r}", fix=did_you_mean(name, known))
    return known[name]


def task(name: str) -> Task:
    """Return the module of a task."""
    return cast(Task, _load(module_of("tasks", name)))


def model(name: str) -> Any:
    """Return the class of a model."""
    return _load(module_of("models", name)).MODEL


def metric(name: str) -> Callable[..., float]:
    """Return a metric by "file.function", as in `classification.macro_f1`."""
    file, _, function = name.partition(".")
    known = sorted(path.stem for path in (Path(__file__).parent / "metrics").glob("[!_]*.py"))
    if file not in known:
        raise ScenarioError(f"there is no metric {name!r}", fix=did_you_mean(file, known))
    module = _load(f"luodi.metrics.{file}")
    if function not in module.METRICS:
        raise ScenarioError(
            f"there is no metric {name!r}", fix=did_you_mean(name, [f"{file}.{one}" for one in module.METRICS])
        )
    return cast("Callable[..., float]", getattr(module, function))


def _load(module: str) -> ModuleType:
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        missing = (error.name or "").split(".")[0]
        if missing in {"", "luodi"}:
            raise
        extra = EXTRA.get(missing, "train")
        raise SetupError(
            f"{module} needs the package {missing!r}, which is not installed",
            fix=f'pip install "luodi[{extra}]"',
        ) from error
