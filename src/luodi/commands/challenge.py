"""Train a challenger on what people reviewed, and see whether it beats the champion."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from luodi.errors import LuodiError
from luodi.terminal import JSON, NOT_MET, SCENARIO, fail, near

if TYPE_CHECKING:
    from luodi.ledger.shelf import Stage
    from luodi.loop.records import Challenge
    from luodi.runner import Progress


@click.command()
@SCENARIO
@click.option("--promote", "stage", flag_value="champion", help="Where it beats the champion, put it in charge.")
@click.option("--canary", "stage", flag_value="canary", help="Where it beats the champion, give it a tenth of traffic.")
@click.option("--shadow", "stage", flag_value="shadow", help="Let it answer beside the champion, for nobody to see.")
@click.option("--new-label", "new_labels", multiple=True, help="Let in a label that the scenario has not had so far.")
@click.option("--home", type=click.Path(path_type=Path), help="Where the service keeps its ledger.")
@click.option("--actor", default="owner", hidden=True)
@JSON
def challenge(
    scenario: Path,
    stage: "Stage | None",
    new_labels: tuple[str, ...],
    home: Path | None,
    actor: str,
    as_json: bool,
) -> None:
    """Train a challenger on what people reviewed, and see whether it beats the champion.

    \b
      luodi challenge tickets            train and compare
      luodi challenge tickets --promote  and put it in charge, if it is better

    It must answer recent reviewed traffic better than chance explains, each of which it was asked untaught;
    be no worse on the gold set, which is the exam of the first run, frozen; and break no label, no slice, no target.
    The reviewed texts it learns from are written to reviewed.csv beside the scenario file: delete a line, and it is not
    learned from. A reader is compared on a third of the reviewed answers, which none learns from. A recommender learns
    from what visitors took, which is written to clicked.csv, and must be better on what happened since the champion
    was made. The champion's artifacts, lock file and report stay as they are. Exit
    code 0: it beats the champion; 1: it does not.
    """
    from luodi import challenge as challenging
    from luodi import challenge_events, challenge_extract
    from luodi.ledger.ledger import open_ledger
    from luodi.loop import records
    from luodi.scenario import load
    from luodi.steps.trial import learns_from

    read = load(scenario)
    release = None
    with open_ledger(home or _home(read.home)) as ledger:
        tell = (lambda _: None) if as_json else _tell
        if learns_from(read.task) == "events":
            done = challenge_events.run(read, ledger, actor=actor, tell=tell)
        elif read.task.kind == "extract":
            done = challenge_extract.run(read, ledger, actor=actor, tell=tell)
        else:
            done = challenging.run(read, ledger, actor=actor, new_labels=new_labels, tell=tell)
        if stage and (done.beats or stage == "shadow"):
            release = records.hand_over(done, read.name, ledger, stage, actor=actor)
    if as_json:
        click.echo(json.dumps(done.report | {"release": release}, ensure_ascii=False))
    else:
        _show(done, scenario, stage, release)
    if not done.beats:
        sys.exit(NOT_MET)


def _home(home: Path) -> Path:
    """Return where the ledger is: beside the scenario, or beside the workspace that it is served from."""
    for one in (home, home.parents[1] / ".luodi"):
        if (one / "ledger.db").is_file():
            return one
    import os

    if not os.environ.get("LUODI_DATABASE"):
        fail(LuodiError("nothing was served here yet, so nothing was reviewed", where=str(home / "ledger.db"),
                    fix="luodi serve, review some answers, and come back; or name its folder with --home"))  # fmt: skip
    return home


def _tell(progress: "Progress") -> None:
    from luodi.terminal import summary
    from luodi.text import duration

    if progress.state != "start" and progress.artifact is not None:
        took = f"{duration(progress.seconds)}: " if progress.state == "run" and progress.seconds > 2 else ""
        click.echo(f"{progress.step:<9} {progress.state:<9} {took}{summary(progress.step, progress.artifact.facts)}")


def _show(done: "Challenge", scenario: Path, stage: str | None, release: str | None) -> None:
    from luodi.text import plural

    report = done.report
    click.echo(
        f"learned   from {plural(report['learned_from'], 'click' if 'learned_until' in report else 'reviewed text')}"
    )
    for reason, n in report["held_back"].items():
        click.echo(f"          {n:,} held back: {reason}")
    for one in done.checks:
        click.secho(f"{one.name:<9} ", nl=False)
        click.secho(f"{'yes' if one.met else 'no':<4}", fg="green" if one.met else "red", nl=False)
        click.echo(one.says)
    word = "BEATS the champion" if done.beats else "does NOT beat the champion"
    click.secho("challenger ", nl=False)
    click.secho(word, fg="green" if done.beats else "red", bold=True)
    click.echo(f"report    {near(done.folder)}")
    if release:
        click.echo(f"release   {release}: the service takes it as its {stage}")
    elif done.beats and stage is None:
        click.echo(f"next      luodi challenge {scenario} --promote, or --canary, or --shadow")


COMMAND = challenge
