"""Read a scenario file, and refuse it early: every fault at once, with its line and the closest valid name."""

import re
import tomllib
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from typing import Any

from luodi import registry, schema
from luodi.contracts import Task, record
from luodi.errors import Faults, LuodiError, ScenarioError, did_you_mean
from luodi.steps import STEPS

TOP = ("name", "task", "goal", "seed", "options", *(step.name for step in STEPS))
MAX_BYTES = 1_000_000


@record
class Scenario:
    """One business case, as its file says it."""

    path: Path
    name: str
    task_name: str
    task: Task
    goal: str
    seed: int
    options: Any
    settings: dict[str, Any]
    """Step name to its `Settings`."""
    present: frozenset[str]
    """The sections that the file has."""

    @property
    def root(self) -> Path:
        """The folder of the scenario file; the user's paths are relative to it."""
        return self.path.parent

    @property
    def home(self) -> Path:
        """Where artifacts, log and report of this scenario live."""
        return self.root / ".luodi"


def load(path: Path | str) -> Scenario:
    """Read a scenario file, or the `scenario.toml` of a folder. Raises `Faults` with all that is wrong in it."""
    path = find(Path(path))
    text = _read(path)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise ScenarioError(
            f"this is not TOML: {error}", where=f"{path}:{line[1] if line else 1}", fix="see docs/scenario-file.md"
        ) from None
    checker = _Checker(path, text, raw)
    scenario = checker.check()
    if checker.faults or scenario is None:
        raise Faults(checker.faults)
    return scenario


def find(path: Path) -> Path:
    """Return the scenario file that a path means."""
    if path.is_dir():
        path = path / "scenario.toml"
    if not path.is_file():
        known = sorted(str(one) for one in path.parent.glob("*.toml")) if path.parent.is_dir() else []
        fix = did_you_mean(str(path), known) if known else "luodi new FOLDER --data FILE.csv writes one"
        raise ScenarioError("there is no scenario file here", where=str(path), fix=fix)
    return path.resolve()


def _read(path: Path) -> str:
    if path.stat().st_size > MAX_BYTES:
        raise ScenarioError("the scenario file is larger than 1 MB", where=str(path), fix="keep data in data files")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise ScenarioError("this is not UTF-8 text", where=f"{path}:{line}", fix="save the file as UTF-8") from None


class _Checker:
    """Collects every fault of one file."""

    def __init__(self, path: Path, text: str, raw: dict[str, Any]) -> None:
        self.path, self.raw, self.faults = path, raw, list[LuodiError]()
        self.lines = key_lines(text)

    def check(self) -> Scenario | None:
        for key in self.raw.keys() - set(TOP):
            self._fault(f"{key!r} is not known here", (key,), did_you_mean(key, TOP))
        name = self._top("name", str, self.path.parent.name)
        goal = self._top("goal", str, "")
        seed = self._top("seed", int, 7)
        task = self._task()
        options = self._record(task.Options, "options") if task else None
        settings = {
            step.name: self._record(import_module(f"luodi.steps.{step.module}").Settings, step.name) for step in STEPS
        }
        if task and not self.faults:
            self._names(task, settings)
        if self.faults or task is None:
            return None
        return Scenario(
            path=self.path,
            name=name,
            task_name=self.raw["task"],
            task=task,
            goal=goal,
            seed=seed,
            options=options,
            settings=settings,
            present=frozenset(self.raw),
        )

    def _top(self, key: str, kind: type, default: Any) -> Any:
        value = self.raw.get(key, default)
        if type(value) is not kind:
            self._fault(f"{key!r} should be {'text' if kind is str else 'a whole number'}", (key,), f"change {key}")
        return value

    def _task(self) -> Task | None:
        name = self.raw.get("task")
        if not isinstance(name, str):
            self._fault("'task' is missing", ("task",), "add task = " + did_you_mean("", registry.names("tasks")))
            return None
        try:
            return registry.task(name)
        except LuodiError as error:
            self._fault(error.what, ("task",), error.fix)
            return None

    def _record(self, cls: type[Any], section: str) -> Any:
        value = self.raw.get(section, {})
        if not isinstance(value, dict):
            self._fault(f"[{section}] should be a section", (section,), f"write [{section}] on a line of its own")
            return None
        if section == "define" and section not in self.raw:
            self._fault("the section [define] is missing", (), 'add [define] with train = "your-data.csv"')
            return None
        made, found = schema.faults(cls, value)
        for at, what, fix in found:
            path = (section, *at)
            self._fault(f"[{section}] {what}", path, fix + (f", or see: luodi describe {section}" if at else ""))
        return made

    def _names(self, task: Task, settings: dict[str, Any]) -> None:
        """Check what the schema cannot: names of metrics, models and columns, and that files exist."""
        for metric in settings["define"].succeed:
            try:
                registry.metric(metric)
            except LuodiError as error:
                self._fault(f"[define] succeed: {error.what}", ("define", "succeed", metric), error.fix)
        for name in settings["select"].models or ():
            try:
                registry.module_of("models", name)
            except LuodiError as error:
                self._fault(f"[select] models: {error.what}", ("select", "models"), error.fix)
        for key in ("train", "dev", "test"):
            for one in settings["define"].files(key):
                if not (self.path.parent / one).is_file():
                    self._missing_file(key, one)
        row = {one.name for one in fields(task.Row)}
        for ours in settings["evaluate"].slices:
            if ours in row:
                self._fault(
                    f"[evaluate] slices: {ours!r} is what the model reads or answers",
                    ("evaluate", "slices"),
                    "slice by another column",
                )

    def _missing_file(self, key: str, name: str) -> None:
        path = self.path.parent / name
        kind = "is a folder, not a file" if path.is_dir() else "does not exist"
        near = [one.relative_to(self.path.parent).as_posix() for one in path.parent.glob("*")]
        self._fault(f"[define] {key}: {name!r} {kind}", ("define", key), did_you_mean(name, near))

    def _fault(self, what: str, at: tuple[str | int, ...], fix: str) -> None:
        line = next((self.lines[at[:n]] for n in range(len(at), 0, -1) if at[:n] in self.lines), 1)
        self.faults.append(ScenarioError(what, where=f"{self.path}:{line}", fix=fix))


_KEY = r'(?:[A-Za-z0-9_-]+|"[^"\n]*"|\'[^\'\n]*\')'
_SECTION = re.compile(rf"^\s*\[+\s*({_KEY}(?:\s*\.\s*{_KEY})*)\s*\]+")
_ASSIGN = re.compile(rf"({_KEY}(?:\s*\.\s*{_KEY})*)\s*=")


def key_lines(text: str) -> dict[tuple[str | int, ...], int]:
    r"""Map each key of a TOML text to its line, counted from 1. Keys of inline tables count as keys.

    >>> key_lines('name = "x"\n[define]\nsucceed = { "a.b" = 1 }\n')[("define", "succeed", "a.b")]
    3
    """
    lines: dict[tuple[str | int, ...], int] = {}
    section: tuple[str | int, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if found := _SECTION.match(line):
            section = _parts(found[1])
            lines.setdefault(section, number)
            continue
        keys = [_parts(key) for key in _ASSIGN.findall(line)]
        for n, key in enumerate(keys):
            lines.setdefault((*section, *(keys[0] if n else ()), *key), number)
    return lines


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(_KEY, dotted))
