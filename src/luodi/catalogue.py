"""What there is, in words: steps and their settings, tasks, models, metrics, templates."""

import ast
import tomllib
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from luodi import registry, templates
from luodi.errors import LuodiError, did_you_mean
from luodi.steps import STEPS


def overview() -> str:
    """List everything, a line each, without importing any of it."""
    parts = []
    for title, entries in (
        ("Steps", {step.name: first_line(f"luodi.steps.{step.module}") for step in STEPS}),
        ("Tasks", {name: first_line(module) for name, module in registry.names("tasks").items()}),
        ("Models", {name: first_line(module) for name, module in registry.names("models").items()}),
        ("Templates", {name: first_sentence(path) for name, path in templates.names().items()}),
    ):  # fmt: skip
        width = max((len(name) for name in entries), default=0)
        parts.append(f"{title}\n" + "\n".join(f"  {name:<{width}}  {line}" for name, line in entries.items()))
    return "\n\n".join(parts) + "\n\nluodi describe NAME says more."


def describe(name: str) -> str:
    """Describe a step, a task or a model. Raises `LuodiError` with the closest name."""
    for step in STEPS:
        if step.name == name:
            module = import_module(f"luodi.steps.{step.module}")
            return f"[{name}] {first_line(module.__name__)}\n\n{settings(module.Settings)}"
    if name in registry.names("tasks"):
        task: Any = registry.task(name)
        return (
            f"{name}: {first_line(task.__name__)}\n\nkind     {task.kind}\nmetrics  {', '.join(task.metrics)}\n"
            f"models   {', '.join(task.models)}\n\n[options]\n{settings(task.Options)}\n\n"
            f"A row\n{settings(task.Row)}\n\nA request\n{settings(task.Request)}\n\n"
            f"A response\n{settings(task.Response)}"
        )
    if name in registry.names("models"):
        return f"{name}: {docstring(registry.names('models')[name])}"
    known = [step.name for step in STEPS] + list(registry.names("tasks")) + list(registry.names("models"))
    raise LuodiError(f"there is no step, task or model {name!r}", where="luodi describe", fix=did_you_mean(name, known))


def settings(cls: type[Any]) -> str:
    """Return a line per field: name, type, default and meaning."""
    from luodi import schema  # loads pydantic, which a list of names can do without

    made = schema.json_schema(cls)
    lines = []
    for name, field in made.get("properties", {}).items():
        kind = _kind(field)
        default = f" = {field['default']!r}" if field.get("default") not in (None, {}, [], ()) else ""
        meaning = " ".join(str(field.get("description", "")).split())
        lines.append(f"  {name} ({kind}{default}){': ' + meaning if meaning else ''}")
    return "\n".join(lines) or "  (nothing to set)"


def docstring(module: str) -> str:
    """Return a module's docstring by reading its file, which loads no framework."""
    spec = find_spec(module)
    assert spec is not None, f"{module} has no file"
    assert spec.origin is not None, f"{module} has no file"
    return ast.get_docstring(ast.parse(Path(spec.origin).read_text(encoding="utf-8"))) or ""


def first_sentence(folder: Path) -> str:
    """Return the goal that an example's scenario file states."""
    return str(tomllib.loads((folder / "scenario.toml").read_text(encoding="utf-8")).get("goal", ""))


def first_line(module: str) -> str:
    """Return the first line of a module's docstring."""
    return docstring(module).partition("\n")[0]


def _kind(field: dict[str, Any]) -> str:
    if "anyOf" in field:
        return " or ".join(_kind(one) for one in field["anyOf"] if one.get("type") != "null")
    kind = field.get("type") or str(field.get("$ref", "value")).rpartition("/")[2].lower()
    return {"array": "list", "object": "table", "string": "text", "integer": "whole number"}.get(str(kind), str(kind))
