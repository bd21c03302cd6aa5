"""Accuracy against cost, and the front that nothing beats on both."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from freshmark.contract.section import Chart, Column, Section, Table, Value
from freshmark.results.naming import called, listed, metric_in_words, number
from freshmark.results.statistics import pareto
from freshmark.results.tables import Results

from freshmark_reports.choice import rows_of

COST = "cpu_seconds_per_million"


def section(results: Results) -> Sequence[Section]:
    """One chart a stream, beside the verdict."""
    found = []
    for stream in results.streams:
        rows = rows_of(results, stream)
        rows = rows[rows[COST] > 0].reset_index(drop=True)
        if len(rows):
            found.append(Section("Accuracy against cost", (_chart(results, rows),), stream, lead=True))
    return found


def _chart(results: Results, rows: pd.DataFrame) -> Chart:
    metric = str(rows["metric"].iloc[0])
    sign = 1.0 if results.better(metric) == "higher" else -1.0
    rows = rows.sort_values(COST, kind="stable").reset_index(drop=True)
    front = pareto(rows[COST].to_numpy(float), sign * rows["value"].to_numpy(float))
    table = Table(
        (
            Column("Strategy"),
            Column("Updated"),
            Column("CPU s / M events", "number"),
            Column(metric_in_words(metric), "number"),
            Column("On the front"),
        ),
        tuple(
            (
                row["strategy"],
                row["schedule"],
                row[COST],
                Value(row["value"], row["margin"]),
                "yes" if front[place] else "",
            )
            for place, (_, row) in enumerate(rows.iterrows())
        ),
        "Cost and accuracy of every row",
    )
    return Chart(partial(_draw, results, rows, front), _finding(rows, front, metric), table)


def _finding(rows: pd.DataFrame, front: np.ndarray[Any, Any], metric: str) -> str:
    best = rows[front].sort_values(COST)
    names = [called(row["strategy"], row["every"], row["delay"]) for _, row in best.iterrows()]
    if len(names) == 1:
        return f"{names[0]} is at once the best and the cheapest of {len(rows)}."
    first, last = best.iloc[0], best.iloc[-1]
    times = number(last[COST] / first[COST], 2)
    few = listed(names) if len(names) <= 3 else f"from {names[0]} to {names[-1]}"  # noqa: PLR2004
    return (
        f"{len(names)} of {len(rows)} are on the front, {few}: {times} times the CPU takes {metric_in_words(metric)} "
        f"from {number(first['value'])} to {number(last['value'])}."
    )


def _draw(results: Results, rows: pd.DataFrame, front: np.ndarray[Any, Any], figure: Any) -> None:
    # Matplotlib costs time that the other forms of report need not pay.
    from freshmark_reports.palette import (  # noqa: PLC0415
        ink,
        legend_below,
        line_key,
        looks,
        marker_key,
        markers,
        paper,
        plain_log,
    )
    from freshmark_reports.pointing import rows_gid  # noqa: PLC0415

    axes = figure.subplots()
    look, marker = looks(results), markers(rows.sort_values("interval_seconds")["schedule"])
    step = rows[front].sort_values(COST)
    axes.step(step[COST], step["value"], where="post", color=ink(), linewidth=1, alpha=0.45, zorder=1)
    for place, (_, row) in enumerate(rows.iterrows()):
        on_front = front[place]
        colour = look[row["strategy"]].colour
        marks = axes.errorbar(
            row[COST],
            row["value"],
            yerr=row["margin"] if np.isfinite(row["margin"]) else None,
            color=colour,
            elinewidth=1,
            marker=marker[row["schedule"]],
            markersize=8 if on_front else 6.5,
            markerfacecolor=colour if on_front else paper(),
            markeredgewidth=1.4,
        )
        for part in marks.get_children():
            part.set_label(str(row["strategy"]))
        marks.lines[0].set_gid(rows_gid(place))
    plain_log(axes.xaxis)
    axes.set_xlabel("CPU seconds for a million events")
    axes.set_title(metric_in_words(str(rows["metric"].iloc[0])))
    keys = [line_key(name, look[name]) for name in look if name in set(rows["strategy"])]
    for key in keys:
        key.set_linestyle("none")
        key.set_marker("o")
    legend_below(figure, [*keys, *(marker_key(name, sign) for name, sign in marker.items())], 2)
