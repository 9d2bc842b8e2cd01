"""Answer every row of a table."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from luodi.errors import LuodiError
from luodi.terminal import JSON, SCENARIO, bundle_path, fail
from luodi.text import plural


@click.command()
@SCENARIO
@click.argument("source", metavar="INPUT", type=click.Path(path_type=Path))
@click.option("--out", "target", required=True, type=click.Path(path_type=Path), help="A .csv, .tsv or .jsonl file.")
@click.option("--column", "columns", multiple=True, metavar="OURS=YOURS", help="Another name of a column in INPUT.")
@JSON
def predict(scenario: Path, source: Path, target: Path, columns: Sequence[str], as_json: bool) -> None:
    """Answer every row of a table: the same rows in the same order, with the answer in further columns."""
    from luodi import batch
    from luodi.bundle import open_bundle
    from luodi.log import bar_for

    path, _ = bundle_path(scenario)
    mapping, reading = _reading(scenario)
    for pair in columns:
        ours, equals, yours = pair.partition("=")
        if not equals:
            fail(LuodiError(f"{pair!r} has no equals sign", where="--column", fix="write --column text=body"))
        mapping[ours] = yours
    bar = bar_for(total=0, doing="answering")
    counts = batch.predict(open_bundle(path), source, target, columns=mapping, reading=reading, tell=bar.update)
    bar.close()
    if as_json:
        click.echo(json.dumps(counts | {"out": str(target)}))
        return
    handed = f", {counts['handed_over']:,} handed over" if counts["handed_over"] else ""
    refused = f", {counts['rejected']:,} without an answer (see the column error)" if counts["rejected"] else ""
    click.echo(f"{plural(counts['rows'], 'row')} answered{handed}{refused}: {target}")


def _reading(path: Path) -> tuple[dict[str, str], dict[str, Any]]:
    """Return the scenario's names of columns and how it reads tables; a bundle by itself has neither."""
    if (path / "bundle.json").is_file():
        return {}, {}
    from luodi.scenario import load

    settings = load(path).settings["prepare"]
    reading = {key: getattr(settings, key, None) for key in ("delimiter", "header", "encoding", "sheet")}
    return dict(settings.columns), reading


COMMAND = predict
