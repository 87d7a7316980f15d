"""The command line: one file per noun; parses, calls workflow, prints."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

import click

from armillary import __version__
from armillary.errors import ArmillaryError, nearest

_COMMANDS = {
    "new": ("observatory", "A working observatory to edit."),
    "build": ("observatory", "The whole road, only what is stale."),
    "check": ("observatory", "Every input and definition, all problems at once."),
    "serve": ("observatory", "The site on this machine."),
    "publish": ("observatory", "One output alone: site, report or pack."),
    "source": ("source", "The sources of an observatory."),
    "index": ("index", "One index at a time: compute, audit, compare, replay."),
    "works": ("works", "Records of publications and patents."),
    "topics": ("topics", "Topics of works: the map, what rises, and its backtest."),
    "policy": ("policy", "The policy register."),
}


class _Lazy(click.Group):
    """Imports a command when it is used, so that `armillary --help` starts at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"armillary.cli.{_COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, says) for name, (_, says) in _COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in _COMMANDS and not args[0].startswith("-"):
            near = nearest(args[0], _COMMANDS)
            hint = f" Did you mean {near!r}?" if near else ""
            raise click.UsageError(f"No such command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="armillary")
def cli() -> None:
    """Armillary: the workbench of science, technology and innovation policy institutes."""


def main() -> Any:
    """Run the command line; a user's mistake prints what, where and the mend, never a trace."""
    try:
        cli(standalone_mode=False)
    except click.exceptions.Exit as leave:
        sys.exit(leave.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except ArmillaryError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except (KeyboardInterrupt, click.Abort):
        click.echo("\nInterrupted. What was finished is kept; run the command again.", err=True)
        sys.exit(130)
    except BrokenPipeError:  # the reader of our output went away, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    sys.exit(0)
