"""Resident memory over time, and the size of the strategies' tensors."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from freshmark import Chart, Column, Entry, Results, Section, Table
from freshmark.reporting import format_bytes, row_label

from freshmark_reports import drawing
from freshmark_reports.choice import best_of_each, keys_of, rows_of, selection_note
from freshmark_reports.windows import dates

MOST_POINTS = 300
MOST_ROWS = 200
"""Rows in the table: each reads a table of each of its cells."""


def section(results: Results) -> Sequence[Section]:
    """One chart per stream."""
    found = []
    for stream in results.streams:
        rows = rows_of(results, stream)
        if len(rows):
            found.append(Section("Memory", (_chart(results, rows),), stream, order=1200))
    return found


def _chart(results: Results, rows: pd.DataFrame) -> Chart:
    shown = best_of_each(rows)
    cells = results.cells.set_index("key")
    table = Table(
        (
            Column("Strategy"),
            Column("Updated"),
            Column("At the start", "bytes"),
            Column("Peak above start", "bytes"),
            Column("State", "bytes"),
            Column("Changed per update", "bytes"),
            Column("Growth / M events", "bytes"),
        ),
        tuple(_entries(results, cells, row) for _, row in rows.head(MOST_ROWS).iterrows()),
        "Resident memory and state of "
        + ("every row" if len(rows) <= MOST_ROWS else f"the best {MOST_ROWS} of {len(rows):,} rows"),
        open=True,
    )
    peaks = shown["peak_bytes"].astype(float)
    finding = "The memory of the rows shown was not measured."
    if peaks.notna().any():
        worst = shown.iloc[int(peaks.argmax())]
        peak = format_bytes(worst["peak_bytes"])
        those = " of those shown" if len(shown) < len(rows) else ""
        finding = f"{_called(worst)} peaks highest{those}, {peak} above the memory of its process at the start."
    return Chart(
        partial(_draw, results, shown), finding + selection_note(len(shown), rows), table, wide=True, height=0.85
    )


def _called(row: Any) -> str:
    return row_label(row["strategy"], row["every"], row["delay"])


def _entries(results: Results, cells: pd.DataFrame, row: pd.Series) -> tuple[Entry, ...]:
    keys = keys_of(results, row)
    changed = np.concatenate([results.table(key, "windows")["changed_bytes"] for key in keys])
    changed = changed[np.isfinite(changed)]
    known = cells.loc[keys]

    def mean(name: str) -> float:
        return float(known[name].astype(float).mean()) if name in known else float("nan")

    return (
        row["strategy"],
        row["schedule"],
        mean("start_rss_bytes"),
        row["peak_bytes"],
        row["state_bytes"],
        float(changed.mean()) if len(changed) else None,
        mean("growth_bytes_per_million_events"),
    )


def _draw(results: Results, shown: pd.DataFrame, figure: Any) -> None:
    axes, cells = figure.subplots(), results.cells
    start = (
        dict(zip(cells["key"], cells["start_rss_bytes"].fillna(0.0), strict=True)) if "start_rss_bytes" in cells else {}
    )
    ends = results.streams[str(shown["stream"].iloc[0])].edges[1:]
    few = np.unique(np.linspace(0, len(ends) - 1, MOST_POINTS).astype(np.int64))
    above = {
        _called(row): results.table(key, "windows")["rss_bytes"][few] - start.get(key, 0.0)
        for _, row in shown.iterrows()
        for key in keys_of(results, row)[:1]
    }
    keys = drawing.curves(axes, results, shown, dates(ends[few]), above)
    axes.yaxis.set_major_formatter(lambda value, _: format_bytes(value))
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    axes.set_title("Resident memory above the start" if start else "Resident memory of the process")
    drawing.legend_below(figure, keys, 3)
