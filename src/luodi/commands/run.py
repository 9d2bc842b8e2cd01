"""Run the seven steps, from data to verdict."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from luodi.terminal import JSON, NOT_MET, SCENARIO, near, summary
from luodi.text import duration, short

if TYPE_CHECKING:
    from luodi.runner import Progress, Run
    from luodi.scenario import Scenario


@click.command()
@SCENARIO
@click.option("--until", metavar="STEP", help="Stop after this step.")
@click.option("--fresh", metavar="STEP", help="Do this step and all after it anew.")
@JSON
def run(scenario: Path, until: str | None, fresh: str | None, as_json: bool) -> None:
    """Run the seven steps, from data to verdict. What has not changed is not done again."""
    from luodi import runner
    from luodi.scenario import load

    read = load(scenario)
    done = runner.run(read, until=until, fresh=fresh, tell=(lambda _: None) if as_json else _tell)
    page = _write_report(read, done) if done.verdict else None
    if as_json:
        click.echo(json.dumps(_as_json(done), ensure_ascii=False))
    elif done.verdict:
        click.secho("verdict   ", nl=False)
        colour = {True: "green", False: "red", None: None}[done.verdict.met]
        click.secho(f"{done.verdict.word:<9} ", fg=colour, bold=True, nl=False)
        click.echo(done.verdict.sentence)
        click.echo(f"report    {near(page)}")
        click.echo(f"serve it  luodi serve {near(read.path.parent)}")
    if done.verdict and done.verdict.met is False:
        sys.exit(NOT_MET)


def _tell(progress: "Progress") -> None:
    if progress.state == "start" or progress.artifact is None:
        return
    facts, measured = progress.artifact.facts, progress.artifact.measured
    said = summary(progress.step, facts)
    if progress.step == "select" and progress.state == "run":
        for name, scales in measured["candidates"].items():
            one = next(one for one in facts["candidates"] if one["model"] == name)
            click.echo(
                f"            {name:<18} {one['value']:.3f} ({one['low']:.3f}–{one['high']:.3f})"
                f"  {short(scales['p50_ms']):>7} ms {short(scales['size_mb']):>7} MB"
                f"  learned in {duration(scales['fit_s'])}"
            )
        said = measured["why"]
        forecast = measured["forecast"]
        if not facts["whole"]:
            said += f"; on all {forecast['rows']:,} rows about {duration(forecast['finetune_s'])}"
        if measured["more"]:
            from luodi.steps import paying

            said += f"; {paying.said(measured['more'])}"
    took = f"{duration(progress.seconds)}: " if progress.state == "run" and progress.seconds > 2 else ""
    click.echo(f"{progress.step:<9} {progress.state:<9} {took}{said}")


def _write_report(scenario: "Scenario", done: "Run") -> Path:
    from luodi.report import page

    target = scenario.home / "report.html"
    page.write(scenario, done.artifacts, done.verdict, target)
    return target


def _as_json(done: "Run") -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "name": done.scenario.name,
        "verdict": asdict(done.verdict) if done.verdict else None,
        "steps": {name: {"facts": one.facts, "measured": one.measured} for name, one in done.artifacts.items()},
        "report": str(done.scenario.home / "report.html") if done.verdict else None,
    }


COMMAND = run
