"""Make a folder that can be copied to where it shall run."""

import json
from pathlib import Path

import click

from luodi.terminal import JSON, SCENARIO, bundle_path


@click.command()
@SCENARIO
@click.option("--out", "folder", required=True, type=click.Path(path_type=Path), help="A folder, made if need be.")
@click.option("--wheel", type=click.Path(path_type=Path), help="A wheel of luodi to take along.")
@JSON
def pack(scenario: Path, folder: Path, wheel: Path | None, as_json: bool) -> None:
    """Make a folder that can be copied to where it shall run: the bundle, and files for whatever runs it there.

    A Containerfile, compose with nginx and PostgreSQL, a systemd unit and a Kubernetes manifest, with the scenario's
    name, ports and measured memory filled in.
    """
    from luodi.deploy import pack as packing

    bundle, _ = bundle_path(scenario)
    filled = packing.pack(bundle, folder, wheel=wheel)
    if as_json:
        click.echo(json.dumps(filled | {"out": str(folder)}))
        return
    click.echo(f"packed {filled['name']} ({filled['key']}) into {folder}")
    click.echo(f"memory: {filled['memory_high']:,} MB asked for, {filled['memory_limit']:,} MB at most")
    click.echo(f"next: {folder / 'README.md'} says what each file is for")


COMMAND = pack
