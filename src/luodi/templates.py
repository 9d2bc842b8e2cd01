"""Folders for new scenarios: copied from a shipped example, or written around a guess."""

import shutil
from pathlib import Path

from luodi.errors import ScenarioError, did_you_mean
from luodi.store import write_text

PLACES = (Path(__file__).parent / "examples", Path(__file__).parents[2] / "examples")  # installed; in a checkout


def names() -> dict[str, Path]:
    """Return the shipped examples by name."""
    return {file.parent.name: file.parent for place in PLACES for file in sorted(place.glob("*/scenario.toml"))}


def check_free(folder: Path) -> None:
    """Refuse a folder that already holds a scenario: nothing of the user's is overwritten."""
    if (folder / "scenario.toml").exists():
        raise ScenarioError("there is a scenario here already", where=str(folder / "scenario.toml"),
                            fix="choose another folder, or edit that file")  # fmt: skip


def copy(name: str, folder: Path) -> Path:
    """Copy a shipped example, its data included."""
    known = names()
    if name not in known:
        raise ScenarioError(f"there is no template {name!r}", where="--template", fix=did_you_mean(name, known))
    ignore = shutil.ignore_patterns(".luodi", "luodi.lock", "expected.json")
    for file in (known[name] / "data").glob("*"):
        if (folder / "data" / file.name).exists():
            raise ScenarioError("a file of this name is there already", where=str(folder / "data" / file.name),
                                fix="choose another folder")  # fmt: skip
    shutil.copytree(known[name], folder, ignore=ignore, dirs_exist_ok=True)
    return folder / "scenario.toml"


def write(folder: Path, text: str) -> Path:
    """Write a scenario file."""
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / "scenario.toml", text)
    return folder / "scenario.toml"
