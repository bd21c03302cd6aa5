"""Accuracy against cost, the front that nothing beats on both, and what the limits leave of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from freshmark import Chart, Column, Results, Section, Table, Value
from freshmark.reporting import format_number, join_words, metric_label, pareto, row_label, with_margin

from freshmark_reports import drawing
from freshmark_reports.choice import rows_of

MOST_MARKS = 60
"""More cannot be distinguished, and take long to draw."""

CPU, MONEY = "cpu_seconds_per_million", "cost_per_million"
MARGIN = {CPU: "cpu_seconds_margin", MONEY: "cost_margin"}


def cost_of(results: Results) -> tuple[str, str]:
    """The column of cost, and how it is called: money where there are prices, as in the verdict."""
    return (MONEY, "cost") if results.prices else (CPU, "CPU")


def section(results: Results) -> Sequence[Section]:
    """One chart a stream, next to the verdict."""
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
            Column("CPU s of updates", "number"),
            Column("CPU s of answers", "number"),
            Column("On the front"),
            *([Column("Outside the limits by")] if results.budget else []),
        ),
        tuple(
            (
                row["strategy"],
                row["schedule"],
                Value(row[cost], row[MARGIN[cost]]),
                Value(row["value"], row["margin"]),
                row["update_cpu_seconds_per_million"],
                row["answer_cpu_seconds_per_million"],
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
    axes, (cost, _) = figure.subplots(), cost_of(results)
    rows = rows[rows["drawn"]]  # each still under its place in the table
    look, marker = drawing.looks(results), drawing.markers(rows.sort_values("interval_seconds")["schedule"])
    step = rows[rows["front"]]
    axes.step(step[cost], step["value"], where="post", color=drawing.ink(), linewidth=1, alpha=0.45, zorder=1)
    for strategy in dict.fromkeys(map(str, rows["strategy"])):
        own = rows[rows["strategy"] == strategy]
        style: dict[str, Any] = {"color": look[strategy].colour, "label": strategy}
        values = [with_margin(*one) for one in zip(own["value"], own["margin"], strict=True)]
        size = own["margin"].fillna(0.0)
        bars = axes.vlines(own[cost], own["value"] - size, own["value"] + size, linewidth=1, **style)
        within = own[MARGIN[cost]].fillna(0.0)
        low = np.maximum(own[cost] - within, own[cost] / 10)  # the axis is logarithmic: nothing reaches 0
        drawing.mark(axes.hlines(own["value"], low, own[cost] + within, linewidth=1, **style), own, values)
        drawing.sns.scatterplot(own, x=cost, y="value", style="schedule", markers=marker, size="front", legend=False,
                                sizes={True: 64, False: 42}, linewidth=1.4, ax=axes, zorder=2, **style)  # fmt: skip
        points = axes.collections[-1]
        points.set(facecolor=[style["color"] if one else drawing.paper() for one in own["front"]],
                   edgecolor=style["color"])  # fmt: skip
        drawing.mark(bars, own, values)
        drawing.mark(points, own, values, own.index)
    drawing.plain_log(axes.xaxis)
    axes.set(xlabel="Cost of a million events" if results.prices else "CPU seconds for a million events", ylabel="")
    axes.set_title(metric_label(str(rows["metric"].iloc[0])))
    keys = [drawing.line_key(name, look[name], "o") for name in look if name in set(rows["strategy"])]
    for key in keys:
        key.set_linestyle("none")
    keys += _limits(results, rows, axes)
    drawing.legend_below(figure, [*keys, *(drawing.marker_key(name, sign) for name, sign in marker.items())], 2)


def _limits(results: Results, rows: pd.DataFrame, axes: Any) -> list[Any]:
    """The costs within the limit, shaded, and a cross over every row that is outside of any; their keys."""
    from matplotlib.lines import Line2D  # noqa: PLC0415  (as above)

    keys = []
    if results.budget.cost is not None:
        low, high = axes.get_xlim()
        edge = results.budget.cost
        box: dict[str, Any] = {"color": drawing.muted(), "label": f"cost ≤ {format_number(edge)}"}
        low, high = min(low, edge / 2), max(high, edge * 1.2)
        axes.axvspan(low, edge, alpha=0.14, linewidth=0, zorder=0, **box)
        axes.set_xlim(low, high)
        keys.append(Line2D([], [], marker="s", linestyle="none", **box))
    out = rows[rows["excluded"] != ""]
    if len(out):
        cross: dict[str, Any] = {"marker": "x", "color": drawing.ink(), "markersize": 11, "linestyle": "none"}
        cross["label"] = "outside the limits"
        axes.plot(out[cost_of(results)[0]], out["value"], **cross)
        keys.append(Line2D([], [], **cross))
    return keys
