"""Answer over HTTP."""

from collections.abc import Sequence
from pathlib import Path

import click

from luodi.errors import LuodiError, SetupError
from luodi.terminal import bundle_path

FOLDER = click.argument("folder", type=click.Path(path_type=Path))


@click.command()
@FOLDER
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8700, show_default=True, help="The port; 0 takes any that is free.")
@click.option("--admin-port", default=8701, show_default=True, help="The port of console and management; 0 as well.")
@click.option("--admin-host", default="127.0.0.1", show_default=True, help="The address of console and management.")
@click.option("--name", "names", multiple=True, help="A further name that clients call it by, as behind a proxy.")
@click.option(
    "--home", type=click.Path(path_type=Path), help="Where token and ledger are kept.  [default: FOLDER/.luodi]"
)
def serve(
    folder: Path, host: str, port: int, admin_port: int, admin_host: str, names: Sequence[str], home: Path | None
) -> None:
    """Answer over HTTP, on this machine and with a token unless told otherwise.

    FOLDER is a scenario; or a folder of scenarios, which are all served by one process; or a bundle by itself, on a
    machine that has nothing else. LUODI_TOKEN sets the token.
    """
    from luodi.serve.server import serve as serve_forever

    bundles, own = _bundles(folder)
    serve_forever(
        bundles,
        host=host,
        port=port,
        admin_host=admin_host,
        admin_port=admin_port,
        hosts=names,
        home=home or own,
        say=lambda line: click.echo(line),
    )


def _bundles(folder: Path) -> tuple[list[Path], Path]:
    """Return the bundles to serve, and where the service keeps what is its own."""
    inside = sorted(one.parent for one in folder.glob("*/scenario.toml"))
    if (folder / "scenario.toml").exists() or (folder / "bundle.json").is_file() or not inside:
        bundle, home = bundle_path(folder)
        return [bundle], home
    found, fix = [], ""
    for one in inside:
        try:
            found.append(bundle_path(one)[0])
        except LuodiError as error:
            fix = fix or error.fix
            click.echo(f"not served: {one.name}: {error.what}", err=True)
    if not found:
        raise SetupError("no scenario in this folder has a finished run", where=str(folder), fix=fix)
    return found, folder / ".luodi"


COMMAND = serve
