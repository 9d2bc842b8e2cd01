"""Write a folder that can be copied to another machine and started there."""

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import luodi
from luodi.bundle import ABOUT, MODEL, read_bundle
from luodi.errors import DataError
from luodi.store import MANIFEST, MEASURED, digest_file, explained, read_json, write_text

TEMPLATES = Path(__file__).parent / "templates"
FILES = {
    "README.md": "README.md.j2",
    "requirements.txt": "requirements.txt.j2",
    "Containerfile": "Containerfile.j2",
    ".containerignore": "containerignore.j2",
    ".dockerignore": "containerignore.j2",
    "compose.yaml": "compose.yaml.j2",
    "env.example": "env.example.j2",
    "nginx.conf": "nginx.conf.j2",
    "kubernetes.yaml": "kubernetes.yaml.j2",
    "{unit}.service": "unit.service.j2",
}
PYTHON = "3.11"  # the oldest that is supported, and what the releases in constraints.txt were tried with
UNMEASURED_MB = 700.0  # the starter encoder, before it is measured
SERVICE_MB = 200.0  # the process that listens; what answers is another (docs/logbook.md, 2026-11-24)
NAME = re.compile(r"[^a-z0-9]+")


def pack(bundle: Path, folder: Path, *, wheel: Path | None = None) -> dict[str, Any]:
    """Copy the bundle and write the files beside it; return what was filled in.

    `wheel` is a luodi of one's own, copied too. Raises `DataError` where the folder holds something already.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise DataError("there is something in this folder already", where=str(folder), fix="choose another --out")
    if wheel is not None and (wheel.suffix != ".whl" or not wheel.is_file()):
        raise DataError("this is no wheel", where=str(wheel), fix="make one: python -m build --wheel")
    about = read_bundle(bundle).about
    filled = numbers(about["scenario"], bundle, wheel.name if wheel else "")
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copytree(bundle, folder / "bundle", ignore=shutil.ignore_patterns(MANIFEST, MEASURED))
        _open_to_all(folder / "bundle")
        if wheel is not None:
            (folder / "wheels").mkdir()
            shutil.copyfile(wheel, folder / "wheels" / wheel.name)
        for name, template in FILES.items():
            write_text(folder / name.format(unit=filled["unit"]), render(template, filled))
    return filled


def _open_to_all(bundle: Path) -> None:
    """Let everybody read what was copied: it is served by another user, and safetensors writes for its own alone."""
    for one in (bundle, *bundle.rglob("*")):
        one.chmod(0o755 if one.is_dir() else 0o644)


def numbers(scenario: str, bundle: Path, wheel: str = "") -> dict[str, Any]:
    """Return what the templates are filled in with. Memory is in MB, as measured when the bundle was made."""
    name = NAME.sub("-", scenario.lower()).strip("-")[:40].strip("-") or "scenario"
    measured = (read_json(bundle / MEASURED) if (bundle / MEASURED).is_file() else {}).get("memory_mb", UNMEASURED_MB)
    key = digest_file(bundle / ABOUT)[:12]
    return {
        "name": name,
        "unit": f"luodi-{name}",
        "image": f"luodi-{name}:{key}",
        "key": key,
        "version": luodi.__version__,
        "python": PYTHON,
        "wheel": wheel,
        "upstream": "luodi",
        "extras": ",".join(["serve", "postgres", *extras(bundle)]),
        "memory_high": _rounded(measured + SERVICE_MB),
        "memory_limit": _rounded(2 * measured + SERVICE_MB),  # the old release and the new one, for a while
    }


def extras(bundle: Path) -> list[str]:
    """Return what the bundle's engines need beyond the service itself."""
    engines = {read_json(one).get("engine") for one in (bundle / MODEL).rglob("session.json")}
    return ["onnx"] if "engine_onnx" in engines else []


def render(template: str, values: Mapping[str, Any]) -> str:
    """Return a template filled in. Raises where it asks for what is not given."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(  # noqa: S701 -- no HTML; the name holds letters, digits and hyphens alone
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True
    )
    return made.get_template(template).render(values)


def _rounded(mb: float) -> int:
    return 50 * round(mb / 50 + 0.5)
