"""How long requests and updates take: quantiles on a log axis, stalls over time, and waiting times of users."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from freshmark import Chart, Column, FloatArray, Results, Section, Table, Value
from freshmark.reporting import format_seconds, percentile_of, row_label, too_few

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
    samples = {_called(row): (str(row["strategy"]), _seconds(results, row, name)) for _, row in shown.iterrows()}
    samples = {key: value for key, value in samples.items() if len(value[1])}
    if not samples:
        return None
    title = KINDS[name][0]
    table = Table(
        (Column("Strategy"), Column("Samples", "count"), *(Column(f"p{p}", "seconds") for p in PERCENTILES),
         Column("Longest", "seconds")),
        tuple(
            (key, len(took), *(Value(percentile_of(took, p), note=too_few(len(took), p)) for p in PERCENTILES),
             float(took.max()))
            for key, (_, took) in samples.items()
        ),
        f"{title}: percentiles, only where there are enough samples",
    )  # fmt: skip
    finding = _finding(title, samples) + selection_note(len(shown), rows)
    return Chart(partial(_draw, results, title, samples), finding, table)


def _called(row: Any) -> str:
    return row_label(row["strategy"], row["every"], row["delay"])


def _seconds(results: Results, row: pd.Series, name: str) -> FloatArray:
    parts = []
    for key in keys_of(results, row):
        table = results.table(key, name)
        parts.append(table["seconds"][~table[KINDS[name][1]].astype(np.bool_)])
    return np.concatenate(parts)


def _finding(title: str, samples: Mapping[str, tuple[str, FloatArray]]) -> str:
    typical = {name: float(np.median(took)) for name, (_, took) in samples.items()}
    fast, slow = min(typical, key=lambda name: typical[name]), max(typical, key=lambda name: typical[name])
    if fast == slow:
        return f"{title}: the median of {fast} is {format_seconds(typical[fast])}."
    ends = f"{format_seconds(typical[fast])}, {fast}, to {format_seconds(typical[slow])}, {slow}"
    return f"{title}: medians range from {ends}."


def _draw(results: Results, title: str, samples: Mapping[str, tuple[str, FloatArray]], figure: Any) -> None:
    # Imported here: the other report formats draw nothing.
    import seaborn as sns  # noqa: PLC0415

    from freshmark_reports.drawing.marks import rows_gid  # noqa: PLC0415
    from freshmark_reports.drawing.palette import legend_below, line_key, looks, paper, plain_log  # noqa: PLC0415

    axes = figure.subplots()
    look = looks(results)
    for place, (name, (strategy, took)) in enumerate(samples.items()):
        # Evenly spaced quantiles have the same curve, in fewer steps than there are samples.
        steps = np.quantile(took, np.linspace(0, 1, min(MOST_STEPS, len(took)) + 1)[1:], method="inverted_cdf")
        drawn = {"color": look[strategy].colour, "label": name}
        sns.ecdfplot(x=steps, ax=axes, linestyle=look[strategy].dash, **drawn)
        known = {p: percentile_of(took, p) for p in PERCENTILES}
        marks = [(value, p / 100) for p, value in known.items() if np.isfinite(value)]
        if marks:
            axes.plot(*zip(*marks, strict=True), "o", markersize=5, markeredgecolor=paper(),
                      gid=rows_gid([place] * len(marks)), **drawn)  # fmt: skip
    plain_log(axes.xaxis, format_seconds)
    axes.set(xlabel="", ylabel="")
    axes.set_yticks([0, 0.5, 0.95, 1], ["", "p50", "p95", "all"])
    axes.set_title(f"Share of {title.lower()} that took at most")
    legend_below(figure, [line_key(name, look[strategy]) for name, (strategy, _) in samples.items()], 2)
