"""Accuracy by segment: new and known users, new, popular and other items, users by length of their history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from freshmark import Chart, Column, FloatArray, IntArray, Results, Section, Table, Value
from freshmark.reporting import format_number, metric_label, row_label, segment_margins, with_margin

from freshmark_reports import drawing
from freshmark_reports.choice import best_of_each, keys_of, rows_of, selection_note
from freshmark_reports.history import history

MOST_ADDED = 6
"""Segments of plugins that the sentence names; the table has them all."""


@dataclass(frozen=True)
class Served:
    """Values of every row shown by segment, (rows, segments), and events of each segment, (segments,)."""

    segments: tuple[str, ...]
    value: FloatArray
    margin: FloatArray
    count: IntArray


def section(results: Results) -> Sequence[Section]:
    """Two charts per stream."""
    found = []
    for stream in results.streams:
        rows = rows_of(results, stream)
        if len(rows):
            charts = (_chart(results, rows), history(results, rows))
            found.append(Section("Who is served", tuple(chart for chart in charts if chart), stream, order=900))
    return found


def _chart(results: Results, rows: pd.DataFrame) -> Chart:
    shown = best_of_each(rows)
    metric = str(rows["metric"].iloc[0])
    served = _served(results, shown, metric)
    table = Table(
        (Column("Segment"), Column("Events", "count"), *(Column(_name(row), "number") for _, row in shown.iterrows())),
        tuple(
            (
                name,
                int(served.count[place]),
                *(Value(*one) for one in zip(served.value[:, place], served.margin[:, place], strict=True)),
            )
            for place, name in enumerate(served.segments)
        ),
        f"{metric_label(metric)} by segment ± half the 95 % interval",
    )
    finding = _finding(shown.iloc[0], served, metric, results.recorded.segments.added)
    finding += selection_note(len(shown), rows)
    return Chart(
        partial(_draw, results, shown, served), finding, table, wide=True, height=max(0.95, 0.15 * len(served.segments))
    )


def _name(row: Any) -> str:
    return row_label(row["strategy"], row["every"], row["delay"])


def _served(results: Results, shown: pd.DataFrame, metric: str) -> Served:
    rows = [[results.measured(key, [metric])[0] for key in keys_of(results, row)] for _, row in shown.iterrows()]
    first = rows[0][0]
    values = [np.mean([cell.value[:, -1] for cell in cells], axis=0) for cells in rows]
    return Served(first.segments, np.array(values), np.array([*map(segment_margins, rows)]), first.count[:, -1])


def _finding(best: Any, served: Served, metric: str, added: Sequence[str]) -> str:
    by = dict(zip(served.segments, served.value[0].tolist(), strict=True))
    share = served.count[served.segments.index("new item")] / served.count[0]
    more = [f"{name} {format_number(by[name])}" for name in added if np.isfinite(by[name])]
    rest = f", and {len(more) - MOST_ADDED} more" if len(more) > MOST_ADDED else ""
    return (
        f"{metric_label(metric)} of {_name(best)}: {format_number(by['new user'])} for new users, "
        f"{format_number(by['known user'])} for known ones; {format_number(by['new item'])} for new items, which are "
        f"{100 * share:.0f}\u00a0% of the events."
    ) + (f" In the segments of plugins: {', '.join(more[:MOST_ADDED])}{rest}." if more else "")


def _draw(results: Results, shown: pd.DataFrame, served: Served, figure: Any) -> None:
    axes, names = figure.subplots(), [_name(row) for _, row in shown.iterrows()]
    look = [drawing.looks(results)[strategy] for strategy in shown["strategy"]]
    labels = [f"{name} ({number:,})" for name, number in zip(served.segments, served.count.tolist(), strict=True)]
    # Value and ends of each interval: their median is the value, and their range the interval; nothing is estimated.
    ends = np.stack([served.value - served.margin, served.value, served.value + served.margin])
    row, segment = np.indices(served.value.shape)
    frame = pd.DataFrame(
        {"row": np.tile(np.array(names)[row].ravel(), 3), "segment": np.tile(np.array(labels)[segment].ravel(), 3),
         "value": ends.ravel()}
    )  # fmt: skip
    drawing.sns.pointplot(
        frame, x="value", y="segment", hue="row", order=labels, hue_order=names, palette=[one.colour for one in look],
        markers=[one.marker for one in look], linestyle="none", dodge=0.62 if len(names) > 1 else False, markersize=6,
        estimator="median", errorbar=("pi", 100), err_kws={"linewidth": 1, "alpha": 0.6}, legend=False, ax=axes,
    )  # fmt: skip
    size = len(axes.lines) // len(names)  # a line of points, and a bar for each of them
    for place, (_, one) in enumerate(shown.iterrows()):
        points, *bars = axes.lines[place * size : (place + 1) * size]
        values = [with_margin(*both) for both in zip(served.value[place], served.margin[place], strict=True)]
        drawing.mark(points, one, values, range(len(labels)))
        for bar in bars:
            drawing.mark(bar, one)
        for artist in (points, *bars):
            artist.set_label(names[place])
    axes.set_yticks(np.arange(len(labels) - 1) + 0.5, minor=True)
    axes.grid(visible=True, axis="y", which="minor")
    axes.set(xlabel="", ylabel="", title=metric_label(str(shown["metric"].iloc[0])))
    drawing.legend_below(figure, [axes.lines[place * size] for place in range(len(names))], 3)
