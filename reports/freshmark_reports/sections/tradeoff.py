"""Accuracy against cost, the front that nothing beats on both, and what the limits leave of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from freshmark import Chart, Column, Results, Section, Table, Value
from freshmark.reporting import format_number, join_words, metric_label, pareto, row_label, with_margin

from freshmark_reports.choice import rows_of

MOST_MARKS = 60
"""More cannot be distinguished, and take long to draw."""

CPU, MONEY = "cpu_seconds_per_million", "cost_per_million"


def cost_of(results: Results) -> tuple[str, str]:
    """The column of cost, and how it is called: money where there are prices, as in the verdict."""
    return (MONEY, "cost") if results.prices else (CPU, "CPU")


def section(results: Results) -> Sequence[Section]:
    """One chart a stream, beside the verdict."""
    found = []
    for stream in results.streams:
        rows = rows_of(results, stream)
        rows = rows[rows[cost_of(results)[0]] > 0].reset_index(drop=True)
        if len(rows):
            found.append(Section("Accuracy against cost", (_chart(results, rows),), stream, lead=True, order=200))
    return found


def _chart(results: Results, rows: pd.DataFrame) -> Chart:
    metric = str(rows["metric"].iloc[0])
    sign = 1.0 if results.better(metric) == "higher" else -1.0
    cost, word = cost_of(results)
    front = pareto(rows[cost].to_numpy(float), sign * rows["value"].to_numpy(float))
    first = np.argsort(~front, kind="stable")  # the front, then the best
    rows = rows.assign(front=front, drawn=np.isin(np.arange(len(rows)), first[:MOST_MARKS]))
    rows = rows.sort_values(cost, kind="stable").reset_index(drop=True)
    table = Table(
        (
            Column("Strategy"),
            Column("Updated"),
            Column("Cost / M events" if results.prices else "CPU s / M events", "number"),
            Column(metric_label(metric), "number"),
            Column("On the front"),
            *([Column("Outside the limits by")] if results.budget else []),
        ),
        tuple(
            (
                row["strategy"],
                row["schedule"],
                row[cost],
                Value(row["value"], row["margin"]),
                "yes" if row["front"] else "",
                *([row["excluded"]] if results.budget else []),
            )
            for _, row in rows.iterrows()
        ),
        "Cost and accuracy of every row",
    )
    finding = _finding(rows, metric, cost, word) + _inside(results, rows)
    if not rows["drawn"].all():
        finding += f" Drawn are the front and the best of the rest, {rows['drawn'].sum()} of {len(rows)}."
    return Chart(partial(_draw, results, rows), finding, table)


def _inside(results: Results, rows: pd.DataFrame) -> str:
    """How many rows the limits leave, where there are limits."""
    if not results.budget:
        return ""
    inside = int((rows["excluded"] == "").sum())
    rest = "" if inside == len(rows) else "; the others are crossed out"
    return f" Within {results.budget.in_words()}: {inside} of {len(rows)}{rest}."


def _finding(rows: pd.DataFrame, metric: str, cost: str, word: str) -> str:
    best = rows[rows["front"]]
    names = [row_label(row["strategy"], row["every"], row["delay"]) for _, row in best.iterrows()]
    if len(names) == 1:
        return f"{names[0]} is at once the best and the cheapest of {len(rows)}."
    first, last = best.iloc[0], best.iloc[-1]
    times = format_number(last[cost] / first[cost], 2)
    if len(names) == len(rows):
        start = f"No row is both cheaper and better than another. From {names[0]} to {names[-1]}, "
        return f"{start}{times} times the {word} takes {_span(metric, first, last)}."
    few = join_words(names) if len(names) <= 3 else f"from {names[0]} to {names[-1]}"  # noqa: PLR2004
    return (
        f"{len(names)} of {len(rows)} are on the front, {few}: {times} times the {word} takes "
        f"{_span(metric, first, last)}."
    )


def _span(metric: str, first: Any, last: Any) -> str:
    return f"{metric_label(metric)} from {format_number(first['value'])} to {format_number(last['value'])}"


def _draw(results: Results, rows: pd.DataFrame, figure: Any) -> None:
    # Imported here: the other report formats do not need matplotlib.
    from freshmark_reports.drawing.marks import mark  # noqa: PLC0415
    from freshmark_reports.drawing.palette import (  # noqa: PLC0415
        ink,
        legend_below,
        line_key,
        looks,
        marker_key,
        markers,
        paper,
        plain_log,
    )

    axes = figure.subplots()
    cost, _ = cost_of(results)
    rows = rows[rows["drawn"]]  # each still under its place in the table
    look, marker = looks(results), markers(rows.sort_values("interval_seconds")["schedule"])
    step = rows[rows["front"]]
    axes.step(step[cost], step["value"], where="post", color=ink(), linewidth=1, alpha=0.45, zorder=1)
    for place, row in rows.iterrows():
        on_front = row["front"]
        colour = look[row["strategy"]].colour
        marks = axes.errorbar(
            row[cost],
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
        for part in marks.get_children():
            mark(part, row, [with_margin(row["value"], row["margin"])], [place] if part is marks.lines[0] else ())
    plain_log(axes.xaxis)
    axes.set_xlabel("Cost of a million events" if results.prices else "CPU seconds for a million events")
    axes.set_title(metric_label(str(rows["metric"].iloc[0])))
    keys = [line_key(name, look[name]) for name in look if name in set(rows["strategy"])]
    for key in keys:
        key.set_linestyle("none")
        key.set_marker("o")
    keys += _limits(results, rows, axes)
    legend_below(figure, [*keys, *(marker_key(name, sign) for name, sign in marker.items())], 2)


def _limits(results: Results, rows: pd.DataFrame, axes: Any) -> list[Any]:
    """The costs within the limit, shaded, and a cross over every row that is outside of any; their keys."""
    from matplotlib.lines import Line2D  # noqa: PLC0415  (as above)

    from freshmark_reports.drawing.palette import ink, muted  # noqa: PLC0415

    keys = []
    if results.budget.cost is not None:
        low, high = axes.get_xlim()
        edge = results.budget.cost
        box: dict[str, Any] = {"color": muted(), "label": f"cost ≤ {format_number(edge)}"}
        low, high = min(low, edge / 2), max(high, edge * 1.2)
        axes.axvspan(low, edge, alpha=0.14, linewidth=0, zorder=0, **box)
        axes.set_xlim(low, high)
        keys.append(Line2D([], [], marker="s", linestyle="none", **box))
    out = rows[rows["excluded"] != ""]
    if len(out):
        cross: dict[str, Any] = {"marker": "x", "color": ink(), "markersize": 11, "linestyle": "none"}
        cross["label"] = "outside the limits"
        axes.plot(out[cost_of(results)[0]], out["value"], **cross)
        keys.append(Line2D([], [], **cross))
    return keys
