"""How long requests and updates take: quantiles on a log axis, stalls over time, and waiting times of users."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from freshmark import Chart, Column, FloatArray, Results, Section, Table, Value
from freshmark.reporting import format_seconds, percentile_of, row_label, too_few

from freshmark_reports import drawing
from freshmark_reports.choice import best_of_each, keys_of, rows_of, selection_note
from freshmark_reports.queues import queues
from freshmark_reports.stalls import stalls

MOST_STEPS = 250
PERCENTILES = (50, 95, 99)
KINDS = {"latencies": ("Requests", "first"), "updates": ("Updates", "fit")}
"""Table → its title, and the column that marks rows that are left out here."""


def section(results: Results) -> Sequence[Section]:
    """Per stream: charts of single requests and of updates, of stalls, and a table of waiting times."""
    found = []
    for stream in results.streams:
        rows = rows_of(results, stream)
        if len(rows):
            charts = [*(_chart(results, rows, name) for name in KINDS), stalls(results, rows)]
            parts = [*charts, queues(results, rows)]
            found.append(Section("Latency", tuple(part for part in parts if part), stream, order=1100))
    return found


def _chart(results: Results, rows: pd.DataFrame, name: str) -> Chart | None:
    shown = best_of_each(rows)
    every = {_called(row): _seconds(results, row, name) for _, row in shown.iterrows()}
    samples = {key: took for key, took in every.items() if len(took)}
    if not samples:
        return None
    title = KINDS[name][0]
    table = Table(
        (Column("Strategy"), Column("Samples", "count"), *(Column(f"p{p}", "seconds") for p in PERCENTILES),
         Column("Longest", "seconds")),
        tuple(
            (key, len(took), *(Value(percentile_of(took, p), note=too_few(len(took), p)) for p in PERCENTILES),
             float(took.max()))
            for key, took in samples.items()
        ),
        f"{title}: percentiles, only where there are enough samples",
    )  # fmt: skip
    finding = _finding(title, samples) + selection_note(len(shown), rows)
    return Chart(
        partial(_draw, results, title, shown[[len(took) > 0 for took in every.values()]], samples), finding, table
    )


def _called(row: Any) -> str:
    return row_label(row["strategy"], row["every"], row["delay"])


def _seconds(results: Results, row: pd.Series, name: str) -> FloatArray:
    parts = []
    for key in keys_of(results, row):
        table = results.table(key, name)
        parts.append(table["seconds"][~table[KINDS[name][1]].astype(np.bool_)])
    return np.concatenate(parts)


def _finding(title: str, samples: Mapping[str, FloatArray]) -> str:
    typical = {name: float(np.median(took)) for name, took in samples.items()}
    fast, slow = min(typical, key=lambda name: typical[name]), max(typical, key=lambda name: typical[name])
    if fast == slow:
        return f"{title}: the median of {fast} is {format_seconds(typical[fast])}."
    ends = f"{format_seconds(typical[fast])}, {fast}, to {format_seconds(typical[slow])}, {slow}"
    return f"{title}: medians range from {ends}."


def _draw(results: Results, title: str, shown: pd.DataFrame, samples: Mapping[str, FloatArray], figure: Any) -> None:
    axes, keys = figure.subplots(), []
    look = drawing.looks(results)
    for place, ((name, took), (_, row)) in enumerate(zip(samples.items(), shown.iterrows(), strict=True)):
        # Evenly spaced quantiles have the same curve, in fewer steps than there are samples.
        steps = np.quantile(took, np.linspace(0, 1, min(MOST_STEPS, len(took)) + 1)[1:], method="inverted_cdf")
        drawn, style = look[row["strategy"]], {"color": look[row["strategy"]].colour, "label": name}
        drawing.sns.ecdfplot(x=steps, ax=axes, linestyle=drawn.dash, **style)
        drawing.mark(axes.lines[-1], row)
        known = {p: value for p in PERCENTILES if np.isfinite(value := percentile_of(took, p))}
        if known:
            at, share = list(known.values()), [p / 100 for p in known]
            points = axes.plot(at, share, drawn.marker, markersize=5, markeredgecolor=drawing.paper(), **style)
            values = [f"p{p} {format_seconds(value)}" for p, value in known.items()]
            drawing.mark(points[0], row, values, [place] * len(known))
        keys.append(drawing.line_key(name, drawn, drawn.marker))
    drawing.plain_log(axes.xaxis, format_seconds)
    axes.set(xlabel="", ylabel="")
    axes.set_yticks([0, 0.5, 0.95, 1], ["", "p50", "p95", "all"])
    axes.set_title(f"Share of {title.lower()} that took at most")
    drawing.legend_below(figure, keys, 2)
