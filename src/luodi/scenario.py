"""Read a scenario file, and refuse it early: every fault at once, with its line and the closest valid name."""

import re
import stat
import tomllib
from collections.abc import Sequence, Set
from dataclasses import fields, replace
from importlib import import_module
from math import inf
from pathlib import Path
from typing import Any

from luodi import registry, schema
from luodi.contracts import Task, record
from luodi.data import glossary, papers, sources
from luodi.errors import Faults, LuodiError, ScenarioError, did_you_mean
from luodi.metrics import checks, cost
from luodi.runtime import endpoint
from luodi.runtime.endpoint import Endpoint
from luodi.steps import STEPS
from luodi.text import shorten

TOP = ("name", "task", "goal", "seed", "options", *(step.name for step in STEPS))
MAX_BYTES = 1_000_000
RANGES: dict[tuple[str, ...], tuple[float, float]] = {
    ("seed",): (0, 2**32 - 1),  # what numpy and scikit-learn take
    ("options", "max_characters"): (1, inf),
    ("options", "unanswerable"): (0, 1),
    ("options", "passages"): (1, 50),
    ("options", "explore"): (0, 1),
    ("options", "newcomers"): (0, 1),
    ("define", "automate", "precision"): (0.5, 0.9999),
    ("define", "automate", "confidence"): (0.5, 0.9999),
    ("define", "automate", "good"): (0.01, 1),
    ("define", "price", "core_hour"): (0, inf),
    ("prepare", "dev"): (0, 0.9),
    ("prepare", "test"): (0, 0.9),
    ("prepare", "similarity"): (0.3, 1),
    ("prepare", "max_dev"): (1, inf),
    ("prepare", "max_test"): (1, inf),
    ("select", "sample"): (1, inf),
    ("select", "max_minutes"): (0, inf),
    ("select", "n_resamples"): (1, inf),
    ("pretrain", "max_minutes"): (0, inf),
    ("pretrain", "max_tokens"): (1, inf),
    ("pretrain", "epochs"): (1, inf),
    ("finetune", "max_minutes"): (0, inf),
    ("finetune", "epochs"): (1, inf),
    ("finetune", "learning_rate"): (0, 10),
    ("finetune", "max_tokens"): (8, inf),
    ("finetune", "search_minutes"): (0, inf),
    ("evaluate", "n_resamples"): (1, inf),
    ("evaluate", "max_loss"): (0, 1),
    ("deploy", "max_batch"): (1, inf),
    ("deploy", "max_wait_ms"): (0, 60_000),
    ("deploy", "keep_days"): (1, 3_650),
    ("deploy", "watch", "window"): (50, 100_000),
    ("deploy", "watch", "false_alarms_per_week"): (0.001, 100),
    ("deploy", "watch", "max_failed"): (0, 1),
    ("deploy", "watch", "max_slower"): (1, 1_000),
    ("deploy", "watch", "max_more_failed"): (0, 1),
    ("deploy", "watch", "max_more_handed_over"): (0, 1),
    ("deploy", "review", "share"): (0, 1),
    ("deploy", "review", "margin"): (0, 1),
    ("deploy", "review", "second"): (0, 1),
    ("deploy", "review", "max_waiting"): (1, 1_000_000),
    ("deploy", "review", "worse"): (0, 0.5),
    ("deploy", "review", "per_account"): (0.01, 0.99),
    ("deploy", "review", "per_day"): (0, 1),
}
"""The numbers that may be meant, by section and key."""


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
    apart: str = ""
    """A name under `.luodi` where another run of this scenario keeps all that is its own; the usual place if empty."""

    @property
    def root(self) -> Path:
        """The folder of the scenario file; the user's paths are relative to it."""
        return self.path.parent

    @property
    def home(self) -> Path:
        """Where artifacts, log and report of this scenario live."""
        return self.root / ".luodi" / self.apart


def load(path: Path | str) -> Scenario:
    """Read a scenario file, or the `scenario.toml` of a folder. Raises `Faults` with all that is wrong in it."""
    path = find(Path(path))
    text = _read(path)
    try:
        raw = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits, brackets in brackets in brackets
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
    if kind_of(path) == "folder":
        path = path / "scenario.toml"
    if kind_of(path) != "file":
        known = sorted(str(one) for one in path.parent.glob("*.toml")) if kind_of(path.parent) == "folder" else []
        fix = did_you_mean(str(path), known) if known else "luodi new FOLDER --data FILE.csv writes one"
        raise ScenarioError("there is no scenario file here", where=str(path), fix=fix)
    return path.resolve()


