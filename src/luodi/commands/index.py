"""Let the index of a search follow its documents, without learning anew."""

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from luodi.errors import LuodiError
from luodi.terminal import JSON, SCENARIO, fail, near, released_in
from luodi.text import plural

SHOWN = 8


@click.command()
@SCENARIO
@click.argument("action", type=click.Choice(["add", "remove", "sync"]))
@click.argument("names", nargs=-1, required=True, metavar="NAME…")
@JSON
def index(scenario: Path, action: str, names: tuple[str, ...], as_json: bool) -> None:
    """Add documents to the index of a search, remove some, or make it hold what a folder holds.

    \b
      luodi index handbook sync handbook/data/handbook
      luodi index handbook add new-rules.pdf
      luodi index handbook remove leave.md

    Nothing is learned anew. What is removed goes from every file that luodi has written for the scenario; your own
    documents are not touched. A service that runs answers from the new index within a second.
    """
    from luodi import reindex

    path, kept = reindex.newest(scenario)
    if action == "sync":
        if len(names) != 1:
            fail(LuodiError("sync takes one folder", where="luodi index", fix="name the folder of the documents"))
        made = reindex.sync(path, Path(names[0]), kept)
    elif action == "add":
        made = reindex.add(path, [Path(one) for one in names])
    else:
        made = reindex.remove(path, names, kept)
    row = _released(scenario, path) if made.added or made.changed or made.removed else None
    if as_json:
        click.echo(json.dumps(asdict(made) | {"release": row["id"] if row else ""}))
        return
    for word, found in (("added", made.added), ("changed", made.changed), ("removed", made.removed)):
        if found:
            more = f" … and {len(found) - SHOWN:,} more" if len(found) > SHOWN else ""
            click.echo(f"{word:8} {plural(len(found), 'document')}: {', '.join(found[:SHOWN])}{more}")
    for where, why in made.rejected[:SHOWN]:
        click.echo(f"left out {near(Path(where))}: {why}")
    rest = f"released as {row['id']}" if row else f"luodi serve {near(scenario)}"
    click.echo(f"{plural(made.passages, 'passage')}; {rest}")


def _released(scenario: Path, path: Path) -> dict[str, Any] | None:
    """Put the changed bundle in the place of itself, where a service has it or had it."""
    from luodi.ledger import shelf
    from luodi.ledger.ledger import open_ledger

    name, _, home = released_in(scenario)
    if not ((home / "ledger.db").is_file() or os.environ.get("LUODI_DATABASE")):
        return None
    with open_ledger(home) as ledger:
        return ledger.write_now(lambda one: shelf.renew(one, name, path, by="command", note="the index changed"))


COMMAND = index
