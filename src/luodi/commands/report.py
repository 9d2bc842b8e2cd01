"""Write the report of the last run again."""

from pathlib import Path

import click

from luodi.terminal import SCENARIO, last_run


@click.command()
@SCENARIO
@click.option("--language", type=click.Choice(["en", "zh"]), help="The language shown first.")
@click.option("--open", "open_it", is_flag=True, help="Open it in the browser.")
def report(scenario: Path, language: str | None, open_it: bool) -> None:
    """Write the report of the last run again, and say where it is."""
    from luodi.report import page
    from luodi.scenario import load

    read, artifacts = last_run(load(scenario))
    from luodi import verdict

    target = read.home / "report.html"
    page.write(read, artifacts, verdict.judge(artifacts), target, language)
    click.echo(str(target))
    if open_it:
        click.launch(target.as_uri())


COMMAND = report
