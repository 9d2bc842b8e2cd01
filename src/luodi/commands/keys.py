"""Make, list, rotate and revoke API keys."""

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from luodi.terminal import JSON, SCENARIO, home_of, near
from luodi.text import plural

if TYPE_CHECKING:
    from luodi.ledger.keys import Key

OWNER = "owner"  # whoever may read the workspace's files


@click.group(invoke_without_command=True)
@SCENARIO
@click.pass_context
def keys(context: click.Context, scenario: Path) -> None:
    """Make, list, rotate and revoke the API keys of a service.

    \b
      luodi keys tickets                                          list them
      luodi keys tickets new --name "web shop" --scope predict --scope feedback
      luodi keys tickets rotate ID                                a new one; the old one ends in an hour
      luodi keys tickets revoke ID                                end it now

    SCENARIO is what `luodi serve` was given. A key is shown once and kept as a hash. A running service knows of every
    change within two seconds. Scopes: predict, feedback, review, admin; each opens what it says and nothing else.
    """
    context.obj = home_of(scenario)
    if context.invoked_subcommand is None:
        _list(context.obj, as_json=False)


@keys.command("list")
@JSON
@click.pass_obj
def listing(home: Path, as_json: bool) -> None:
    """List the keys."""
    _list(home, as_json=as_json)


@keys.command()
@click.option("--name", required=True, help="What it is for; no person's name, it stands in lists.")
@click.option("--scope", "scopes", multiple=True, required=True, help="predict, feedback, review or admin; repeatable.")
@click.option("--per-minute", type=int, help="Calls in a minute; without it, any number.")
@click.option("--days", type=float, help="How long it is valid; without it, until it is revoked.")
@JSON
@click.pass_obj
def new(
    home: Path, name: str, scopes: tuple[str, ...], per_minute: int | None, days: float | None, as_json: bool
) -> None:
    """Make a key, and show it this once."""
    from luodi.ledger import keys as book
    from luodi.ledger.ledger import open_ledger

    with open_ledger(home) as ledger:
        made = ledger.write_now(
            lambda c: book.create(c, name=name, scopes=scopes, per_minute=per_minute, days=days, by=OWNER)
        )
    _show(*made, as_json=as_json)


@keys.command()
@click.argument("key_id", metavar="ID")
@click.option("--grace-minutes", type=float, default=60, show_default=True, help="So long the old key stays valid.")
@JSON
@click.pass_obj
def rotate(home: Path, key_id: str, grace_minutes: float, as_json: bool) -> None:
    """Make a key in the place of another, which ends after a time of grace."""
    from luodi.ledger import keys as book
    from luodi.ledger.ledger import open_ledger

    with open_ledger(home) as ledger:
        made = ledger.write_now(lambda c: book.rotate(c, key_id, by=OWNER, grace_minutes=grace_minutes))
    _show(*made, as_json=as_json)


@keys.command()
@click.argument("key_id", metavar="ID")
@JSON
@click.pass_obj
def revoke(home: Path, key_id: str, as_json: bool) -> None:
    """End a key now."""
    from luodi.ledger import keys as book
    from luodi.ledger.ledger import open_ledger

    with open_ledger(home) as ledger:
        ledger.write_now(lambda c: book.revoke(c, key_id, by=OWNER))
    click.echo(json.dumps({"id": key_id}) if as_json else "it opens nothing any more")


def _list(home: Path, *, as_json: bool) -> None:
    from luodi.ledger import keys as book
    from luodi.ledger.ledger import open_ledger

    with open_ledger(home) as ledger:
        found = ledger.read(book.every)
    if as_json:
        click.echo(json.dumps({"keys": [book.as_json(one) for one in found]}))
        return
    for one in found:
        pace = f"{one.per_minute:,}/min" if one.per_minute else "any pace"
        click.echo(f"{one.id}  {_state(one):<8}  {', '.join(one.scopes):<26}  {pace:<10}  {_used(one):<18}  {one.name}")
    click.echo(f"{plural(len(found), 'key')}, and the owner's token: {near(home / 'token')}")


def _state(key: "Key") -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "valid" if key.is_valid(time.time()) else "expired"


def _used(key: "Key") -> str:
    if key.last_used_at is None:
        return "never used"
    return "used " + time.strftime("%Y-%m-%d %H:%M", time.localtime(key.last_used_at))


def _show(key_id: str, secret: str, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"id": key_id, "key": secret}))
        return
    click.echo(f"id:  {key_id}")
    click.echo(f"key: {secret}")
    click.echo("it is shown this once; send it as the header Authorization: Bearer KEY")


COMMAND = keys
