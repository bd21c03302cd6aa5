"""Accuracy over time, with updates, declared and detected drifts, and the best achievable accuracy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from freshmark import Chart, Column, Entry, FloatArray, IntArray, Results, Section, Table
from freshmark.reporting import format_number, metric_label, row_label

from freshmark_reports import drawing
from freshmark_reports.choice import best_of_each, keys_of, rows_of, selection_note
from freshmark_reports.detections import Detections, detections_of
from freshmark_reports.windows import Curve, curve_of, dates, margin_of, oracle_curve

MOST_TICKS = 150
CROWDED = 0.09
"""Share of the time axis below which two marks are so close that their names go on two lines."""


@dataclass(frozen=True)
class ChartData:
    """The data of the chart.

    curves: name → the metric; gains: name → gain over the same strategy never updated
    margin: (points,), half the 95 % interval of the first curve
    detections: when a detector found that answers got worse
    """

    rows: pd.DataFrame
    curves: Mapping[str, Curve]
    gains: Mapping[str, FloatArray]
    margin: FloatArray
    oracle: Curve | None
    detections: Detections


def section(results: Results) -> Sequence[Section]:
    """One chart for each stream with at least two windows."""
    found = []
    for stream, record in results.streams.items():
        rows = rows_of(results, stream)
        if len(rows) and record.windows > 1:
            found.append(Section("Accuracy over time", (_chart(results, stream, rows),), stream, order=300))
    return found


def _chart(results: Results, stream: str, rows: pd.DataFrame) -> Chart:
    shown = best_of_each(rows)
    metric = str(rows["metric"].iloc[0])
    curves = {_name(row): curve_of(results, row) for _, row in shown.iterrows()}
    oracle = oracle_curve(results, stream, metric)
    known = {**curves, "oracle": oracle[0]} if oracle else curves
    best = rows.iloc[0]
    gains = _gains(results, rows, shown, curves)
    finding = _finding(best, next(iter(curves.values())), oracle[1] if oracle else None)
    finding += _gained(best, rows, metric)
    together = next(iter(curves.values())).together
    if together > 1:
        finding += f" Each point is the mean of {together} windows."
    table = Table(
        (Column("Window begins"), *(Column(name, "number") for name in known)),
        _rows(known),
        f"{metric_label(metric)} by window",
    )
    detections = detections_of(results, rows)
    finding += detections.said
    drawn = ChartData(shown, curves, gains, margin_of(results, best), oracle[0] if oracle else None, detections)
    draw = partial(_draw, results, stream, drawn)
    return Chart(draw, finding + selection_note(len(shown), rows), table, wide=True, height=1.2 if gains else 1.0)


def _name(row: Any) -> str:
    return row_label(row["strategy"], row["every"], row["delay"])


def _gains(
    results: Results, rows: pd.DataFrame, shown: pd.DataFrame, curves: Mapping[str, Curve]
) -> dict[str, FloatArray]:
    """The gain of each over itself without updates, by window; never updated rows have none."""
    found = {}
    sign = 1.0 if results.better(str(rows["metric"].iloc[0])) == "higher" else -1.0
    for _, row in shown.iterrows():
        still = rows[(rows["strategy"] == row["strategy"]) & (rows["every"] == "never")]
        if len(still) and row["every"] != "never":
            found[_name(row)] = sign * (curves[_name(row)].value - curve_of(results, still.iloc[0]).value)
    return found


def _gained(best: Any, rows: pd.DataFrame, metric: str) -> str:
    still = rows[(rows["strategy"] == best["strategy"]) & (rows["every"] == "never")]
    if best["every"] == "never" or not len(still):
        return ""
    return f" Never updated, it has {metric_label(metric)} {format_number(still.iloc[0]['value'])}."


def _rows(curves: Mapping[str, Curve]) -> tuple[tuple[Entry, ...], ...]:
    begin = next(iter(curves.values())).begin
    times = [str(time).replace("T", " ") for time in dates(begin).astype("datetime64[s]")]
    return tuple(
        (time, *(float(f"{curve.value[place]:.4g}") for curve in curves.values())) for place, time in enumerate(times)
    )


def _finding(best: Any, curve: Curve, achievable: float | None) -> str:
    known = curve.value[np.isfinite(curve.value)]
    least, most = format_number(known.min()), format_number(known.max())
    text = f"{_name(best)} moves between {least} and {most} from window to window"
    if achievable:
        share = best["value"] / achievable if best["value"] < achievable else achievable / best["value"]
        text += f", and reaches {100 * share:.0f}\u00a0% of the oracle's {format_number(achievable)}"
    return text + "."


def _draw(results: Results, stream: str, shown: ChartData, figure: Any) -> None:
    heights = [6, *([2.2] if shown.gains else []), 0.4 + 0.22 * len(shown.rows)]
    panels = figure.subplots(len(heights), 1, sharex=True, height_ratios=heights)
    upper, begin = panels[0], dates(next(iter(shown.curves.values())).begin)
    values = {name: one.value for name, one in shown.curves.items()}
    keys = drawing.curves(upper, results, shown.rows, begin, values, margins={next(iter(values)): shown.margin})
    if shown.gains:
        updated = shown.rows[[name in shown.gains for name in values]]
        drawing.curves(panels[1], results, updated, begin, shown.gains, linewidth=1.3)
        panels[1].axhline(0, color=drawing.ink(), linewidth=0.8, alpha=0.5)
        panels[1].set_title("gain from updating", fontsize=10)
    if shown.oracle is not None:
        style = {"color": drawing.ink(), "linewidth": 1.1, "alpha": 0.55, "label": "oracle"}
        keys += upper.plot(dates(shown.oracle.begin), shown.oracle.value, **style)
    upper.set_title(metric_label(str(shown.rows["metric"].iloc[0])), pad=24 if results.streams[stream].drifts else 6)
    drawing.label_ends(upper, dict(zip(values, map(str, shown.rows["strategy"]), strict=True)) | {"oracle": "oracle"})
    _drifts(results, stream, upper)
    keys += _mark_detections(shown.detections, upper)
    _ticks(results, shown.rows, panels[-1])
    drawing.legend_below(figure, keys, 3)


def _drifts(results: Results, stream: str, axes: Any) -> None:
    """Declared drifts: a line at the start, a band for the duration."""
    first, last = int(results.streams[stream].edges[0]), int(results.streams[stream].edges[-1])
    before, level = first - last, 0
    for drift in results.streams[stream].drifts:
        begin, end = int(drift["begin"]), int(drift["end"])
        if end < first or begin >= last:
            continue
        begin, end = max(begin, first), min(end, last)
        level = (level + 1) % 2 if (begin - before) / (last - first) < CROWDED else 0
        before = begin
        axes.axvline(dates([begin])[0], color=drawing.muted(), linewidth=1, linestyle=(0, (2, 2)))
        if end > begin:
            axes.axvspan(*dates([begin, end]), color=drawing.muted(), alpha=0.12, linewidth=0)
        name = axes.annotate(
            str(drift["kind"]),
            (dates([begin])[0], 1),
            (0, 2 + 11 * level),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            color=drawing.muted(),
            fontsize=9.5,
        )
        drawing.at_moment(name)


def _mark_detections(detections: Detections, axes: Any) -> list[Any]:
    """Triangles at the top, unlike declared drifts; their legend entry."""
    from matplotlib.lines import Line2D  # noqa: PLC0415  (as above)

    if not len(detections.time):
        return []
    mark: dict[str, Any] = {
        "marker": "v",
        "color": drawing.ink(),
        "markersize": 7,
        "linestyle": "none",
        "label": "detected rise of the loss",
    }
    few = _few(detections.time)
    axes.plot(dates(few), np.full(len(few), 0.97), transform=axes.get_xaxis_transform(), **mark)
    return [Line2D([], [], **mark)]


def _few(times: IntArray) -> IntArray:
    """As many as can be distinguished."""
    return times[np.unique(np.linspace(0, len(times) - 1, MOST_TICKS).astype(np.int64))]


def _ticks(results: Results, shown: pd.DataFrame, axes: Any) -> None:
    look = drawing.looks(results)
    for place, (_, row) in enumerate(shown.iterrows()):
        made = results.table(keys_of(results, row)[0], "updates")
        live = made["live"][~made["fit"].astype(np.bool_)]
        if len(live):
            few = _few(live)
            ticks = {"color": look[row["strategy"]].colour, "markersize": 7, "label": _name(row)}
            drawing.mark(axes.plot(dates(few), np.full(len(few), -place), "|", **ticks)[0], row)
    axes.set_ylim(-len(shown) + 0.4, 0.6)
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.set_title("updates", fontsize=10)
