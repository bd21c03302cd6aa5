"""``freshmark export``: the tables of a run as files for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from freshmark.commands.options import NoPlugins, Plugins, registry_of
from freshmark.commands.report import note_faults
from freshmark.commands.terminal.outlet import say
from freshmark.commands.terminal.writing import writing_into
from freshmark.runs.reading import opened


def export_command(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Run folders; several are merged.")],
    *,
    form: Annotated[str, typer.Option("--format", metavar="FORMAT", help="csv, parquet, markdown or latex.")] = "csv",
    table: Annotated[
        list[str] | None,
        typer.Option(
            "--table",
            metavar="NAME",
            help="cells, ranking, looks, trials, tunings, curves, pairs, measurements, learning, staleness, "
            "half_lives, open_loop, slowness, recovery, attainment, arrivals, churn, windows, updates, latencies or "
            "outcomes; repeatable. "
            "[default: all but outcomes]",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FOLDER", help="The folder to write. [default: tables/ in the first RUN]"
        ),
    ] = None,
    plugin: Plugins = None,
    no_plugin: NoPlugins = None,
) -> None:
    """Write the tables of one or more runs to files.

    Prints their paths. A plugin's metric or segment that raises has no values; the rest is written. Texts in a CSV are
    escaped so that no spreadsheet reads them as formulas.
    """
    from freshmark.results.tables import USUAL_TABLES  # noqa: PLC0415  (pandas: half a second that no help must pay)

    results, folder = opened(registry_of(plugin, no_plugin), runs), output or runs[0] / "tables"
    with writing_into(folder):
        paths = results.export(folder, form, table or USUAL_TABLES)
    for path in paths:
        say(str(path))
    if results.faults:
        raise typer.Exit(note_faults(results.faults))
