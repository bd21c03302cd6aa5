"""The price of slow updates: accuracy if updates took no time, and accuracy with their measured delay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from freshmark import Chart, Column, Results, Section, Table, Value
from freshmark.reporting import format_number, metric_label, row_label, with_margin

from freshmark_reports import drawing
from freshmark_reports.choice import rows_of
from freshmark_reports.periods import period_label

MOST = 24
"""Maximum number of rows drawn; the table has all."""


def section(results: Results) -> Sequence[Section]:
    """One chart for each stream with a measured delay of updates."""
    prices = results.slowness()
    found = []
    for stream in results.streams:
        rows = rows_of(results, stream)[["strategy", "every", "delay"]]
        own = rows.merge(prices[prices["stream"] == stream], on=["strategy", "every", "delay"])
        own = own[own["updates_free"] > 0].reset_index(drop=True)
        if len(own):
            found.append(Section("The price of slow updates", (_chart(own),), stream, order=700))
    return found


def _chart(rows: pd.DataFrame) -> Chart:
    metric = metric_label(str(rows["metric"].iloc[0]))
    table = Table(
        (
            Column("Strategy"),
            Column("Free", "number", f"{metric} if updates took no time"),
            Column("Served", "number", f"{metric} with the measured delay of updates"),
            Column("Price", "number", "how much worse served is than free"),
            Column("Update", "seconds", "mean duration of an update, in stream time"),
            Column("Busy", "share", "share of stream time spent updating; from 100 % on updates cannot keep up"),
            Column("Updates free", "count"),
            Column("Updates served", "count", "fewer, if boundaries fell into a running update"),
        ),
        tuple(
            (
                row_label(row["strategy"], row["every"], row["delay"]),
                row["free"],
                row["served"],
                Value(row["price"], row["margin"]),
                row["update_seconds"],
                row["busy"],
                round(row["updates_free"]),
                round(row["updates_served"]),
            )
            for _, row in rows.iterrows()
        ),
        f"{metric}, free and served",
    )
    drawn = rows.head(MOST)
    return Chart(partial(_draw, drawn), _finding(rows, metric), table, wide=True, height=0.5 + len(drawn) / 14)


def _finding(rows: pd.DataFrame, metric: str) -> str:
    """Which row loses most and why, and how many lose significantly."""
    sure = rows[rows["distinguishable"] & (rows["price"] > 0)]
    if sure.empty:
        return f"No row loses significantly in {metric} because its updates take time."
    dearest = max(sure.to_dict("records"), key=lambda row: row["price"])
    return (
        f"{row_label(dearest['strategy'], dearest['every'], dearest['delay'])} loses most: {metric} "
        f"{format_number(dearest['free'])} if updates took no time, {format_number(dearest['served'])} with their "
        f"delay, a loss of {with_margin(dearest['price'], dearest['margin'])}. {_pace(dearest)}"
        f"{len(sure)} of {len(rows)} rows lose significantly."
    )


def _pace(row: Mapping[Any, Any]) -> str:
    text = f"An update takes {period_label(row['update_seconds'])}"
    merged = round(row["updates_free"]) - round(row["updates_served"])
    if merged > 0:
        text += f"; {merged:,} of {round(row['updates_free']):,} were merged into the next one or came too late"
    return f"{text}. "


def _draw(rows: pd.DataFrame, figure: Any) -> None:
    axes = figure.subplots()
    place = np.arange(len(rows))[::-1]
    axes.hlines(place, rows["served"], rows["free"], color=drawing.muted(), linewidth=1.5, zorder=1)
    for name, fill in (("free", drawing.paper()), ("served", drawing.ink())):
        drawing.sns.scatterplot(x=rows[name], y=place, s=40, facecolor=fill, edgecolor=drawing.ink(), ax=axes)
        drawing.mark(axes.collections[-1], rows, list(map(format_number, rows[name])), rows.index)
    names = [row_label(row["strategy"], row["every"], row["delay"]) for _, row in rows.iterrows()]
    axes.set_yticks(place, names)
    axes.set(xlabel=metric_label(str(rows["metric"].iloc[0])), ylabel="")
    keys = [drawing.marker_key("served", "o"), drawing.marker_key("free: if updates took no time", "o")]
    keys[0].set_markerfacecolor(drawing.ink())
    drawing.legend_below(figure, keys, 2)
