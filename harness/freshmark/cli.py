"""The command line: parse, call, print."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from freshmark.commands import check, compare, data, export, new_plugin, report, run
from freshmark.commands import listing as catalogue
from freshmark.commands.options import has_third_party_plugins, plugin_files, registry_of
from freshmark.commands.terminal import outlet
from freshmark.discovery.faults import broken, raised_by_plugin
from freshmark.errors import FreshmarkError, PluginError
from freshmark.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence


class Commands(TyperGroup):
    """The built-in commands and those of plugins, which are loaded only for a command that is not built in."""

    ask_plugins = True

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name."""
        if cmd_name not in self.commands:
            self._add_plugins()
        return super().get_command(ctx, cmd_name)

    def list_commands(self, ctx: Any) -> list[str]:
        """All command names, built-in ones first."""
        self._add_plugins()
        return super().list_commands(ctx)

    def _add_plugins(self) -> None:
        """Load them once. A broken plugin is reported; the help and the other commands still work."""
        if not self.ask_plugins:
            return
        self.ask_plugins = False
        if not has_third_party_plugins():
            return
        try:
            for hook in registry_of(plugin_files()).manager.hook.register_commands.get_hookimpls():
                for name, command in commands_of(hook).items():
                    self._add(hook.plugin_name, name, command)
        except FreshmarkError as error:
            outlet.note_error(error)

    def _add(self, plugin: str, name: str, command: Any) -> None:
        if name in self.commands:
            raise PluginError(
                f"plugin {plugin!r} offers the command {name!r}, which already exists", remedy="rename it", code="FM306"
            )
        self.commands[name] = command


def commands_of(hook: Any) -> dict[str, Any]:
    """The commands of one plugin."""
    extra = typer.Typer(rich_markup_mode=None)
    try:
        hook.function(extra)
    except Exception as error:
        raise broken(hook.plugin_name, "fails in register_commands", error) from error
    return dict(getattr(typer.main.get_group(extra), "commands", {}))


app = typer.Typer(
    name="freshmark",
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    pretty_exceptions_show_locals=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _show_version(value: bool) -> None:  # noqa: FBT001  (typer passes the value of an option by position)
    if value:
        outlet.say(f"freshmark {__version__}")
        raise typer.Exit


@app.callback()
def root(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """How, and how often, should a recommender model be updated?

    `freshmark run` replays streams through update strategies and measures their accuracy and cost.
    `freshmark report` writes a report of a run without measuring again.

    Exit codes: 0 success, 1 a cell or a plugin failed or a metric regressed, 2 wrong usage, 3 bad data,
    4 no cell succeeded, 5 interrupted; run the same command to resume, 70 a bug of freshmark, 130 interrupted twice.
    """


app.command("run")(run.run_command)
app.command("report")(report.report_command)
app.command("compare")(compare.compare_command)
app.command("export")(export.export_command)
app.command("list")(catalogue.list_command)
app.command("show")(catalogue.show_command)
app.add_typer(data.app, name="data")
app.command("check")(check.check_command)
app.command("new-plugin")(new_plugin.new_plugin_command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit with its code; an error takes at most six lines."""
    try:
        app(args=None if arguments is None else list(arguments), prog_name="freshmark")
    except FreshmarkError as error:
        outlet.note_error(error)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of stdout is gone (`freshmark list | head`); without this, Python's last flush would fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(outlet.SOFTWARE_FAULT)
    except Exception as fault:  # noqa: BLE001  (the outermost handler; the traceback goes to a file)
        theirs = raised_by_plugin(fault)
        if theirs is None:
            outlet.note_fault(fault)
            sys.exit(outlet.SOFTWARE_FAULT)
        outlet.note_error(theirs)
        sys.exit(theirs.exit_code)
