"""Latency over time: the slowest request of each group of windows, so that stalls are visible."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from freshmark import Chart, Column, Entry, FloatArray, IntArray, Results, Table
from freshmark.reporting import format_seconds, row_label

from freshmark_reports import drawing
from freshmark_reports.choice import best_of_each, keys_of, selection_note
from freshmark_reports.windows import dates

MOST_POINTS = 120


def stalls(results: Results, rows: pd.DataFrame) -> Chart | None:
    """The chart; None if the stream has too few windows."""
    stream = str(rows["stream"].iloc[0])
    windows = results.streams[stream].windows
    shown = best_of_each(rows)
    if windows < 3:  # noqa: PLR2004
        return None
    together = -(-windows // MOST_POINTS)
    begin = results.streams[stream].edges[np.arange(0, windows, together)]
    found = {_name(row): _slowest(results, row, together, len(begin)) for _, row in shown.iterrows()}
    slowest = {name: values for name, values in found.items() if np.isfinite(values).any()}
    if not slowest:
        return None
    table = Table(
        (Column("Window begins"), *(Column(name, "seconds") for name in slowest)),
        _rows(begin, slowest),
        "The slowest request of each window",
    )
    draw = partial(_draw, results, shown[[name in slowest for name in found]], begin, slowest)
    return Chart(draw, _finding(begin, slowest) + selection_note(len(shown), rows), table, wide=True, height=0.75)


def _name(row: Any) -> str:
    return row_label(row["strategy"], row["every"], row["delay"])


def _slowest(results: Results, row: pd.Series, together: int, points: int) -> FloatArray:
    """(points,) seconds, median over seeds: a stall in one process alone is not due to the strategy."""
    found = []
    for key in keys_of(results, row):
        table = results.table(key, "latencies")
        values = np.full(points, -np.inf)
        kept = ~table["first"].astype(np.bool_)
        np.maximum.at(values, table["window"][kept] // together, table["seconds"][kept])
        found.append(np.where(np.isfinite(values), values, np.nan))
    return np.asarray(np.median(found, axis=0))


def _rows(begin: IntArray, slowest: Mapping[str, FloatArray]) -> tuple[tuple[Entry, ...], ...]:
    times = [str(time).replace("T", " ") for time in dates(begin).astype("datetime64[s]")]
    return tuple((time, *(float(f"{one[place]:.3g}") for one in slowest.values())) for place, time in enumerate(times))


def _finding(begin: IntArray, slowest: Mapping[str, FloatArray]) -> str:
    """The row whose worst window stands out most from its median window."""
    times = {name: float(np.nanmax(values) / np.nanmedian(values)) for name, values in slowest.items()}
    worst = max(times, key=lambda name: times[name])
    values = slowest[worst]
    when = str(dates(begin)[int(np.nanargmax(values))].astype("datetime64[D]"))
    return (
        f"Slowest requests: {worst} took {format_seconds(float(np.nanmax(values)))} at worst, around {when}: "
        f"{times[worst]:.1f} times the slowest request of its median window."
    )


def _draw(
    results: Results, shown: pd.DataFrame, begin: IntArray, slowest: Mapping[str, FloatArray], figure: Any
) -> None:
    axes = figure.subplots()
    keys = drawing.curves(axes, results, shown, dates(begin), slowest, linewidth=1.3)
    drawing.plain_log(axes.yaxis, format_seconds)
    axes.set_title("Slowest request of each window")
    drawing.legend_below(figure, keys, 3)
