"""Say what this machine can do, which path is taken on it, and what to mend."""

import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from luodi.terminal import JSON, NOT_MET

if TYPE_CHECKING:
    from luodi.doctor.checks import Finding

MARKS = {"fine": ("✓", "green"), "note": ("·", "yellow"), "fix": ("✗", "red")}


@click.command()
@click.argument("scenario", type=click.Path(path_type=Path), required=False)
@click.option("--port", default=8700, show_default=True, help="The port that a service is to listen on.")
@JSON
def doctor(scenario: Path | None, port: int, as_json: bool) -> None:
    """Say what this machine can do, which path is taken on it, and what to mend: some seconds.

    Cores, memory, instruction sets, the speed of matrix products, packages, the starter encoder, disk, SQLite, port and
    clock; with a SCENARIO, its file and its endpoints, of which none is asked. LUODI_LANG=zh speaks Chinese.
    Exit code 1 where something is to be mended.
    """
    from luodi.doctor import checks

    started = time.monotonic()
    language = "zh" if os.environ.get("LUODI_LANG", "en").startswith("zh") else "en"
    found = []
    for one in checks.all_of_them(scenario, port=port):
        found.append(one)
        if not as_json:
            _show(one, language)
    ill = sum(one.state == "fix" for one in found)
    if as_json:
        click.echo(json.dumps({"ok": not ill, "findings": [_as_json(one) for one in found]}, ensure_ascii=False))
    else:
        _sum_up(ill, time.monotonic() - started, language)
    if ill:
        sys.exit(NOT_MET)


def _show(finding: "Finding", language: str) -> None:
    name, value, fix = finding.said(language)
    mark, color = MARKS[finding.state]
    wide = sum(ord(letter) > 0x2E80 for letter in name)  # such letters take two places
    click.secho(f"{mark} ", fg=color, nl=False)
    click.echo(f"{name:<{24 - wide}} {value}")
    if fix:
        click.echo(f"{'':26} → {fix}")


def _as_json(finding: "Finding") -> dict[str, object]:
    name, value, fix = finding.said("en")
    holes = {key: str(one) if isinstance(one, Path | tuple) else one for key, one in finding.holes.items()}
    return {"about": finding.about, "name": name, "state": finding.state, "value": value, "fix": fix, "data": holes}


def _sum_up(ill: int, seconds: float, language: str) -> None:
    from luodi.doctor import words

    state = words.said(words.STATES, "ill" if ill else "healthy", language, {"n": ill})
    took = words.said(words.STATES, "took", language, {"seconds": seconds})
    click.echo(f"{state} ({took})")


COMMAND = doctor
