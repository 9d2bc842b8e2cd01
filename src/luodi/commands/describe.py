"""Describe a step's settings, a task or a model."""

import click


@click.command()
@click.argument("name", required=False)
def describe(name: str | None) -> None:
    """Describe a step's settings, a task or a model; without a NAME, list them all."""
    from luodi import catalogue

    click.echo(catalogue.describe(name) if name else catalogue.overview())


COMMAND = describe
