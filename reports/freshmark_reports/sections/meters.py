"""What the meters of plugins read, window by window."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from freshmark import Chart, Column, FloatArray, Kind, Results, Section, Table
from freshmark.reporting import format_bytes, format_number, format_seconds, row_label

from freshmark_reports import drawing
from freshmark_reports.choice import best_of_each, keys_of, rows_of, selection_note
from freshmark_reports.windows import dates

MOST_POINTS = 300
UNITS = {"_bytes": ("bytes", format_bytes), "_seconds": ("seconds", format_seconds)}
"""How a name ends → the kind of the column, and the format of a value."""


def section(results: Results) -> Sequence[Section]:
    """A chart for every number of every meter; nothing for a stream without meters."""
    sections = []
    for stream in results.streams:
        rows = rows_of(results, stream)
        shown = best_of_each(rows)
        charts = tuple(_chart(results, shown, rows, name) for name in _numbers(results, shown))
        if charts:
            sections.append(Section("Meters", charts, stream, order=1250))
    return sections


def _numbers(results: Results, shown: pd.DataFrame) -> list[str]:
    """The names of the numbers that the meters of these rows gave, in their order."""
    keys = [keys_of(results, row)[0] for _, row in shown.iterrows()]
    return list(dict.fromkeys(name for key in keys for name in results.recorded.meter_columns(key)))


def _chart(results: Results, shown: pd.DataFrame, rows: pd.DataFrame, name: str) -> Chart:
    curves = {_name(row): _curve(results, row, name) for _, row in shown.iterrows()}
    kind, formatted = _unit(name)
    entries = [(row["strategy"], row["schedule"], *_summary(curves[_name(row)])) for _, row in shown.iterrows()]
    table = Table(
        (Column("Strategy"), Column("Updated"), Column("Mean", kind), Column("Lowest", kind), Column("Highest", kind)),
        tuple(entries),
        f"{name} over windows, mean over seeds",
    )
    means = {label: float(np.nanmean(curve)) for label, curve in curves.items() if np.isfinite(curve).any()}
    finding = f"{name} has no value."
    if means:
        highest = max(means, key=lambda label: means[label])
        finding = f"{highest} has the highest {name}, {formatted(means[highest])} on average over windows."
    draw = partial(_draw, results, shown, curves, name)
    return Chart(draw, finding + selection_note(len(shown), rows), table, wide=True, height=0.85)


def _name(row: Any) -> str:
    return row_label(row["strategy"], row["every"], row["delay"])


def _unit(name: str) -> tuple[Kind, Any]:
    for ending, (kind, formatted) in UNITS.items():
        if name.endswith(ending):
            return kind, formatted  # type: ignore[return-value]
    return "number", format_number


def _curve(results: Results, row: pd.Series, name: str) -> FloatArray:
    """(windows,) mean over the seeds whose meter gave the number; NaN where none did."""
    windows = results.streams[str(row["stream"])].windows
    tables = [results.table(key, "windows") for key in keys_of(results, row)]
    given = [table[name].astype(np.float64) for table in tables if name in table]
    return np.asarray(np.mean(given, axis=0)) if given else np.full(windows, np.nan)


def _summary(curve: FloatArray) -> tuple[float | None, ...]:
    known = curve[np.isfinite(curve)]
    return (float(known.mean()), float(known.min()), float(known.max())) if len(known) else (None, None, None)


def _draw(results: Results, shown: pd.DataFrame, curves: dict[str, FloatArray], name: str, figure: Any) -> None:
    _, formatted = _unit(name)
    ends = results.streams[str(shown["stream"].iloc[0])].edges[1:]
    few = np.unique(np.linspace(0, len(ends) - 1, MOST_POINTS).astype(np.int64))
    axes = figure.subplots()
    thin = {label: curve[few] for label, curve in curves.items()}
    keys = drawing.curves(axes, results, shown, dates(ends[few]), thin)
    axes.yaxis.set_major_formatter(lambda value, _: formatted(value))
    axes.set_title(name)
    drawing.legend_below(figure, keys, 3)
