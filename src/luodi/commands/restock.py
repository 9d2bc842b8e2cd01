"""Take a changed item table into a recommender, without learning anew."""

from pathlib import Path

import click

from luodi.errors import DataError, LuodiError, did_you_mean
from luodi.terminal import SCENARIO, bundle_path, fail, near
from luodi.text import plural


@click.command()
@SCENARIO
@click.argument("items", type=click.Path(path_type=Path))
@click.option("--out", "target", required=True, type=click.Path(path_type=Path), help="The folder of the new bundle.")
def restock(scenario: Path, items: Path, target: Path) -> None:
    """Write a bundle that knows the rows of ITEMS: prices and stock as they are now, new items by their words.

    Nothing is learned anew, so it takes seconds. Serve it with luodi serve FOLDER.
    """
    from luodi.bundle import open_bundle, repack
    from luodi.contracts import Reject
    from luodi.data.readers import open_table
    from luodi.train.restock import restocked

    path, _ = bundle_path(scenario)
    bundle = open_bundle(path)
    if bundle.task.kind != "rank":
        fail(LuodiError("this scenario recommends nothing", where=str(path), fix="restock is for recommendation"))
    if target.exists():
        fail(LuodiError("there is something here already", where=str(target), fix="choose another --out"))
    names = bundle.options.item_columns
    table = open_table(items)
    key = names.get("item", "item")
    if key not in table.columns:
        raise DataError(f"no column is called {key!r}", where=f"{items}:1", fix=did_you_mean(key, table.columns))
    rows = [row for _, row in table.rows() if not isinstance(row, Reject)]
    ours = {theirs: name for name, theirs in names.items()}
    columns = {ours.get(name, name): [_text(row.get(name)) for row in rows] for name in table.columns if name != key}
    before = bundle.session
    after = restocked(before, [_text(row[key]).strip() for row in rows], columns)
    repack(bundle, target, after.save)
    n_new = len(after.shelf) - len(before.shelf)
    click.echo(f"{plural(len(rows), 'row')} read, {plural(n_new, 'new item')}; luodi serve {near(target)}")


def _text(value: object) -> str:
    return "" if value is None else str(value)


COMMAND = restock
