"""Write a scenario: from a table, whose columns are looked at, or from a template."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from luodi.errors import LuodiError, did_you_mean
from luodi.terminal import fail
from luodi.text import plural, shorten


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--data",
    help="A labelled table (CSV, TSV, JSON, Parquet, Arrow, Excel, packed or not, a database URL), or documents.",
)
@click.option("--template", help="A shipped example to start from; `luodi describe` lists them.")
@click.option("--task", help="The type of scenario, if the guess is wrong.")
@click.option("--text", help="The column of the text, if the guess is wrong.")
@click.option("--label", help="The column of the label, if the guess is wrong.")
@click.option("--yes", is_flag=True, help="Take the guess without asking.")
def new(
    folder: Path,
    data: str | None,
    template: str | None,
    task: str | None,
    text: str | None,
    label: str | None,
    yes: bool,
) -> None:
    """Write a scenario: from a table, whose columns are looked at, or from a template."""
    from luodi import templates

    if (data is None) == (template is None):
        fail(
            LuodiError(
                "say where to start from", where="luodi new", fix="pass --data FILE.csv, or --template support-tickets"
            )
        )
    templates.check_free(folder)
    if template is not None:
        written = templates.copy(template, folder)
    else:
        assert data is not None
        from luodi import guess, guess_answers, guess_events, guess_pairs, guess_summaries, registry

        if task is not None:
            _known_task(registry.names("tasks"), task)
        answers = None
        if task == "recommendation":
            answers = guess_events.look(data, folder, sure=True)
        elif task == "translation" and not (text or label):
            answers = guess_pairs.look(data, folder)
        elif not (task or text or label):
            looks = (guess_summaries.look, guess_pairs.look, guess_answers.look, guess_events.look)
            answers = next((one for look in looks if (one := look(data, folder)) is not None), None)
        if answers is not None:
            click.echo(f"task     {answers.task}\ndata     {answers.seen}")
        else:
            found = guess.look(data, task=task, text=text, label=label)
            _show_guess(found)
        if not yes and sys.stdin.isatty() and not click.confirm("Is that right?", default=True):
            fail(LuodiError("nothing was written", where=str(folder), fix="say --task, --text or --label"))
        name = folder.resolve().name
        if answers is not None:
            text_of = answers.text.replace("NAME", guess.quote_toml(name), 1)
        else:
            text_of = guess.scenario_text(found, name=name, folder=folder)
        written = templates.write(folder, text_of)
    click.echo(f"wrote {written}")
    click.echo(f"next: set the targets in it, then luodi run {folder}")


def _known_task(names: Mapping[str, str], task: str) -> None:
    if task not in names:
        fail(LuodiError(f"there is no task {task!r}", where="--task", fix=did_you_mean(task, names)))


def _show_guess(found: Any) -> None:
    click.echo(f"{plural(found.n_rows, 'row')} looked at; this looks like {found.task}")
    click.echo(f"  text   {found.text!r}")
    click.echo(f"  label  {found.label!r}: {shorten(', '.join(found.labels), 80)}")
    if found.group:
        click.echo(f"  group  {found.group!r}: all rows of one stay on one side of the split")
    for note in found.table.notes:
        click.echo(f"  note   {note}")
    for row in found.rows:
        click.echo(f"    {shorten(str(row.get(found.label)), 24):<24} {shorten(str(row.get(found.text)), 70)}")


COMMAND = new
