"""Say what is in a file: its columns, its texts and labels, and what to mend before anything learns from it."""

import json
import shlex
import shutil
import sys
from pathlib import Path
from typing import Any

import click

from luodi.errors import DataError, LuodiError
from luodi.terminal import JSON, NOT_MET, fail, near
from luodi.text import shorten

NARROWEST, WIDEST = 60, 120


@click.command()
@click.argument("source")
@click.option("--text", help="The column of the text, if the guess is wrong.")
@click.option("--label", help="The column of the label, if the guess is wrong.")
@click.option("--yes", is_flag=True, help="Take the guess without asking.")
@click.option("--quick", is_flag=True, help="Look less closely: seconds instead of a minute.")
@click.option("--page", type=click.Path(path_type=Path), help="Write all of it as an HTML page.")
@click.option("--open", "open_it", is_flag=True, help="Open the page in the browser.")
@click.option("--language", type=click.Choice(["en", "zh"]), help="The language that the page shows first.")
@JSON
def inspect(
    source: str,
    text: str | None,
    label: str | None,
    yes: bool,
    quick: bool,
    page: Path | None,
    open_it: bool,
    language: str | None,
    as_json: bool,
) -> None:
    """Say what is in a file, and what to mend before anything learns from it. Changes nothing.

    SOURCE is a table (CSV, TSV, JSON, JSONL, Parquet, Arrow, Excel, packed or not), a folder or a pattern of them,
    or the URL of a database.

    Exit codes: 0 nothing has to be mended, 1 something has, 2 the file cannot be read.
    """
    guess = _guess(source, text, label)
    if not as_json:
        _show(guess)
        asked = not yes and text is None and label is None and sys.stdin.isatty()
        if asked and not click.confirm("Is that right?", default=True):
            fail(LuodiError("nothing was looked at", where="luodi inspect", fix="say --text COLUMN --label COLUMN"))
    found = _look(source, guess, quick=quick)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        _print(found, source)
    if page is not None or open_it:
        target = page or Path("data.html")
        _write_page(found, target, language)
        if not as_json:
            click.echo(f"page  {near(target)}")
        if open_it:
            click.launch(target.resolve().as_uri())
    if any(one["severity"] == "fix" for one in found["advice"]):
        sys.exit(NOT_MET)


def _guess(source: str, text: str | None, label: str | None) -> Any:
    from luodi import guess

    try:
        return guess.look(source, text=text, label=label)
    except DataError:
        if label is not None:
            raise
        return guess.look_for_text(source, text=text)


def _show(guess: Any) -> None:
    """Show what the columns were taken for, with three rows."""
    from luodi.quality.checks import masked
    from luodi.report.screen import cut, fitted

    what = f"looks like {guess.task}: " if guess.task else "no column looks like a label; "
    label = f", label {guess.label!r}" if guess.label else ""
    click.secho(f"{what}text {guess.text!r}{label}", dim=True)
    for row in guess.rows:
        answer = fitted(masked(str(row.get(guess.label))), 20) + "  " if guess.label else ""
        click.secho(f"  {answer}{cut(masked(str(row.get(guess.text))), 76)}", dim=True)
    click.echo()


def _look(source: str, guess: Any, *, quick: bool) -> dict[str, Any]:
    """Read all rows of all tables. The first one says what the columns are."""
    from luodi.data import sources
    from luodi.log import bar_for
    from luodi.quality.inspection import QUICK_SAMPLE, SAMPLE, Inspector

    inspector = Inspector(
        guess.table.columns, text=guess.text, label=guess.label or None, separator=guess.separator,
        most=QUICK_SAMPLE if quick else SAMPLE,
    )  # fmt: skip
    tables = sources.expand(Path(), source)
    name = tables[0].name if tables[0].database else Path(source).name or source  # without a password
    bar, n_bytes, notes = bar_for(total=0, doing=f"reading {shorten(name, 40)}"), 0, list[str]()
    for one in tables:
        table = sources.open(one)
        for line, row in table.rows():
            inspector.add(line, row)
            bar.update(1)
        n_bytes += one.path.stat().st_size if one.path is not None and one.path.is_file() else 0
        notes += table.notes
    bar.close()
    about = {"name": name, "bytes": n_bytes, "task": guess.task, **guess.table.describe(), "notes": notes}
    about |= {"files": len(tables)} if len(tables) > 1 else {}
    with _Doing() as doing:
        return inspector.finish(about=about, quick=quick, tell=doing)


class _Doing:
    """Shows on one line what is being done, while a person is watching."""

    def __enter__(self) -> "_Doing":
        from luodi.log import watched

        self.shows = watched()
        return self

    def __call__(self, what: str) -> None:
        if self.shows:
            click.echo(f"\r\x1b[K  {what} …", err=True, nl=False)

    def __exit__(self, *_: object) -> None:
        if self.shows:
            click.echo("\r\x1b[K", err=True, nl=False)


def _print(found: dict[str, Any], source: str) -> None:
    from luodi.report import screen

    width = min(WIDEST, max(NARROWEST, shutil.get_terminal_size((100, 24)).columns))
    for line in screen.lines(found, width=width):
        for piece, style in line:
            colour = style if style in {"red", "yellow", "green"} else None
            click.secho(piece, fg=colour, bold=style == "bold", dim=style == "dim", nl=False)
        click.echo()
    click.echo()
    if found["roles"]["label"] is not None:
        name = "scenario" if "://" in source else Path(source).name.partition(".")[0] or "scenario"
        data = found["about"]["name"] if "://" in source else source  # without a password
        click.echo(f"next  luodi new {shlex.quote(name)} --data {shlex.quote(data)}")


def _write_page(found: dict[str, Any], target: Path, language: str | None) -> None:
    from luodi.report import card

    card.write(found, target, language)


COMMAND = inspect
