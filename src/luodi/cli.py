"""The command line: a file of `commands/` for each command, and one way to show a mistake."""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import click

import luodi
from luodi.errors import LuodiError
from luodi.interrupts import raised_until_heard
from luodi.terminal import fail

FIRST_DAY = (
    "doctor",
    "inspect",
    "new",
    "check",
    "run",
    "labels",
    "report",
    "serve",
    "health",
    "challenge",
    "release",
    "rollback",
    "keys",
    "ledger",
    "predict",
    "pack",
    "restock",
    "index",
    "status",
    "describe",
    "forget",
)


class Commands(click.Group):
    """Turns every mistake of the user's into what, where and how to fix it, with exit code 2."""

    def invoke(self, context: click.Context) -> Any:
        try:
            with raised_until_heard():
                return super().invoke(context)
        except LuodiError as error:
            fail(error)
        except OSError as error:
            from luodi.store import explain_os_error

            explained = explain_os_error(error)
            if explained is None:
                raise
            fail(explained)
        except KeyboardInterrupt:
            click.echo("\nstopped; the same command goes on from here", err=True)
            sys.exit(130)

    def list_commands(self, context: click.Context) -> list[str]:
        """Name every file of `commands/`, in the order of a first day and not of the alphabet."""
        found = {path.stem for path in (Path(__file__).parent / "commands").glob("[!_]*.py")}
        return [name for name in FIRST_DAY if name in found] + sorted(found - set(FIRST_DAY))

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Import the one file that is asked for."""
        if name not in self.list_commands(context):
            return None
        return cast(click.Command, import_module(f"luodi.commands.{name}").COMMAND)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(luodi.__version__, prog_name="luodi")
def main() -> None:
    """Take a language model into one business scenario: one file, seven steps, one verdict.

    \b
    A first day:
      luodi inspect tickets.csv                what is in it, and what to mend first
      luodi new tickets --data tickets.csv     look at a table, write tickets/scenario.toml
      luodi run tickets                        from data to verdict; killed, it goes on
      luodi labels tickets --review            labels that look wrong: decide, one key each
      luodi report tickets                     where the page is that shows it all
      luodi serve tickets                      answer over HTTP, on this machine only
      luodi predict tickets new.csv --out answers.csv

    SCENARIO is a scenario file, or the folder that holds `scenario.toml`.
    Exit codes: 0 the targets are met (or none are set), 1 they are not met, 2 something is to be mended.
    """
