"""Find labels that are probably wrong, keep what a person decides about them, and say which to make next."""

import json
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from luodi.terminal import JSON, SCENARIO, last_run, near
from luodi.text import plural, shorten

if TYPE_CHECKING:
    from luodi.data.corrections import Correction
    from luodi.relabel import Doubts
    from luodi.scenario import Scenario

SHOWN = 8


@click.command()
@SCENARIO
@click.option("--review", is_flag=True, help="Decide on a page in the browser, one key a decision.")
@click.option("--apply", "table", type=click.Path(path_type=Path), help="Take the decisions from a filled table.")
@click.option("--auto", is_flag=True, help="Decide without a person: correct what is sure, leave out what is doubtful.")
@click.option("--next", "n_next", type=click.IntRange(1, 10_000), help="Write the texts to label next, so many.")
@click.option("--from", "source", type=click.Path(path_type=Path), help="With --next: a table of unlabelled texts.")
@click.option("--out", type=click.Path(path_type=Path), help="Where to write the table.")
@click.option("--port", default=0, help="The port of the page; 0 takes any that is free.")
@JSON
def labels(
    scenario: Path,
    review: bool,
    table: Path | None,
    auto: bool,
    n_next: int | None,
    source: Path | None,
    out: Path | None,
    port: int,
    as_json: bool,
) -> None:
    """Find labels that are probably wrong: a table of suspects, most suspicious first.

    Your data is never changed. Decisions go to corrections.csv beside the scenario file, which the next `luodi run`
    applies; delete a line of it, and that correction is undone. Fill the column `decided` of the table with
    accepted, rejected or excluded and pass it to --apply, or use --review. Where nobody has the time, --auto trusts the
    model: it brings most of what right labels would where errors are careless, and less where they are subtle.

    With --next 50 --from unlabelled.csv it writes the 50 texts whose labels would teach the last run's model most.
    """
    from luodi.scenario import load

    read = load(scenario)
    overlay = read.root / read.settings["define"].corrections
    if n_next is not None or source is not None:
        _next(read, n_next, source, out, as_json=as_json)
        return
    if table is not None:
        _apply(table, overlay, as_json=as_json)
        return
    if auto:
        _keep(_automatic(read), overlay, as_json=as_json)
        return
    found = _find(read)
    target = out or read.root / "suspects.csv"
    from luodi import relabel

    relabel.write(target, found.doubts)
    if as_json:
        click.echo(json.dumps({"rows": found.n_rows, "wrong": found.n_wrong, "suspects": len(found.doubts),
                               "table": str(target)}))  # fmt: skip
    else:
        _show(found, target, scenario)
    if review:
        _review(found, overlay, port)


def _next(scenario: "Scenario", n: int | None, source: Path | None, out: Path | None, *, as_json: bool) -> None:
    from luodi import next_labels
    from luodi.bundle import open_bundle
    from luodi.errors import SetupError

    if n is None or source is None:
        raise SetupError("--next and --from go together", where="luodi labels",
                         fix="write --next 50 --from unlabelled.csv")  # fmt: skip
    _, artifacts = last_run(scenario)
    prepare = scenario.settings["prepare"]
    reading = {key: getattr(prepare, key) for key in ("delimiter", "header", "encoding", "sheet")}
    found = next_labels.find(open_bundle(artifacts["deploy"].path), source, n, columns=prepare.columns,
                             reading=reading, known=artifacts["prepare"].path)  # fmt: skip
    target = out or scenario.root / next_labels.FILE
    next_labels.write(target, found)
    if as_json:
        click.echo(json.dumps({"rows": found.n_rows, "wanted": len(found.wanted), "table": str(target)}))
        return
    click.echo(f"{plural(len(found.wanted), 'text')} of {found.n_rows:,} to label next: {near(target)}")
    click.echo(f"fill the column {found.label!r}, delete rows that you leave out, and name the file in [define] train")


def _find(scenario: "Scenario") -> "Doubts":
    from luodi import relabel, runner

    prepared = runner.run(scenario, until="prepare").artifacts["prepare"]
    return relabel.doubts(prepared, seed=scenario.seed)


def _show(found: "Doubts", target: Path, scenario: Path) -> None:
    click.echo(f"{plural(len(found.doubts), 'suspect')} among {plural(found.n_rows, 'row')}; "
               f"about {plural(found.n_wrong, 'label')} wrong in all")  # fmt: skip
    for one in found.doubts[:SHOWN]:
        labels = f"{shorten(one.given, 20)} → {shorten(one.suggested, 20)}"
        click.echo(f"  {one.score:4.2f}  {labels:<44} {shorten(_masked(one.text), 60)}")
    click.echo(f"table  {near(target)}")
    click.echo(f"next   luodi labels {scenario} --review")


def _masked(text: str) -> str:
    from luodi.privacy.mask import Personal

    return " ".join(Personal(mode="mask").apply(text[:200])[0].split())


def _automatic(scenario: "Scenario") -> "list[Correction]":
    from luodi import relabel, runner

    prepared = runner.run(scenario, until="prepare").artifacts["prepare"]
    return relabel.automatic(prepared, seed=scenario.seed)


def _apply(table: Path, overlay: Path, *, as_json: bool) -> None:
    from luodi import relabel

    _keep(relabel.decided(table), overlay, as_json=as_json)


def _keep(new: "list[Correction]", overlay: Path, *, as_json: bool) -> None:
    from collections import Counter

    from luodi import relabel
    from luodi.data import corrections

    corrections.write(overlay, relabel.merged(corrections.read(overlay), new))
    counts = Counter(one.decided for one in new)
    if as_json:
        click.echo(json.dumps({"corrections": str(overlay), **counts}))
        return
    click.echo(", ".join(f"{counts[name]:,} {name}" for name in corrections.DECISIONS))
    click.echo(f"kept in {near(overlay)}; the next luodi run applies them")


def _review(found: "Doubts", overlay: Path, port: int) -> None:
    from contextlib import closing

    from luodi.review.app import Review, make_app
    from luodi.serve.limits import Hosts, Limits
    from luodi.serve.port import bind
    from luodi.serve.server import listen

    token = secrets.token_urlsafe(24)
    with closing(bind("127.0.0.1", port)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/?token={token}"
        click.echo(f"page   {address}")
        click.echo("Ctrl-C ends it; every decision is kept as it is made")
        if sys.stdout.isatty():
            click.launch(address)
        listen(make_app(Review(found, overlay), token=token, hosts=Hosts("127.0.0.1", ())), listener, Limits())


COMMAND = labels
