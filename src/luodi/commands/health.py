"""Say whether the verdict is still true."""

import json
import sys
from pathlib import Path

import click

from luodi.terminal import JSON, NOT_MET, SCENARIO, released_in


@click.command()
@SCENARIO
@JSON
def health(scenario: Path, as_json: bool) -> None:
    """Say whether traffic and answers are as on the exam: fine, look or stop, and the number that moved.

    Reads what the service last wrote down, at most a minute ago. Ends with 0 for fine, 1 otherwise.
    """
    from luodi.ledger.ledger import open_ledger
    from luodi.monitor import watcher

    name, _, home = released_in(scenario)
    with open_ledger(home) as ledger:
        found = ledger.read(lambda one: watcher.health(one, name))
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        click.echo(f"{found['state']}" + ("" if found["numbers"] else ": nothing was served yet"))
        for one in found["numbers"]:
            value, expected, bound = (
                "-" if one[key] is None else f"{one[key]:.4g}" for key in ("value", "expected", "bound")
            )
            click.echo(f"{one['state']:<5} {one['name']:<12} {value:>9}  expected {expected:>9}  bound {bound:>9}")
        for one in found["alarms"]:
            if one["ended_at"] is None:
                click.echo(f"{one['level']}: {one['details'].get('about', one['number'])}")
        for one in found["texts"]:
            click.echo(f"  {one['text']}  ({one['why']})")
    if found["state"] != "fine":
        sys.exit(NOT_MET)


COMMAND = health
