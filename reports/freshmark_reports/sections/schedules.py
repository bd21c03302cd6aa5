"""How often: accuracy and cost against the time between updates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from freshmark import Chart, Column, Results, Section, Table, Value
from freshmark.reporting import duration_label, format_number, metric_label, schedule_label, with_margin

from freshmark_reports import drawing
from freshmark_reports.choice import MOST_LINES, rows_of

COST = "cpu_seconds_per_million"
NEVER = 4.0
"""How many times further right than the longest interval ``never`` stands."""


def section(results: Results) -> Sequence[Section]:
    """One chart for each stream that was replayed at two schedules or more."""
    found = []
    for stream in results.streams:
        rows = rows_of(results, stream)
        rows = rows[rows["delay"].isin(["0s", ""])]
        if len(set(rows["every"])) > 1:
            curves = results.curves()
            knees = curves[(curves["stream"] == stream) & curves["knee"]]
            found.append(Section("How often", (_chart(results, rows, knees),), stream, order=500))
    return found


def _chart(results: Results, rows: pd.DataFrame, knees: pd.DataFrame) -> Chart:
    metric = str(rows["metric"].iloc[0])
    strategies = list(dict.fromkeys(rows["strategy"]))[:MOST_LINES]
    shown = rows[rows["strategy"].isin(strategies)].sort_values(["strategy", "interval_seconds"], kind="stable")
    shown = shown.reset_index(drop=True)
    flat = set(zip(knees["strategy"], knees["every"], knees["delay"], strict=True))
    bends = [place for place, row in enumerate(shown.to_dict("records")) if _place(row) in flat]
    table = Table(
        (
            Column("Strategy"),
            Column("Updated"),
            Column("Stream time between", "seconds"),
            Column(metric_label(metric), "number"),
            Column("CPU s / M events", "number"),
            Column("CPU s of updates", "number"),
            Column("CPU s of answers", "number"),
            Column(
                "Good enough",
                about="the schedule that the rule picks for this strategy, if any is shown to be",
            ),
        ),
        tuple(
            (
                row["strategy"],
                row["schedule"],
                row["interval_seconds"] if np.isfinite(row["interval_seconds"]) else None,
                Value(row["value"], row["margin"]),
                Value(row[COST], row["cpu_seconds_margin"]),
                row["update_cpu_seconds_per_million"],
                row["answer_cpu_seconds_per_million"],
                "knee" if place in bends else "",
            )
            for place, row in enumerate(shown.to_dict("records"))
        ),
        "Accuracy and cost by schedule",
    )
    finding = _finding(shown, results.better(metric), metric, bends)
    return Chart(partial(_draw, results, shown, bends), finding, table, wide=True, height=1.0)


def _place(row: Mapping[Any, Any]) -> tuple[Any, Any, Any]:
    return row["strategy"], row["every"], row["delay"]


def _finding(shown: pd.DataFrame, better: str, metric: str, knees: Sequence[int]) -> str:
    """What the best strategy gains from its rarest schedule to its best one, and where its curve flattens."""
    sign = 1 if better == "higher" else -1
    rows = shown.to_dict("records")
    best = max(rows, key=lambda row: sign * row["value"])
    own = [row for row in rows if row["strategy"] == best["strategy"]]
    rarest, name = own[-1], metric_label(metric)
    if rarest is best:
        return (
            f"{best['strategy']} is at its best {schedule_label(best['every'])}: {name} {format_number(best['value'])}."
        )
    text = (
        f"{best['strategy']} goes from {name} {format_number(rarest['value'])} {schedule_label(rarest['every'])} "
        f"to {format_number(best['value'])} {schedule_label(best['every'])}."
    )
    knee = next((rows[place] for place in knees if rows[place]["strategy"] == best["strategy"]), best)
    if knee is best:
        return text
    return (
        f"{text} {schedule_label(knee['every']).capitalize()} (ring), {format_number(knee['value'])}, is shown to be "
        f"good enough, and takes {100 * knee[COST] / best[COST]:.0f}\u00a0% of the CPU."
    )


def _draw(results: Results, rows: pd.DataFrame, bends: Sequence[int], figure: Any) -> None:
    look = drawing.looks(results)
    panels = figure.subplots(1, 2, sharex=True)
    place = _places(rows)
    for strategy in dict.fromkeys(map(str, rows["strategy"])):
        own = rows[rows["strategy"] == strategy]
        at = [place[every] for every in own["every"]]
        style: dict[str, Any] = {"label": strategy, "entries": own.index, "marker": look[strategy].marker}
        values = [with_margin(*one) for one in zip(own["value"], own["margin"], strict=True)]
        drawing.curve(panels[0], own, at, own["value"], look[strategy], values=values, margin=own["margin"], bars=True,
                      **style)  # fmt: skip
        costs = [with_margin(*one) for one in zip(own[COST], own["cpu_seconds_margin"], strict=True)]
        reach = np.minimum(own["cpu_seconds_margin"], 0.9 * own[COST])  # the axis is logarithmic: nothing reaches 0
        drawing.curve(panels[1], own, at, own[COST], look[strategy], values=costs, margin=reach, bars=True, **style)
    for one in bends:
        ring = {"marker": "o", "markersize": 12, "markerfacecolor": "none", "markeredgecolor": drawing.ink(),
                "linestyle": "none", "label": rows["strategy"].iloc[one]}  # fmt: skip
        drawing.mark(panels[0].plot(place[str(rows["every"].iloc[one])], rows["value"].iloc[one], **ring)[0],
                     rows.iloc[one])  # fmt: skip
    panels[0].set_title(metric_label(str(rows["metric"].iloc[0])))
    panels[1].set_title("CPU seconds for a million events")
    drawing.plain_log(panels[1].yaxis)
    for axes in panels:
        axes.set_xscale("log")
        axes.set_xticks(list(place.values()), [_label(every) for every in place], color=drawing.muted())
        axes.minorticks_off()
        axes.set(xlabel="updated every", ylabel="")
    strategies = dict.fromkeys(rows["strategy"])
    drawing.legend_below(figure, [drawing.line_key(one, look[one], look[one].marker) for one in strategies], 3)


def _label(every: str) -> str:
    return f"{int(every):,}" if every.isdigit() else duration_label(every)


def _places(rows: pd.DataFrame) -> dict[str, float]:
    """Where each schedule stands: stream seconds between its updates; ``never`` to the right of all."""
    known = rows[np.isfinite(rows["interval_seconds"])].groupby("every", sort=False)["interval_seconds"].median()
    places = {str(every): float(seconds) for every, seconds in known.sort_values().items()}
    furthest = max(places.values(), default=1.0)
    return places | {str(every): furthest * NEVER for every in rows["every"] if every not in places}
