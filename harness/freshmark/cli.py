"""The command line: parse, call, print."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from freshmark import __version__
from freshmark.commands import catalogue, outlet
from freshmark.commands.options import plugin_files, registry_of
from freshmark.errors import FreshmarkError

if TYPE_CHECKING:
    from collections.abc import Sequence


class Commands(TyperGroup):
    """The built-in commands, and those of plugins, which are asked only where a command is not built in."""

    _complete = False

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name."""
        if cmd_name not in self.commands:
            self._add_plugins()
        return super().get_command(ctx, cmd_name)

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of all commands, built-in ones first."""
        self._add_plugins()
        return super().list_commands(ctx)

    def _add_plugins(self) -> None:
        if self._complete:
            return
        self._complete = True
        extra = typer.Typer(rich_markup_mode=None)
        try:
            registry_of(plugin_files()).manager.hook.register_commands(app=extra)
        except FreshmarkError as error:
            outlet.note_error(error)  # a broken plugin must not take the help away
            return
        for name, command in getattr(typer.main.get_group(extra), "commands", {}).items():
            self.commands.setdefault(name, command)


app = typer.Typer(
    name="freshmark",
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    pretty_exceptions_show_locals=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _show_version(asked: bool) -> None:  # noqa: FBT001  (typer passes the value of the option so)
    if asked:
        outlet.say(f"freshmark {__version__}")
        raise typer.Exit


@app.callback()
def root(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    """How, and how often, should a recommender model be updated?

    `freshmark run` replays streams through update strategies and measures what each earned and cost.
    `freshmark report` draws what was measured.

    Exit codes: 0 all well, 1 some cell failed, 2 the command is wrong, 3 bad data, 4 no cell succeeded,
    5 interrupted and resumable, 130 interrupted twice.
    """


app.command("list")(catalogue.list_command)
app.command("show")(catalogue.show_command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and leave with its exit code; what goes wrong is told in at most six lines."""
    try:
        app(args=None if arguments is None else list(arguments), prog_name="freshmark")
    except FreshmarkError as error:
        outlet.note_error(error)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of stdout has gone (`freshmark list | head`); Python would complain once more when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(outlet.SOFTWARE_FAULT)
    except Exception as fault:  # noqa: BLE001  (the last line of defence; its traceback goes to a file)
        outlet.note_fault(fault)
        sys.exit(outlet.SOFTWARE_FAULT)
