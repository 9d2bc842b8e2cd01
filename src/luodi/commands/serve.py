"""Answer over HTTP."""

from pathlib import Path

import click

from luodi.terminal import SCENARIO, bundle_path


@click.command()
@SCENARIO
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8700, show_default=True, help="The port; 0 takes any that is free.")
def serve(scenario: Path, host: str, port: int) -> None:
    """Answer over HTTP, on this machine and with a token unless told otherwise.

    SCENARIO may also be a bundle by itself, on a machine that has nothing else. LUODI_TOKEN sets the token.
    """
    from luodi.serve.server import serve as serve_forever

    bundle, workspace = bundle_path(scenario)
    serve_forever(bundle, host=host, port=port, workspace=workspace, say=lambda line: click.echo(line))


COMMAND = serve
