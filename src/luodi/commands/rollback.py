"""Let the previous release answer again."""

import json
from pathlib import Path

import click

from luodi.terminal import JSON, SCENARIO, released_in


@click.command()
@SCENARIO
@click.option("--note", default="", help="Why, for the audit trail.")
@JSON
def rollback(scenario: Path, note: str, as_json: bool) -> None:
    """Let the previous release answer again: at once, as the service keeps it ready.

    The one that answered is retired, and does not come back by itself.
    """
    from luodi.ledger import shelf
    from luodi.ledger.ledger import open_ledger

    name, _, home = released_in(scenario)
    with open_ledger(home) as ledger:
        row = ledger.write_now(lambda one: shelf.roll_back(one, name, by="command", note=note))
    click.echo(json.dumps(row) if as_json else f"{row['id']} answers again: {row['bundle']}")


COMMAND = rollback
