"""Find and erase everything about one person."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from luodi.errors import LuodiError
from luodi.terminal import JSON, SCENARIO, fail, near
from luodi.text import plural

SHOWN = 12


@click.command()
@SCENARIO
@click.argument("identifiers", nargs=-1, required=True, metavar="NAME…")
@click.option("--yes", is_flag=True, help="Erase without asking.")
@click.option("--dry-run", is_flag=True, help="Say what would go, and change nothing.")
@click.option("--models", "drop_models", is_flag=True, help="Delete the models that learned from their rows too.")
@JSON
def forget(
    scenario: Path, identifiers: Sequence[str], yes: bool, dry_run: bool, drop_models: bool, as_json: bool
) -> None:
    """Erase everything about one person from what luodi keeps for a scenario.

    \b
      luodi forget tickets "Li Na" li.na@example.com "138 0013 8000" customer_id=42

    NAME is any name, address or number that means this person and nobody else, or COLUMN=VALUE; give all that you
    have. Artifacts, caches, pages and databases in `.luodi` are cleaned, free pages of databases included. Your own
    tables are not changed: the lines that are left in them are named, and no later run learns from them. Models that
    learned from the person's rows are listed; the next `luodi run` makes them anew, or --models deletes them at once.
    """
    from luodi import forgetting
    from luodi.scenario import load

    read = load(scenario)
    found = forgetting.look(read, identifiers)
    if as_json and dry_run:
        click.echo(json.dumps(forgetting.as_json(found)))
        return
    if not as_json:
        _show(found)
    if dry_run or not (found.files or found.rows or found.yours):
        return
    if not yes and not (sys.stdin.isatty() and click.confirm("Erase all of it?", default=False)):
        fail(LuodiError("nothing was erased", where=str(scenario), fix="confirm, or pass --yes"))
    receipt = forgetting.forget(read, found, drop_models=drop_models)
    if as_json:
        click.echo(json.dumps(receipt | {"yours": found.yours}))
        return
    click.echo(f"erased {plural(receipt['records'], 'record')} in {plural(receipt['files'], 'file')}")
    if found.models and not drop_models:
        click.echo(f"next: luodi run {near(read.root)}, so that no model knows them; until then the old one serves")
    if found.yours:
        click.echo("your own tables still hold the lines above: they are yours to change")


def _show(found: object) -> None:
    from luodi.forgetting import Found

    assert isinstance(found, Found)
    if not (found.files or found.rows or found.yours):
        click.echo("nothing is kept about this person")
        return
    for title, lines in (
        ("kept by luodi", [near(path) for path in found.files]),
        ("kept by the service", [f"{name} {n:,}" for name, n in found.rows.items()]),
        ("in your own tables", found.yours),
        ("models that saw them", found.models),
    ):
        if lines:
            click.echo(f"{title}:")
            for line in lines[:SHOWN]:
                click.echo(f"  {line}")
            if len(lines) > SHOWN:
                click.echo(f"  … and {len(lines) - SHOWN:,} more")


COMMAND = forget
