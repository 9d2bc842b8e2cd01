"""Put a bundle into service: at once, for a share of the calls, or unseen beside the champion."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from luodi.terminal import JSON, SCENARIO, released_in

BY = "command"


@click.command()
@SCENARIO
@click.argument("bundle", required=False, type=click.Path(path_type=Path))
@click.option(
    "--promote", "stage", flag_value="champion", default="champion", help="Let it answer all calls (default)."
)
@click.option("--canary", "share", type=click.FloatRange(0, 1, min_open=True), help="Let it answer this share of them.")
@click.option("--shadow", "stage", flag_value="shadow", help="Ask it as well, compare, and send nothing of it.")
@click.option("--retire", "stage", flag_value="retired", help="Take it out of service.")
@click.option("--list", "listing", is_flag=True, help="List the releases and change nothing.")
@click.option("--note", default="", help="Why, for the audit trail.")
@click.option("--new-labels", is_flag=True, help="Callers are ready for other labels.")
@JSON
def release(
    scenario: Path,
    bundle: Path | None,
    stage: str,
    share: float | None,
    listing: bool,
    note: str,
    new_labels: bool,
    as_json: bool,
) -> None:
    """Put a bundle into service: that of the last run, or BUNDLE, a folder or the id of an earlier release.

    It answers its examples first; a broken one is refused, and the old one goes on. A service that runs follows within
    a second; otherwise the next start does.
    """
    from luodi.ledger import shelf
    from luodi.ledger.ledger import open_ledger
    from luodi.serve import candidates

    name, last, home = released_in(scenario)
    with open_ledger(home) as ledger:
        if listing:
            rows = ledger.read(lambda one: shelf.all_of(one, name))
            click.echo(json.dumps({"releases": rows}) if as_json else _table(rows))
            return
        row = candidates.release(
            ledger,
            name,
            last,
            named=bundle,
            stage="canary" if share is not None else stage,  # type: ignore[arg-type]
            share=share or 0.0,
            by=BY,
            note=note,
            new_labels=new_labels,
        )
    click.echo(json.dumps(row) if as_json else f"{row['id']} is {_stage(row)}")


def _stage(row: dict[str, Any]) -> str:
    return f"canary for {row['share']:.0%} of the calls" if row["stage"] == "canary" else str(row["stage"])


def _table(rows: list[dict[str, Any]]) -> str:
    lines = [
        f"{row['id']}  {_stage(row):<10} {datetime.fromtimestamp(row['changed_at']).astimezone():%Y-%m-%d %H:%M}  "
        f"{row['bundle']}  {row['note']}".rstrip()
        for row in rows
    ]
    return "\n".join(lines) or "nothing was released yet: luodi serve releases the last run"


COMMAND = release
