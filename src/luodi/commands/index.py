"""Let the index of a search follow its documents, without learning anew."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from luodi.errors import LuodiError
from luodi.terminal import JSON, SCENARIO, fail, near
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
    documents are not touched. A service that is running shows the change when it starts again.
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
    if as_json:
        click.echo(json.dumps(asdict(made)))
        return
    for word, found in (("added", made.added), ("changed", made.changed), ("removed", made.removed)):
        if found:
            more = f" … and {len(found) - SHOWN:,} more" if len(found) > SHOWN else ""
            click.echo(f"{word:8} {plural(len(found), 'document')}: {', '.join(found[:SHOWN])}{more}")
    for where, why in made.rejected[:SHOWN]:
        click.echo(f"left out {near(Path(where))}: {why}")
    click.echo(f"{plural(made.passages, 'passage')}; luodi serve {near(path)}")


COMMAND = index
