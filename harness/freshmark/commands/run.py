"""``freshmark run``: measure every cell of a plan, then write a report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from freshmark.commands.dry_run import show_cells
from freshmark.commands.measuring import conclude, measure, shown
from freshmark.commands.options import NoPlugins, Plugins, names_of, registry_of
from freshmark.commands.planning import (
    RunOptions,
    checked,
    plan_among,
    plan_for,
    swept,
    with_every_strategy,
)
from freshmark.commands.terminal.outlet import note
from freshmark.commands.terms import MaxCost, MaxP99, MetricName, Price, Tolerance, Worth
from freshmark.runs.plan.terms import Terms


def run_command(
    plan: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PLAN]", help="A plan in TOML, or a run folder to resume. Options override it."),
    ] = None,
    *,
    stream: Annotated[
        list[str] | None,
        typer.Option(
            "-d",
            "--stream",
            metavar="STREAM",
            autocompletion=names_of("streams"),
            help="The stream to replay; repeatable.",
        ),
    ] = None,
    strategy: Annotated[
        list[str] | None,
        typer.Option(
            "-s",
            "--strategy",
            metavar="STRATEGY",
            autocompletion=names_of("strategies"),
            help="The strategy to measure; repeatable.",
        ),
    ] = None,
    all_strategies: Annotated[
        bool, typer.Option("--all-strategies", help="Every strategy that can do the task, with default options.")
    ] = False,
    every: Annotated[
        list[str] | None,
        typer.Option(
            "--every",
            metavar="SCHEDULE",
            help="When updates are due: 1d, 1000 (events), event, never, daily@03:00, budget(20); repeatable.",
        ),
    ] = None,
    delay: Annotated[
        list[str] | None,
        typer.Option(
            "--delay",
            metavar="DURATION",
            help="When an update goes live after it is due: 0s, 10m, measured; repeatable.",
        ),
    ] = None,
    label_delay: Annotated[
        str | None,
        typer.Option(
            "--label-delay", metavar="DURATION", help="How long after an event its label is known. [default: 0s]"
        ),
    ] = None,
    durations: Annotated[
        Path | None,
        typer.Option(
            "--durations", metavar="RUN", help="With --delay measured: use the update durations recorded in this run."
        ),
    ] = None,
    sweep: Annotated[
        bool, typer.Option("--sweep", help="Choose schedules from never to about hourly, by the span of the stream.")
    ] = False,
    tune: Annotated[
        str | None,
        typer.Option(
            "--tune",
            metavar="BUDGET",
            help="Tune each row on the end of the warm-up first: 20 (trials) or 60s (CPU time) per row.",
        ),
    ] = None,
    seeds: Annotated[int | None, typer.Option("--seeds", metavar="N", min=1, help="Number of seeds: 0 to N-1.")] = None,
    settle: Annotated[
        bool | None,
        typer.Option(
            "--settle/--no-settle",
            help="Race: add seeds to the rows that may win, until the verdict is settled.",
        ),
    ] = None,
    max_seeds: Annotated[
        int | None,
        typer.Option("--max-seeds", metavar="N", min=1, help="With --settle: seeds that a row may get. [default: 10]"),
    ] = None,
    max_time: Annotated[
        str | None,
        typer.Option(
            "--max-time", metavar="DURATION", help="With --settle: begin no more seeds after this time, for example 2h."
        ),
    ] = None,
    warmup: Annotated[
        float | None,
        typer.Option("--warmup", metavar="SHARE", help="Share of events for the warm-up. [default: 0.3]"),
    ] = None,
    window: Annotated[
        str | None,
        typer.Option("--window", metavar="DURATION", help="Length of the evaluation windows. [default: auto]"),
    ] = None,
    matrix: Annotated[
        int | None,
        typer.Option(
            "--matrix", metavar="N", min=0, help="Evaluate every model on each of N blocks of windows. [default: 0]"
        ),
    ] = None,
    device: Annotated[
        str | None,
        typer.Option(
            "--device",
            metavar="DEVICE",
            envvar="FRESHMARK_DEVICE",
            help="Torch device, for example cuda. [default: cpu]",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FOLDER", help="The run folder. [default: a new one under runs/]"),
    ] = None,
    timeout: Annotated[
        str | None,
        typer.Option(
            "--timeout", metavar="DURATION", envvar="FRESHMARK_TIMEOUT", help="Time limit per cell, for example 10m."
        ),
    ] = None,
    max_memory: Annotated[
        str | None,
        typer.Option(
            "--max-memory",
            metavar="SIZE",
            envvar="FRESHMARK_MAX_MEMORY",
            help="Memory limit per cell, for example 4GB.",
        ),
    ] = None,
    jobs: Annotated[
        int,
        typer.Option(
            "-j",
            "--jobs",
            metavar="N",
            min=1,
            envvar="FRESHMARK_JOBS",
            help="Parallel cells; timings are comparable only with 1.",
        ),
    ] = 1,
    timing_pass: Annotated[
        bool,
        typer.Option(
            "--timing-pass/--no-timing-pass",
            help="With -j above 1, measure the cells whose cost decides again, alone, at the end.",
        ),
    ] = True,
    executor: Annotated[
        str,
        typer.Option(
            "--executor", metavar="NAME", autocompletion=names_of("executors"), help="The executor that runs cells."
        ),
    ] = "local",
    metric: MetricName = None,
    price: Price = None,
    max_p99: MaxP99 = None,
    max_cost: MaxCost = None,
    tolerance: Tolerance = None,
    worth: Worth = None,
    plugin: Plugins = None,
    no_plugin: NoPlugins = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the cells and the updates that are due, without measuring.")
    ] = False,
    report: Annotated[bool, typer.Option("--report/--no-report", help="Write report.html at the end.")] = True,
    json: Annotated[bool, typer.Option("--json", help="Emit JSON Lines.")] = False,
) -> None:
    """Measure streams x strategies x schedules x seeds.

    Without arguments: a demo of about a minute. At the end a report is written. A folder with results is resumed; no
    cell is measured twice, and a longer plan adds cells. Ctrl-C finishes the running cell, a second Ctrl-C stops at
    once. --metric, --price, --max-p99 and --max-cost affect the report, and a race; a cell above --max-memory fails.

    With --settle, --seeds (default 1) is where a race starts. At each look the rows that may still win get more seeds,
    and the race stops when the verdict is settled.
    """
    file, prices = plan_among(plan or [], price)
    options = RunOptions(
        plan=file, streams=stream or (), strategies=strategy or (), every=every or (), delay=delay or (), seeds=seeds,
        warmup=warmup, window=window, label_delay=label_delay, device=device, timeout=timeout, max_memory=max_memory,
        durations=durations, matrix=matrix, tune=tune, metric=metric, price=prices, max_p99=max_p99,
        max_cost=max_cost, tolerance=tolerance, worth=worth, settle=settle, max_seeds=max_seeds, max_time=max_time,
        plugins=plugin or (), no_plugins=no_plugin or (),
    )  # fmt: skip
    described = plan_for(options)
    terms = Terms.of(described)
    registry = registry_of(list(described.plugins), list(described.no_plugins))
    described = checked(described, registry)
    if all_strategies:
        described, left_out = with_every_strategy(described, registry)
        for reason in left_out:
            note(f"left out: {reason}")
    if sweep:
        described = swept(described, registry)
    if dry_run:
        show_cells(described, registry)
        return
    folder = output or folder_for(file)
    try:
        judged = terms if timing_pass else None
        summary = measure(described, folder, registry, jobs=jobs, executor=executor, as_json=json, terms=judged)
    except KeyboardInterrupt:  # once cells run, an interrupt is handled by the campaign
        begun = (folder / "plan.toml").is_file()
        again = f"resume with: freshmark run {shown(folder)}" if begun else "run the same command again"
        note(f"interrupted before the first cell; {again}")
        raise typer.Exit(RESUMABLE) from None
    conclude(summary, registry, terms, report=report, as_json=json)


RESUMABLE = 5


def folder_for(plan: Path | None) -> Path:
    """The folder to resume, or a new one named by the time."""
    from freshmark.runs.api import new_folder  # noqa: PLC0415  (a dry run starts no process)

    return plan if plan is not None and plan.is_dir() else new_folder()
