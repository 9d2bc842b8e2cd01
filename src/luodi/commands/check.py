"""Read a scenario file and say all that is wrong with it."""

import json
from pathlib import Path

import click

from luodi.terminal import JSON, SCENARIO


@click.command()
@SCENARIO
@JSON
def check(scenario: Path, as_json: bool) -> None:
    """Read a scenario file and say all that is wrong with it. Changes nothing."""
    from luodi.scenario import load

    read = load(scenario)
    steps = [name for name in read.settings if name != "pretrain" or name in read.present]
    if as_json:
        click.echo(json.dumps({"ok": True, "name": read.name, "task": read.task_name, "steps": steps}))
    else:
        click.echo(f"{read.name}: {read.task_name}, steps {', '.join(steps)}: nothing to object to")


COMMAND = check
