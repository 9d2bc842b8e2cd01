"""Look after what a service has kept: verify, export, prune."""

import json
import sys
from pathlib import Path

import click

from luodi.errors import DataError
from luodi.terminal import JSON, NOT_MET, SCENARIO, home_of

WHAT = ("requests", "feedback", "reviews", "impressions", "clicks")


@click.group()
@SCENARIO
@click.pass_context
def ledger(context: click.Context, scenario: Path) -> None:
    """Verify, export and prune what a service has kept.

    \b
      luodi ledger tickets verify                  is the audit trail as it was written?
      luodi ledger tickets export --what feedback --out feedback.csv
      luodi ledger tickets prune                   what a running service does once a day

    SCENARIO is what `luodi serve` was given. All of it may be done while the service runs.
    """
    context.obj = scenario


@ledger.command()
@click.option("--known", default="", metavar="HEAD", help="A head that an earlier `verify` printed.")
@JSON
@click.pass_obj
def verify(scenario: Path, known: str, as_json: bool) -> None:
    """Look for edits, gaps and reordering in the audit trail; exit with 1 where there are any.

    Write the head that it prints down elsewhere: with it, --known finds even a trail that was computed anew.
    """
    from luodi.ledger import audit
    from luodi.ledger.ledger import open_ledger

    with open_ledger(home_of(scenario)) as opened:
        found = opened.read(lambda connection: audit.verify(connection, known=known))
    if as_json:
        click.echo(json.dumps({"intact": not found.fault, "n": found.n, "head": found.head, "fault": found.fault}))
    elif found.fault:
        click.echo(f"NOT INTACT: {found.fault}; {found.n:,} before it hold")
    else:
        click.echo(f"intact: {found.n:,} entries")
        click.echo(f"head: {found.head}")
    sys.exit(NOT_MET if found.fault else 0)


@ledger.command()
@click.option("--what", type=click.Choice(WHAT), default="requests", show_default=True)
@click.option("--format", "form", type=click.Choice(["csv", "jsonl"]), default="csv", show_default=True)
@click.option("--name", help="Which scenario, in a folder of several.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The file to write.")
@JSON
@click.pass_obj
def export(scenario: Path, what: str, form: str, name: str | None, out: Path, as_json: bool) -> None:
    """Write a table to a file, oldest first; no cell of a CSV is a formula.

    Of a recommender: impressions, what was shown to whom and how likely that was, as `[define] tables` takes them; and
    clicks, what was taken of it.
    """
    from luodi.ledger import audit
    from luodi.ledger.export import export as rows_of
    from luodi.ledger.ledger import open_ledger

    names = list(_keep_days(scenario))
    chosen = name if name is not None else names[0]
    if chosen not in names or (name is None and len(names) > 1):
        raise DataError("which scenario?", where=str(scenario), fix=f"--name {' or '.join(names)}")
    partial = out.with_name(out.name + ".partial")
    with open_ledger(home_of(scenario)) as opened:
        details = {"what": what, "format": form}
        opened.write_now(lambda c: audit.append(c, actor="owner", action="export", subject=chosen, details=details))
        with partial.open("w", encoding="utf-8", newline="") as file:
            file.writelines(rows_of(opened, chosen, what=what, form=form))
    partial.replace(out)
    click.echo(json.dumps({"out": str(out)}) if as_json else f"{what} of {chosen}: {out}")


@ledger.command()
@JSON
@click.pass_obj
def prune(scenario: Path, as_json: bool) -> None:
    """Delete texts that are older than `[deploy] keep_days`, figures and audit entries that are older than a year."""
    from luodi.ledger import retention
    from luodi.ledger.ledger import open_ledger

    with open_ledger(home_of(scenario)) as opened:
        gone = retention.prune(opened, _keep_days(scenario), by="owner")
    if as_json:
        click.echo(json.dumps({"texts": gone.texts, "rows": gone.rows, "audit": gone.audit}))
    else:
        click.echo(f"texts {gone.texts:,}, rows {gone.rows:,}, audit entries {gone.audit:,}")


def _keep_days(path: Path) -> dict[str, int]:
    """Return the scenarios of a place, with how long each keeps its texts."""
    from luodi.ledger.retention import KEEP_DAYS
    from luodi.scenario import load
    from luodi.store import read_json

    if (path / "bundle.json").is_file():
        about = read_json(path / "bundle.json")
        return {about["scenario"]: int(about.get("keep_days", KEEP_DAYS))}
    files = [path] if path.is_file() or (path / "scenario.toml").is_file() else sorted(path.glob("*/scenario.toml"))
    read = [load(one) for one in files or [path]]
    return {one.name: one.settings["deploy"].keep_days for one in read}


COMMAND = ledger
