"""``freshmark compare``: two runs side by side; the exit code says whether the later one regressed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from freshmark.commands.options import NoPlugins, Plugins, registry_of
from freshmark.commands.report import ENDINGS, note_faults
from freshmark.commands.terminal.outlet import note, say, say_table
from freshmark.commands.terminal.writing import writing
from freshmark.commands.terms import MetricName
from freshmark.runs.reading import opened

REGRESSION = 1
"""Exit code if the later run is worse than allowed."""


def compare_command(
    before: Annotated[Path, typer.Argument(metavar="BEFORE", help="The run folder to compare with, the baseline.")],
    after: Annotated[Path, typer.Argument(metavar="AFTER", help="The run folder to judge.")],
    *,
    metric: MetricName = None,
    max_drop: Annotated[
        list[str] | None,
        typer.Option(
            "--max-drop",
            metavar="METRIC=DROP",
            help="How much worse a metric may be, for example ndcg@10=1%; repeatable.",
        ),
    ] = None,
    max_p99: Annotated[
        str | None,
        typer.Option("--max-p99", metavar="+SHARE", help="How much p99 latency may grow, for example +10%."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="The file to write. [default: inside AFTER]"),
    ] = None,
    form: Annotated[str, typer.Option("--format", metavar="FORMAT", help="html, markdown or csv.")] = "html",
    plugin: Plugins = None,
    no_plugin: NoPlugins = None,
) -> None:
    """Compare two runs, regressions first.

    Prints a table, the path of the page that is written, and what only one of the runs has. CPU seconds of the later
    run are those at the speed of the earlier one's machine, if both timed the calibration kernel. A regression is a
    change for the worse that exceeds its limit and is statistically significant, or a cell that succeeded before and
    fails now. Exit codes: 0 no regression, 1 regressions, 2 the runs cannot be compared.
    """
    from freshmark.results.output.compare import REGRESSIONS, unmatched  # noqa: PLC0415  (pandas: half a second that no help must pay)
    from freshmark.results.output.comparison import comparison_of, row_texts  # noqa: PLC0415
    from freshmark.results.output.regression_limits import Limits  # noqa: PLC0415

    limits = Limits.parse(max_drop or [], max_p99)
    registry = registry_of(plugin, no_plugin)
    writer = registry.factory("reports", form)
    results = [opened(registry, [folder]) for folder in (before, after)]
    runs = [(one.ranked_by(metric) if metric else one).recorded for one in results]
    document = comparison_of(runs[0], runs[1], limits)
    path = output or after / f"compare{ENDINGS.get(form, '.' + form)}"
    head = ("state", "stream", "cell", "quantity", "before", "after", "change")
    texts = [(str(row["stream"]), row_texts(row)) for _, row in document.table.iterrows()]
    say_table([head, *((state, stream, *rest) for stream, (state, *rest) in texts)])
    for stream, text in unmatched(*runs):
        note(f"{stream}: {text}")
    with writing(path):
        document.write(path, form, {form: writer})
    say(str(path))
    if document.table["state"].isin(REGRESSIONS).any():
        raise typer.Exit(REGRESSION)
    faults = {str(fault): fault for run in runs for fault in run.faults}
    if faults:
        raise typer.Exit(note_faults([*faults.values()]))
