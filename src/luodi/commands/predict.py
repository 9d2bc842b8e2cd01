"""Answer every row of a table."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from luodi.errors import LuodiError
from luodi.terminal import JSON, SCENARIO, bundle_path, fail
from luodi.text import plural, shorten

MOST_SHOWN = 12


@click.command()
@SCENARIO
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True)
@click.option("--out", "target", required=True, metavar="FILE", help="A .csv, .tsv, .jsonl or .parquet file, or -.")
@click.option("--format", "form", default="", metavar="NAME", help="csv, tsv, jsonl or parquet, if not as FILE ends.")
@click.option("--column", "columns", multiple=True, metavar="OURS=YOURS", help="Another name of a column in INPUT.")
@click.option("--only-handed-over", is_flag=True, help="Write only the rows that a person should look at.")
@click.option("--spreadsheet", is_flag=True, help="For Excel: mark the encoding, and let no cell be a formula.")
@JSON
def predict(
    scenario: Path,
    inputs: Sequence[str],
    target: str,
    form: str,
    columns: Sequence[str],
    only_handed_over: bool,
    spreadsheet: bool,
    as_json: bool,
) -> None:
    """Answer every row of a table: the same rows in the same order, with the answer in further columns.

    INPUT is a file, a folder, a pattern or a database URL, or several of them. Stopped or killed, the same command
    goes on where it was.
    """
    from luodi.batch import run
    from luodi.log import bar_for, watched

    path, _ = bundle_path(scenario)
    mapping, reading = _reading(scenario)
    for pair in columns:
        ours, equals, yours = pair.partition("=")
        if not equals:
            fail(LuodiError(f"{pair!r} has no equals sign", where="--column", fix="write --column text=body"))
        mapping[ours] = yours
    to_stdout = target == "-"
    bar = bar_for(total=run.about_how_many(inputs) if watched() else 0, doing="answering")
    try:
        told = run.predict(
            path,
            inputs,
            None if to_stdout else Path(target),
            stream=sys.stdout.buffer if to_stdout else None,
            form=form,
            columns=mapping,
            reading=reading,
            only_handed_over=only_handed_over,
            spreadsheet=spreadsheet,
            tell=bar.update,
        )
    except BrokenPipeError:  # whoever read it has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    finally:
        bar.close()
    told.pop("kinds", None)
    if as_json:
        click.echo(json.dumps(told | {"out": target}, ensure_ascii=False), err=to_stdout)
        return
    for line in _summary(told, target):
        click.echo(line, err=to_stdout)


def _summary(told: Mapping[str, Any], target: str) -> list[str]:
    handed = f", {told['handed_over']:,} handed over" if told["handed_over"] else ""
    refused = f", {told['rejected']:,} without an answer (see the column error)" if told["rejected"] else ""
    again = f", the first {told['resumed_at']:,} in an earlier run" if told.get("resumed_at") else ""
    written = f"; {plural(told['written'], 'row')} written" if told["written"] < told["rows"] else ""
    place = "standard output" if target == "-" else target
    lines = [f"{plural(told['rows'], 'row')} answered{handed}{refused}{again}{written}: {place}"]
    n_answers = max(1, told["rows"] - told["rejected"])
    labels = sorted(told["labels"].items(), key=lambda item: (-item[1], item[0]))
    lines += [f"  {n:>10,}  {n / n_answers:6.1%}  {shorten(label, 60)}" for label, n in labels[:MOST_SHOWN]]
    if len(labels) > MOST_SHOWN:
        rest = sum(n for _, n in labels[MOST_SHOWN:])
        lines.append(f"  {rest:>10,}  {rest / n_answers:6.1%}  … {plural(len(labels) - MOST_SHOWN, 'more label')}")
    for reason, n in sorted(told["reasons"].items(), key=lambda item: -item[1])[:MOST_SHOWN]:
        places = told["places"][reason]
        more = ", …" if n > len(places) else ""
        lines.append(f"  {n:>10,}  without an answer: {shorten(reason, 60)} ({', '.join(places)}{more})")
    return lines


def _reading(path: Path) -> tuple[dict[str, str], dict[str, Any]]:
    """Return the scenario's names of columns and how it reads tables; a bundle by itself has neither."""
    if (path / "bundle.json").is_file():
        return {}, {}
    from luodi.scenario import load

    settings = load(path).settings["prepare"]
    reading = {key: getattr(settings, key, None) for key in ("delimiter", "header", "encoding", "sheet")}
    return dict(settings.columns), reading


COMMAND = predict
