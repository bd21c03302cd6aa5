"""Accuracy at the same CPU time, tuning included: what each row reaches, and which rows nothing beats on both."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd
from freshmark import Chart, Column, Results, Section, Table, Value
from freshmark.reporting import format_number, join_words, metric_label, pareto, row_label, with_margin

from freshmark_reports import drawing
from freshmark_reports.choice import rows_of


def section(results: Results) -> Sequence[Section]:
    """One per stream with a tuned row."""
    found = []
    for stream in results.streams:
        tunings = results.tunings[results.tunings["stream"] == stream]
        rows = rows_of(results, stream)
        if len(tunings) and len(rows):
            parts = (_chart(results, with_total(results, stream, rows)), _table(tunings))
            found.append(Section("Accuracy at equal cost", parts, stream, order=210))
    return found


def with_total(results: Results, stream: str, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows by the CPU seconds of one cell and its tuning: columns ``own``, ``tuning``, ``total`` and ``front``."""
    events = len(results.events(stream)["time"])
    own = rows["cpu_seconds_per_million"] * (events / 1e6)
    tuning = rows["tuning_cpu_seconds"].fillna(0.0)
    rows = rows.assign(own=own, tuning=tuning, total=own + tuning)
    rows = rows[rows["total"] > 0].sort_values("total", kind="stable").reset_index(drop=True)
    sign = 1.0 if results.better(str(rows["metric"].iloc[0])) == "higher" else -1.0
    return rows.assign(front=pareto(rows["total"].to_numpy(float), sign * rows["value"].to_numpy(float)))


def _chart(results: Results, rows: pd.DataFrame) -> Chart:
    metric = metric_label(str(rows["metric"].iloc[0]))
    columns = (
        Column("Strategy"),
        Column("Updated"),
        Column("Tuned"),
        Column("Tuning CPU s", "number", "all trials; all seeds of the row share them"),
        Column("Own CPU s", "number", "fit, updates and answers of one cell"),
        Column("Total CPU s", "number"),
        Column(metric, "number"),
        Column("Best for its cost", about="no row that costs as much or less is better"),
    )
    entries = tuple(
        (
            row["strategy"],
            row["schedule"],
            tuned_label(row["tuning_trials"], row["tuning_cpu_seconds"]),
            row["tuning_cpu_seconds"],
            row["own"],
            row["total"],
            Value(row["value"], row["margin"]),
            "yes" if row["front"] else "",
        )
        for _, row in rows.iterrows()
    )
    table = Table(columns, entries, "Accuracy and CPU time of every row, tuning included")
    return Chart(partial(_draw, results, rows), _finding(rows, metric), table)


def tuned_label(trials: float, cpu_seconds: float) -> str:
    """``20 trials, 1.30 CPU s``; empty for a row that was not tuned."""
    return f"{int(trials)} trials, {format_number(cpu_seconds)} CPU s" if trials > 0 else ""


def _finding(rows: pd.DataFrame, metric: str) -> str:
    front = rows[rows["front"]]
    steps = [
        f"from {format_number(row['total'])} CPU s on {row_label(row['strategy'], row['every'], row['delay'])} "
        f"({metric} {format_number(row['value'])})"
        for _, row in front.iterrows()
    ]
    share = rows["tuning"].sum() / rows["total"].sum()
    return (
        f"Best for the CPU time, tuning included: {join_words(steps)}. Tuning takes {100 * share:.0f} % of all of it."
    )


def _draw(results: Results, rows: pd.DataFrame, figure: Any) -> None:
    axes, look = figure.subplots(), drawing.looks(results)
    marker = drawing.markers(rows.sort_values("interval_seconds")["schedule"])
    front = rows[rows["front"]]
    axes.step(front["total"], front["value"], where="post", color=drawing.ink(), linewidth=1, alpha=0.45, zorder=1)
    for strategy in dict.fromkeys(map(str, rows["strategy"])):
        own = rows[rows["strategy"] == strategy]
        style: dict[str, Any] = {"color": look[strategy].colour, "label": strategy}
        values = [with_margin(*one) for one in zip(own["value"], own["margin"], strict=True)]
        drawing.mark(axes.hlines(own["value"], own["own"], own["total"], linewidth=1, **style), own, values)
        drawing.sns.scatterplot(own, x="total", y="value", style="schedule", markers=marker, legend=False, s=55,
                                ax=axes, zorder=2, **style)  # fmt: skip
        drawing.mark(axes.collections[-1], own, values, own.index)
    drawing.plain_log(axes.xaxis)
    axes.set(xlabel="CPU seconds of a cell and its tuning; the line is the share of tuning", ylabel="")
    axes.set_title(metric_label(str(rows["metric"].iloc[0])))
    keys = [drawing.line_key(name, look[name], "o") for name in look if name in set(rows["strategy"])]
    for key in keys:
        key.set_linestyle("none")
    drawing.legend_below(figure, [*keys, *(drawing.marker_key(name, sign) for name, sign in marker.items())], 2)


def _table(tunings: pd.DataFrame) -> Table:
    """What each row was given, and what that brought on the events that it was tuned on."""
    metric = metric_label(str(tunings["metric"].iloc[0]))
    columns = (
        Column("As planned"),
        Column("Measured", about="with the chosen values"),
        Column("Trials", "count"),
        Column("Pruned", "count", "stopped early"),
        Column("Failed", "count"),
        Column("CPU s", "number"),
        Column(f"{metric}, defaults", "number", "on the tail of the warm-up"),
        Column(f"{metric}, chosen", "number", "on the tail of the warm-up"),
        Column("Updates", "count", "in the tail; without any, the first fit alone decides"),
    )
    rows = tuple(
        (
            row_label(row["strategy"], row["every"], row["delay"]),
            row["chosen"],
            int(row["trials"]),
            int(row["pruned"]),
            int(row["failed"]),
            row["tuning_cpu_seconds"],
            row["default_value"],
            row["value"],
            int(row["updates"]),
        )
        for _, row in tunings.iterrows()
    )
    return Table(columns, rows, "What tuning chose, on the last quarter of the warm-up")
