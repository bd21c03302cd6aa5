"""Measuring the cells of a plan as the command line shows it: progress, cells timed again, the report at the end."""

from __future__ import annotations

from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from freshmark.commands.planning import check_metric
from freshmark.commands.report import note_faults, write_report
from freshmark.commands.terminal.headline import headline_in
from freshmark.commands.terminal.outlet import note, say
from freshmark.commands.terminal.progress import Progress
from freshmark.errors import PluginFault
from freshmark.runs.reading import opened

if TYPE_CHECKING:
    from freshmark.runs.campaign import Campaign
    from freshmark.runs.catalogue.registry import Registry
    from freshmark.runs.plan.plan import Plan
    from freshmark.runs.plan.terms import Terms
    from freshmark.runs.summary import RunSummary


def measure(
    plan: Plan,
    folder: Path,
    registry: Registry,
    *,
    jobs: int,
    executor: str,
    as_json: bool,
    terms: Terms | None = None,
) -> RunSummary:
    """Measure the cells, and give the summary; on these terms, those whose cost decides again where others ran.

    Streams are prepared first, in this process, so that the licence of a download is seen before it begins.
    """
    from freshmark.contract.streams.prepared import open_stream  # noqa: PLC0415  (a dry run starts no process)
    from freshmark.runs.campaign import Campaign  # noqa: PLC0415
    from freshmark.runs.plan.replacing import refuse_loss  # noqa: PLC0415
    from freshmark.runs.store.prepared_streams import prepare  # noqa: PLC0415

    refuse_loss(plan, folder)
    check_metric(plan, registry, {open_stream(prepare(registry, stream)).task for stream in plan.streams})
    progress = Progress(0, headline_in(folder, registry, plan.metric), as_json=as_json)
    with Campaign(plan, folder, registry, jobs=jobs, executor=executor, on_look=progress.look, say=note) as campaign:
        left, done = len(campaign.waiting), campaign.total - len(campaign.waiting)
        already = f", {done} done" if done else ""
        note(f"{left} {'cell' if left == 1 else 'cells'} to measure into {shown(folder)}{already}")
        progress.total, progress.cells = left, campaign.waiting
        with progress:
            registry.manager.register(progress, "progress")
            summary = campaign.measure()
        if jobs > 1 and terms is not None and summary.ok and not summary.interrupted:
            time_alone(campaign, registry, terms)
    for complaint in summary.complaints:
        note(f"warning: {complaint}")
    return summary


def time_alone(campaign: Campaign, registry: Registry, terms: Terms) -> None:
    """Measure the cells whose cost decides again, one at a time, and say so."""
    keys = terms.applied(opened(registry, [campaign.folder])).timed_in_company()
    if keys:
        cells = "1 cell" if len(keys) == 1 else f"{len(keys)} cells"
        note(f"timing {cells} again, alone, since their cost decides (--no-timing-pass leaves it out)")
        kept = campaign.time_alone(keys)
        if kept < len(keys):
            note(f"{len(keys) - kept} of them keep their first costs: other outcomes, or a measured delay")


def conclude(summary: RunSummary, registry: Registry, terms: Terms, *, report: bool, as_json: bool) -> None:
    """Write the report, print the path, and exit with the right code."""
    failed = [status for status in summary.statuses if status not in ("ok", "queued", "interrupted")]
    if failed:
        logs = shown(summary.folder / "cells")
        note(f"{len(failed)} of {len(summary.statuses)} cells failed; their logs are in {logs}")
    if summary.interrupted:
        note(f"interrupted; resume with: freshmark run {shown(summary.folder)}")
    faults: list[PluginFault] = []
    path = summary.folder
    if report and summary.ok and "html" not in registry.names("reports"):
        note("no report is written: the plugin that offers html reports is blocked")
    elif report and summary.ok:
        path, _ = write_report(registry, [summary.folder], terms=terms, faults=faults)
    if as_json:
        counts = {"ok": summary.ok, "cells": len(summary.statuses)}
        record = {"event": "run_finished", "folder": shown(summary.folder), **counts}
        say(dumps(record | ({"report": shown(path)} if path != summary.folder else {}), ensure_ascii=False))
    else:
        say(shown(path))
    code = note_faults(faults) if faults else PluginFault.exit_code * bool(summary.complaints)
    if summary.exit_code or code:
        raise typer.Exit(summary.exit_code or code)


def shown(path: Path) -> str:
    """The path, relative to the current folder if it lies inside."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
