"""Say how far the last run came."""

import json
from pathlib import Path

import click

from luodi.terminal import JSON, SCENARIO, summary


@click.command()
@SCENARIO
@JSON
def status(scenario: Path, as_json: bool) -> None:
    """Say how far the last run came, and what is out of date."""
    from luodi import runner, verdict
    from luodi.scenario import load

    read = load(scenario)
    artifacts = runner.latest(read)
    judged = verdict.judge(artifacts) if "deploy" in artifacts else None
    if as_json:
        done = {name: name in artifacts for name in runner.NAMES}
        click.echo(json.dumps({"name": read.name, "steps": done, "verdict": judged.word if judged else None}))
        return
    for name in runner.NAMES:
        state = summary(name, artifacts[name].facts) if name in artifacts else "to do"
        click.echo(f"{name:<9} {state}")
    click.echo(f"verdict   {judged.word}: {judged.sentence}" if judged else f"next: luodi run {scenario}")


COMMAND = status