def kind_of(path: Path) -> str:
    """Say what stands at a path: "file", "folder", "other" (a pipe, a device), or "" for nothing."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):  # not there, not to be seen, or no name at all
        return ""
    return "file" if stat.S_ISREG(mode) else "folder" if stat.S_ISDIR(mode) else "other"


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
        for key in (one for one in self.raw if one not in TOP):
            self._fault(f"{key!r} is not known here", (key,), did_you_mean(key, TOP))
        name = self._top("name", str, self.path.parent.name)
        goal = self._top("goal", str, "")
        seed = self._top("seed", int, 7)
        task = self._task()
        options = self._filled(task, self._record(task.Options, "options")) if task else None
        settings = {
            step.name: self._record(import_module(f"luodi.steps.{step.module}").Settings, step.name) for step in STEPS
        }
        self._names(task, settings)
        self._remotes(settings["select"], settings["prepare"], options, task)
        self._ranges(settings | {"seed": seed, "options": options})
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
        more = f"luodi describe {self.raw['task'] if section == 'options' else section}"
        for at, what, fix in found:
            self._fault(f"[{section}] {what}", (section, *at), fix + (f"; or see: {more}" if at else ""))
        return made

    def _filled(self, task: Task, options: Any) -> Any:
        """Return the options with what the tables say that they name: a glossary becomes terms."""
        for name, into in getattr(task, "reads", {}).items() if options else ():
            file = getattr(options, name)
            if not file:
                continue
            try:
                options = replace(options, **{into: glossary.read(self.path.parent, file) | getattr(options, into)})
            except (LuodiError, OSError) as error:
                what, fix = (error.what, error.fix) if isinstance(error, LuodiError) else (str(error), "name a table")
                self._fault(f"[options] {name}: {what}", ("options", name), fix)
        return options

    def _names(self, task: Task | None, settings: dict[str, Any]) -> None:
        """Check what the schema cannot: names of metrics, models and columns, and that files exist."""
        for name in self._texts("define", "succeed"):
            self._target(name, task)
        for key in ("train", "dev", "test"):
            for one in self._texts("define", key):
                self._source(key, one, documents=getattr(task, "learns_from", "") == "documents")
        self._tables(task)
        self._models(self._texts("select", "models"), task)
        if settings["prepare"]:
            self._reading(settings["prepare"].encoding, settings["prepare"].delimiter)
        self._kinds(self._texts("prepare", "personal_kinds"))
        self._webhook(settings["deploy"])
        if task and settings["prepare"] and settings["evaluate"]:
            taken = {"group", *(one.name for one in fields(task.Row))}
            self._slices(settings["evaluate"].slices, settings["prepare"].columns.keys() - taken)

    def _texts(self, section: str, key: str) -> list[str]:
        """Return the texts that stand under a key, whatever else is wrong in its section."""
        inside = self.raw.get(section)
        value = inside.get(key, ()) if isinstance(inside, dict) else ()
        many = (value,) if isinstance(value, str) else value if isinstance(value, list | dict) else ()
        return [one for one in many if isinstance(one, str)]

    def _tables(self, task: Task | None) -> None:
        """Check that further tables exist, and that the task has a use for them."""
        given = self.raw.get("define")
        tables = given.get("tables") if isinstance(given, dict) else None
        known = getattr(task, "tables", ())
        for name, file in tables.items() if isinstance(tables, dict) else ():
            if task and name not in known:
                what = f"[define] tables: {self.raw['task']} has no use for a table {name!r}"
                self._fault(what, ("define", "tables", name), did_you_mean(name, known) if known else "remove it")
            elif isinstance(file, str):
                self._source("tables", file)

    def _target(self, name: str, task: Task | None) -> None:
        """Refuse a target that nothing can meet, since it is never measured."""
        try:
            registry.metric(name)
            if task is None:
                return
            known = (*task.metrics, *checks.measured_for(task.kind), *(f"cost.{one}" for one in cost.METRICS))
            if name not in known:
                raise ScenarioError(f"{name!r} is not measured for {self.raw['task']}", fix=did_you_mean(name, known))
        except LuodiError as error:
            self._fault(f"[define] succeed: {error.what}", ("define", "succeed", name), error.fix)

    def _models(self, names: Sequence[str], task: Task | None) -> None:
        for name in names:
            try:
                registry.module_of("models", name)
            except LuodiError as error:
                fix = did_you_mean(name, task.models) if task else error.fix
                self._fault(f"[select] models: {error.what}", ("select", "models"), fix)
        for name in dict.fromkeys(name for name in names if names.count(name) > 1):
            self._fault(f"[select] models: {name!r} is named twice", ("select", "models"), "name it once")

    def _remotes(self, select: Any, prepare: Any, options: Any, task: Task | None) -> None:
        """Check that endpoints are such as may be asked, and that no personal data goes there unsaid."""
        if not select or not prepare:
            return
        many = (select.remote,) if isinstance(select.remote, Endpoint) else select.remote
        asked = [("select", "remote", one) for one in many]
        for each in fields(options) if options else ():
            if isinstance(value := getattr(options, each.name), Endpoint):
                asked.append(("options", each.name, value))
        verbatim = bool(getattr(task, "verbatim", False))
        for section, name, one in asked:  # of an option, texts go as they are: places in them are answered
            maskable = section != "options" and not verbatim
            for key, what, fix in endpoint.faults(one, prepare.personal, maskable=maskable):
                self._fault(f"[{section}] {name}: {what}", (section, name, key), fix)
        if not many and "remote" in self._texts("select", "models"):
            fix = 'add remote = { url = "…", model = "…" }; see docs/remote-models.md'
            self._fault("[select] models: there is no endpoint to ask", ("select", "models"), fix)

    def _slices(self, names: Sequence[str], columns: Set[str]) -> None:
        for name in names:
            if name not in columns:
                fix = f'write [prepare] columns = {{ {name} = "your column" }}, with a name that the task does not use'
                self._fault(f"[evaluate] slices: no further column is called {name!r}", ("evaluate", "slices"), fix)

    def _source(self, key: str, name: str, *, documents: bool = False) -> None:
        """Refuse a name of data behind which nothing stands; what stands there is read by `define`."""
        documents = documents and not papers.is_table(self.path.parent, name)
        fault = (papers if documents else sources).fault(self.path.parent, name, besides=self.path.name)
        if fault:
            self._fault(f"[define] {key}: {shorten(name, 80)!r} {fault[0]}", ("define", key), fault[1])

    def _kinds(self, names: Sequence[str]) -> None:
        """Refuse kinds of personal data that nobody looks for."""
        if not names:
            return
        from luodi.privacy.find import known

        try:
            known(names)
        except ScenarioError as error:
            self._fault(f"[prepare] personal_kinds: {error.what}", ("prepare", "personal_kinds"), error.fix)

    def _webhook(self, deploy: Any) -> None:
        """Refuse an address that alarms may not be sent to."""
        if not (deploy and deploy.watch.webhook):
            return
        from luodi.monitor.sinks import check_address

        try:
            check_address(deploy.watch.webhook)
        except ScenarioError as error:
            self._fault(f"[deploy] watch.webhook: {error.what}", ("deploy", "watch", "webhook"), error.fix)

    def _reading(self, encoding: str | None, delimiter: str | None) -> None:
        try:
            "".encode(encoding or "utf-8")
        except (LookupError, ValueError):
            fix = did_you_mean(encoding or "", ("utf-8", "utf-16", "gb18030", "latin-1"))
            self._fault(f"[prepare] encoding: there is no encoding {encoding!r}", ("prepare", "encoding"), fix)
        if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
            what = f"[prepare] delimiter: {delimiter!r} is not one character that can stand between two cells"
            self._fault(what, ("prepare", "delimiter"), r'write delimiter = ";", or "\t" for a tab')

    def _ranges(self, records: dict[str, Any]) -> None:
        """Check that numbers are such as can be meant."""
        for (section, *names), (low, high) in RANGES.items():
            value = records.get(section)
            for name in names:
                value = getattr(value, name, None)
            if isinstance(value, int | float) and not low <= value <= high:
                given = f"{section} should be" if not names else f"[{section}] {'.'.join(names)} should be"
                between = f"{low:,} or more" if high == inf else f"from {low:,} to {high:,}"
                self._fault(f"{given} {between}, not {value:,}", (section, *names), f"write a number: {between}")

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
